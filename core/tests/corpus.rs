//! Replays what the fuzz targets start from and what they found, with the toolchain of every day.
//!
//! `core/fuzz/README.md` tells how to fuzz.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

/// Gives every file of this target to `accepts`, which panics where something does not hold. A name says
/// what must become of a seed; a finding only has to be survived.
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
                Some(("refused", _)) => assert!(!accepted, "{name} is accepted"),
                _ => assert_eq!(collection, "findings", "{name} does not say what it is"),
            }
            seeds += usize::from(collection == "corpus");
        }
    }
    assert!(seeds > 0, "{target} has a corpus");
}

#[test]
#[cfg_attr(windows, ignore = "a seed says whether it names a key file of Linux")]
fn challenge() {
    replay("challenge", targets::challenge);
}

#[test]
fn endpoint() {
    replay("endpoint", targets::endpoint);
}

#[test]
fn key_text() {
    replay("key_text", targets::key_text);
}

#[test]
fn reply() {
    replay("reply", targets::reply);
}

#[test]
#[cfg_attr(windows, ignore = "the seeds name key files of Linux")]
fn exchange() {
    let stage = targets::Stage::set_up();
    replay("exchange", |data| stage.exchange(data));
}
