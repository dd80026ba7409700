use arcidentity_core::{ErrorKind, fuzzing};

/// An endpoint. Accepted if it is on this machine.
pub fn endpoint(data: &[u8]) -> bool {
    let Ok(url) = std::str::from_utf8(data) else { return false };
    let (token_url, addresses) = match fuzzing::endpoint(url) {
        Ok(endpoint) => endpoint,
        Err(error) => {
            let expected =
                if url.is_empty() { ErrorKind::InvalidArgument } else { ErrorKind::UntrustedAgent };
            assert_eq!(error.kind(), expected);
            assert!(!error.message().contains(char::is_control), "{}", error.message());
            assert!(error.message().len() < 2000);
            return false;
        }
    };
    assert!(!addresses.is_empty());
    assert!(addresses.iter().all(|address| address.ip().is_loopback() && address.port() != 0));
    assert!(url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains(['@', '#', '?', '\\']));
    // The URL that is asked is the one that was given, in substance.
    let rest = token_url.strip_prefix("http://").expect("nothing but http");
    assert!(rest.contains('/'), "it has a path");
    assert!(url[7..].starts_with(rest) || rest.starts_with(url[7..].trim_end_matches('/')), "{token_url}");
    assert_eq!(fuzzing::endpoint(&token_url).ok(), Some((token_url.clone(), addresses)));
    true
}
