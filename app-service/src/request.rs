//! A request as it was sent, taken apart.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::answer::Refusal;

/// The most bytes of a head.
pub(crate) const MAX_HEAD: usize = 16 * 1024;

/// The most headers that are read.
const MAX_HEADERS: usize = 64;

const TOO_LARGE: &str = "the headers are too large";

/// The head of a request. Clients have nothing to say in a body.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    query: &'a str,
    headers: Vec<(&'a str, &'a [u8])>,
}

/// What the bytes are that have come so far.
pub(crate) enum Parsed<'a> {
    Complete(Request<'a>),
    Partial,
    /// No HTTP, or too much of it.
    Malformed(Refusal),
}

/// Looks for the head of a request.
pub(crate) fn parse(bytes: &[u8]) -> Parsed<'_> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let malformed = |status, text| Parsed::Malformed(Refusal::new(status, "bad_request", text));
    match parsed.parse(bytes) {
        // However it was cut into packets.
        Ok(httparse::Status::Complete(size)) if size > MAX_HEAD => return malformed(431, TOO_LARGE),
        Ok(httparse::Status::Partial) if bytes.len() >= MAX_HEAD => return malformed(431, TOO_LARGE),
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Parsed::Partial,
        Err(httparse::Error::TooManyHeaders) => return malformed(431, "there are too many headers"),
        Err(_) => return malformed(400, "this is not an HTTP request"),
    }
    let target = parsed.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Parsed::Complete(Request {
        method: parsed.method.unwrap_or_default(),
        path,
        query,
        headers: parsed.headers.iter().map(|header| (header.name, header.value)).collect(),
    })
}

impl<'a> Request<'a> {
    /// The values of all headers with this name.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// The parameters of the query, decoded, in their order. `None` for what is no text.
    pub(crate) fn parameters(&self) -> Option<Vec<(Cow<'a, str>, Cow<'a, str>)>> {
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Some((decode(name)?, decode(value)?))
            })
            .collect()
    }
}

/// In a query, `+` is a space.
fn decode(text: &str) -> Option<Cow<'_, str>> {
    match text.contains('+') {
        true => {
            Some(Cow::Owned(percent_decode_str(&text.replace('+', " ")).decode_utf8().ok()?.into_owned()))
        }
        false => percent_decode_str(text).decode_utf8().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Request<'_> {
        match parse(text.as_bytes()) {
            Parsed::Complete(request) => request,
            _ => panic!("{text:?}"),
        }
    }

    fn malformed(bytes: &[u8]) -> (u16, String) {
        match parse(bytes) {
            Parsed::Malformed(refusal) => (refusal.status, refusal.text),
            _ => panic!("{}", bytes.len()),
        }
    }

    #[test]
    fn headers_and_parameters() {
        let request = request(
            "GET /a?resource=https%3A%2F%2Fx&flag&b=1+2&&b= HTTP/1.1\r\nSecret: 1\r\nsecret: 2\r\n\r\n",
        );
        assert_eq!((request.method, request.path), ("GET", "/a"));
        assert_eq!(request.headers("SECRET").collect::<Vec<_>>(), [b"1", b"2"]);
        let expected = [("resource", "https://x"), ("flag", ""), ("b", "1 2"), ("b", "")];
        assert_eq!(request.parameters().unwrap(), expected.map(|(name, value)| (name.into(), value.into())));
    }

    #[test]
    fn what_is_no_text_is_no_parameter() {
        assert!(request("GET /?a=%ff HTTP/1.1\r\n\r\n").parameters().is_none());
    }

    #[test]
    fn what_is_no_request() {
        assert!(matches!(parse(b"GET / HTTP/1.1\r\nHost: x\r\n"), Parsed::Partial));
        assert_eq!(malformed(b"\x16\x03\x01\x00"), (400, "this is not an HTTP request".into()));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(MAX_HEADERS + 1));
        assert_eq!(malformed(many.as_bytes()), (431, "there are too many headers".into()));
    }

    /// Whether the end is there, and how much came with it, changes nothing.
    #[test]
    fn a_head_has_so_many_bytes_and_no_more() {
        let of = |size: usize| {
            let (start, end) = ("GET / HTTP/1.1\r\nA: ", "\r\n\r\n");
            format!("{start}{}{end}", "b".repeat(size - start.len() - end.len())).into_bytes()
        };
        let (largest, larger) = (of(MAX_HEAD), of(MAX_HEAD + 1));
        assert!(matches!(parse(&largest), Parsed::Complete(_)));
        assert!(matches!(parse(&[largest.as_slice(), &[b'b'; 4096]].concat()), Parsed::Complete(_)));
        assert!(matches!(parse(&largest[..MAX_HEAD - 1]), Parsed::Partial));
        for bytes in [larger.as_slice(), &larger[..MAX_HEAD], &of(MAX_HEAD + 4096)] {
            assert_eq!(malformed(bytes), (431, TOO_LARGE.into()));
        }
    }
}
