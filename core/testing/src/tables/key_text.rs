//! Contents of key files, and the key in them.

use arcidentity_core::ErrorKind::{self, UntrustedKey};

/// As long as the agent's. No message may hold a part of it.
pub const KEY: &str = "K3yOfTheAgentThatNobodyElseMaySee+0123456789/abcdefghijklmnop==";

/// Name, content, and the key or what it fails with.
pub type Row = (&'static str, Vec<u8>, Result<String, ErrorKind>);

/// Every content once.
pub fn key_texts() -> Vec<Row> {
    let key = |content: &str| (content.as_bytes().to_vec(), Ok(content.to_owned()));
    let with = |content: String| (content.into_bytes(), Ok(KEY.to_owned()));
    let rejected = |content: &[u8]| (content.to_vec(), Err(UntrustedKey));
    let bad = |content: String| (content.into_bytes(), Err(UntrustedKey));
    let rows = [
        ("1 byte", key("k")),
        ("base64", key("a+/b=~!")),
        ("hexadecimal", key("0123456789abcdef0123456789abcdef")),
        ("4096 bytes", key(&"k".repeat(4096))),
        ("a newline behind", with(format!("{KEY}\n"))),
        ("CR LF behind", with(format!("{KEY}\r\n"))),
        ("white space behind", with(format!("{KEY} \t\r\n\n"))),
        ("a byte order mark", with(format!("\u{feff}{KEY}"))),
        ("a byte order mark and a newline", with(format!("\u{feff}{KEY}\n"))),
        ("a byte order mark and CR LF", with(format!("\u{feff}{KEY}\r\n"))),
        ("0 bytes", rejected(b"")),
        ("4097 bytes", bad("k".repeat(4097))),
        ("4096 bytes and a newline", bad("k".repeat(4096) + "\n")),
        ("1 MiB", bad("k".repeat(1 << 20))),
        ("a newline alone", rejected(b"\n")),
        ("a byte order mark alone", bad("\u{feff}".to_owned())),
        ("two byte order marks", bad(format!("\u{feff}\u{feff}{KEY}"))),
        ("a byte order mark of UTF-16", rejected(b"\xff\xfe")),
        ("UTF-16", rejected(b"\xff\xfek\0e\0y\0")),
        ("a space before", bad(format!(" {KEY}"))),
        ("a newline before", bad(format!("\n{KEY}"))),
        ("a space inside", bad(format!("{KEY} {KEY}"))),
        ("a tab inside", bad(format!("{KEY}\t{KEY}"))),
        ("a newline inside", bad(format!("{KEY}\n{KEY}"))),
        ("a header inside", bad(format!("{KEY}\r\nX-Header: {KEY}"))),
        ("a request inside", bad(format!("{KEY}\r\n\r\nGET /x HTTP/1.1"))),
        ("NUL inside", bad(format!("{KEY}\0{KEY}"))),
        ("NUL behind", bad(format!("{KEY}\0"))),
        ("DEL alone", rejected(b"\x7f")),
        ("DEL behind", bad(format!("{KEY}\u{7f}"))),
        ("an escape sequence", bad(format!("\u{1b}[2J{KEY}"))),
        ("non-ASCII", bad(format!("{KEY}é"))),
        ("a wide space behind", bad(format!("{KEY}\u{a0}"))),
        ("a byte that is not UTF-8", rejected(b"\xff")),
        ("other than UTF-8", rejected(&[KEY.as_bytes(), b"\xff"].concat())),
        ("zeros", rejected(&[0; 100])),
    ];
    rows.into_iter().map(|(name, (content, expected))| (name, content, expected)).collect()
}
