use arcidentity_core::fuzzing;

// The seeds come from these tables.
use crate::tables::realm::{KEYS as LINUX, WINDOWS_KEYS as WINDOWS};

/// The values of `WWW-Authenticate`, one on each line. Accepted if they name a key file of Linux.
pub fn challenge(data: &[u8]) -> bool {
    let mut headers: Vec<&[u8]> = data.split(|&byte| byte == b'\n').collect();
    let realm = fuzzing::realm(&headers);

    headers.reverse();
    assert_eq!(realm.as_ref().ok(), fuzzing::realm(&headers).as_ref().ok(), "the order does not matter");
    let repeated = headers.repeat(2);
    assert_eq!(realm.as_ref().ok(), fuzzing::realm(&repeated).as_ref().ok(), "saying it twice adds nothing");

    let Ok(realm) = realm else { return false };
    assert!(!realm.is_empty());
    let is_within = |header: &[u8]| header.windows(realm.len()).any(|part| part == realm.as_bytes());
    assert!(headers.iter().any(|header| is_within(header) && names_basic(header)), "{realm:?}");

    if let Ok(name) = fuzzing::windows_key_name(WINDOWS, realm) {
        assert_is_plain(name, &['/', '\\', ':', '*', '?', '<', '>', '|', '"']);
        let directory = &realm[..realm.len() - name.len() - 1];
        let directory = directory.strip_prefix(r"\\?\").unwrap_or(directory).replace('/', r"\");
        assert!(directory.eq_ignore_ascii_case(WINDOWS), "{realm:?}");
    }
    match fuzzing::unix_key_name(LINUX, realm) {
        Ok(name) => {
            assert_is_plain(name, &['/']);
            assert_eq!(realm, format!("{LINUX}/{name}"));
            true
        }
        Err(_) => false,
    }
}

fn names_basic(header: &[u8]) -> bool {
    header.to_ascii_lowercase().windows(5).any(|word| word == b"basic")
}

/// One component that is called `NAME.key`.
fn assert_is_plain(name: &str, forbidden: &[char]) {
    assert!(name.len() > 4 && name.to_ascii_lowercase().ends_with(".key"), "{name:?}");
    assert!(!name.contains(forbidden) && !name.contains(char::is_control), "{name:?}");
}
