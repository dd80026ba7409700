//! Every row of the tables, and every seed and finding of the fuzzer, with the toolchain of every day.
//!
//! `core/fuzz/README.md` tells how to fuzz.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use arcidentity_core::{Error, fuzzing};
use arcidentity_testing::properties;
use arcidentity_testing::tables::challenge::CHALLENGES;
use arcidentity_testing::tables::endpoint::{ACCEPTED, REFUSED, written_out};
use arcidentity_testing::tables::key_text::key_texts;
use arcidentity_testing::tables::realm::{KEYS, NOT_ON_A_DRIVE, ON_A_DRIVE, UNIX, WINDOWS};

type Places = Result<(String, Vec<SocketAddr>), Error>;

/// What comes of an endpoint that is an option, and of the same in a variable of the environment.
fn endpoint_in_both_places(endpoint: &str) -> [Places; 2] {
    let environment = |name: &str| match name {
        "IDENTITY_ENDPOINT" => Some(OsString::from(endpoint)),
        "IMDS_ENDPOINT" => Some("http://localhost:40342".into()),
        _ => None,
    };
    [fuzzing::endpoint(endpoint), fuzzing::endpoint_of(environment)]
}

#[test]
fn endpoints_of_this_machine() {
    for (name, endpoint, addresses, path) in ACCEPTED {
        let host = endpoint["http://".len()..].split('/').next().unwrap();
        let url = format!("http://{host}{path}");
        let addresses: Vec<SocketAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        for places in endpoint_in_both_places(endpoint) {
            assert_eq!(places.expect(name), (url.clone(), addresses.clone()), "{name}");
        }
        assert!(properties::endpoint(endpoint.as_bytes()), "{name}");
    }
}

#[test]
fn endpoints_elsewhere() {
    for (name, endpoint, expected) in REFUSED {
        let endpoint = written_out(endpoint);
        let [option, variable] = endpoint_in_both_places(&endpoint);
        assert_eq!(option.expect_err(name).kind(), *expected, "{name}");
        // An empty variable is as good as none.
        if !endpoint.is_empty() {
            let error = variable.expect_err(name);
            assert_eq!(error.kind(), *expected, "{name}");
            assert!(error.hint().unwrap().contains("IDENTITY_ENDPOINT"), "{name}: {error:?}");
        }
        assert!(!properties::endpoint(endpoint.as_bytes()), "{name}");
    }
}

#[test]
fn challenges() {
    for (name, headers, expected) in CHALLENGES {
        let realm = fuzzing::realm(headers).map_err(|error| error.kind());
        assert_eq!(realm, *expected, "{name}");
        let names_a_key = expected.is_ok_and(|realm| fuzzing::unix_key_name(KEYS, realm).is_ok());
        assert_eq!(properties::challenge(&headers.join(&b'\n')), names_a_key, "{name}");
    }
}

#[test]
fn realms() {
    type Judge = for<'a> fn(&str, &'a str) -> Result<&'a str, Error>;
    let systems: [(_, Judge); 2] = [(UNIX, fuzzing::unix_key_name), (WINDOWS, fuzzing::windows_key_name)];
    for (rows, key_name) in systems {
        for (name, directory, realm, expected) in rows {
            assert_eq!(
                key_name(directory, realm).map_err(|error| error.kind()),
                *expected,
                "{name}: {realm:?}"
            );
            properties::challenge(format!("Basic realm={realm}").as_bytes());
        }
    }
}

#[test]
fn key_directories_of_windows() {
    for path in ON_A_DRIVE {
        assert!(fuzzing::is_on_a_drive(path), "{path}");
    }
    for path in NOT_ON_A_DRIVE {
        assert!(!fuzzing::is_on_a_drive(path), "{path}");
    }
}

#[test]
fn keys() {
    for (name, content, expected) in key_texts() {
        let key = fuzzing::key_text(&content).map(str::to_owned).map_err(|error| error.kind());
        assert_eq!(key, expected, "{name}");
        assert_eq!(properties::key_text(&content), expected.is_ok(), "{name}");
    }
}

/// What the fuzzer starts from, as files: see `core/fuzz/README.md`.
#[cfg(unix)]
#[test]
fn seeds() {
    let endpoints = ACCEPTED.iter().map(|row| (row.0, row.1)).chain(REFUSED.iter().map(|row| (row.0, row.1)));
    let endpoints = endpoints.map(|(name, endpoint)| (name, written_out(endpoint).into_bytes()));
    write_seeds("endpoint", endpoints.collect());

    let challenges = CHALLENGES.iter().map(|(name, headers, _)| (*name, headers.join(&b'\n')));
    write_seeds("challenge", challenges.collect());
    for (system, rows) in [("unix", UNIX), ("windows", WINDOWS)] {
        let realms =
            rows.iter().map(|(name, _, realm, _)| (*name, format!("Basic realm={realm}").into_bytes()));
        write_seeds(&format!("challenge/{system}"), realms.collect());
    }
    write_seeds("key_text", key_texts().into_iter().map(|(name, content, _)| (name, content)).collect());
}

#[cfg(unix)]
fn write_seeds(target: &str, rows: Vec<(&str, Vec<u8>)>) {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seeds").join(target);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    for (name, seed) in &rows {
        fs::write(directory.join(name.replace(' ', "-")), seed).unwrap();
    }
    let files = fs::read_dir(&directory).unwrap().filter(|file| file.as_ref().unwrap().path().is_file());
    assert_eq!(files.count(), rows.len(), "{target}: each name is used once");
}

/// Gives every file of this target to `accepts`, which panics where something does not hold. A name says
/// what must become of it: `accepted-…` or `rejected-…`.
fn replay(target: &str, accepts: impl Fn(&[u8]) -> bool) {
    let mut seeds = 0;
    for collection in ["corpus", "findings"] {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(collection).join(target);
        let Ok(entries) = fs::read_dir(directory) else { continue };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            // Shown if the test fails.
            println!("{}", path.display());
            let accepted = accepts(&fs::read(&path).unwrap());
            let name = path.file_name().unwrap().to_str().unwrap();
            match name.split_once('-') {
                Some(("accepted", _)) => assert!(accepted, "{name} is not accepted"),
                Some(("rejected", _)) => assert!(!accepted, "{name} is accepted"),
                _ => assert_eq!(collection, "findings", "{name} does not say what it is"),
            }
            seeds += usize::from(collection == "corpus");
        }
    }
    assert!(seeds > 0, "{target} has a corpus");
}

#[test]
fn response() {
    replay("response", properties::response);
}

#[test]
#[cfg_attr(windows, ignore = "the seeds name key files of Linux")]
fn exchange() {
    let stage = properties::Stage::set_up();
    replay("exchange", |data| stage.exchange(data));
}
