//! A client of the endpoint that a program gets.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// The answer to a request for a token.
pub fn ask(endpoint: &str, header: &str, resource: &str) -> io::Result<String> {
    let (host, path) = endpoint.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host)?;
    let target = format!("/{path}?api-version=2019-08-01&resource={resource}");
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}\r\nX-IDENTITY-HEADER: {header}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map(|_| answer)
}
