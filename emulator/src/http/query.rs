//! Request targets, taken apart.

use percent_encoding::percent_decode_str;

/// The decoded path and the decoded query pairs of a request target, in the order in which they
/// were sent.
///
/// A target in absolute form (`http://host/path`), as a client sends it that takes this server for
/// a proxy, counts like its path, as with any HTTP/1.1 server.
pub(crate) fn split(target: &str) -> (String, Vec<(String, String)>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode_form(name), decode_form(value))
    });
    (decode(without_authority(path)), pairs.collect())
}

fn without_authority(path: &str) -> &str {
    let Some((_, rest)) = path.split_once("://") else {
        return path;
    };
    rest.find('/').map_or("/", |slash| &rest[slash..])
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// In a query, `+` is a space.
fn decode_form(text: &str) -> String {
    decode(&text.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_path_and_query() {
        let (path, query) = split("/a%20b?resource=https%3A%2F%2Fx%2F&q=1+2&&flag&q=3");
        assert_eq!(path, "/a b");
        let expected = [("resource", "https://x/"), ("q", "1 2"), ("flag", ""), ("q", "3")];
        assert_eq!(query, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn keeps_the_path_of_an_absolute_target() {
        assert_eq!(split("http://127.0.0.1:1/a?b=c").0, "/a");
        assert_eq!(split("http://127.0.0.1:1").0, "/");
    }

    #[test]
    fn survives_broken_encoding() {
        assert_eq!(split("/%zz%ff?%=%").0, "/%zz\u{fffd}");
    }
}
