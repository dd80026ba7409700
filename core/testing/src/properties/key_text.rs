use arcidentity_core::fuzzing;

/// The content of a key file. Accepted if it is a key.
pub fn key_text(content: &[u8]) -> bool {
    let Ok(key) = fuzzing::key_text(content) else { return false };
    assert!((1..=4096).contains(&key.len()));
    assert!(key.bytes().all(|byte| (b'!'..=b'~').contains(&byte)), "{key:?}");
    // Nothing was left out but a byte order mark before it and white space behind.
    let rest = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
    let rest = rest.strip_prefix(key.as_bytes()).expect("the key is how the content begins");
    assert!(rest.iter().all(|byte| b" \t\r\n\x0c".contains(byte)), "{rest:?}");
    assert_eq!(fuzzing::key_text(key.as_bytes()).ok(), Some(key));
    true
}
