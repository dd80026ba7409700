//! A proxy that listens to what it carries.

use std::io::{Read, Write, copy};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::{JoinHandle, scope, spawn};

/// A proxy for one connection.
pub(crate) struct Proxy {
    address: String,
    heard: JoinHandle<String>,
}

impl Proxy {
    pub(crate) fn start() -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heard = spawn(move || serve(listener.accept().unwrap().0));
        Proxy { address, heard }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the client sent.
    pub(crate) fn stop(self) -> String {
        self.heard.join().unwrap()
    }
}

fn serve(mut client: TcpStream) -> String {
    let mut heard = Vec::new();
    while !heard.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).unwrap();
        heard.push(byte[0]);
    }
    let request = String::from_utf8(heard.clone()).unwrap();
    let mut server = TcpStream::connect(request.split(' ').nth(1).unwrap()).unwrap();
    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
    let (mut to_client, mut from_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    scope(|scope| {
        scope.spawn(move || copy(&mut from_server, &mut to_client));
        let mut part = [0; 4096];
        while let Ok(length @ 1..) = client.read(&mut part) {
            heard.extend(&part[..length]);
            server.write_all(&part[..length]).unwrap();
        }
        let _ = server.shutdown(Shutdown::Both);
    });
    String::from_utf8_lossy(&heard).into_owned()
}
