//! The header that is checked in is the one that the sources make.
#![cfg(not(any(miri, windows)))]

use std::env;
use std::fs;
use std::path::Path;

#[test]
fn the_header_is_current() {
    let crate_directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = crate_directory.join("../include/arcidentity.h");
    let made = generate(crate_directory);
    if env::var_os("UPDATE_HEADER").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "include/arcidentity.h is out of date: UPDATE_HEADER=1 cargo test -p arcidentity-ffi --test header"
    );
}

/// The macros are written by hand in cbindgen.toml.
#[test]
fn the_version_macros_are_current() {
    let made = generate(Path::new(env!("CARGO_MANIFEST_DIR")));
    for (part, number) in [
        ("MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        ("MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        ("PATCH", env!("CARGO_PKG_VERSION_PATCH")),
    ] {
        let line = format!("#define ARC_VERSION_{part} {number}");
        assert!(made.lines().any(|made| made == line), "ffi/cbindgen.toml should say: {line}");
    }
}

fn generate(crate_directory: &Path) -> String {
    let config = cbindgen::Config::from_file(crate_directory.join("cbindgen.toml"));
    let builder = cbindgen::Builder::new().with_crate(crate_directory);
    let bindings = builder.with_config(config.expect("cbindgen.toml is valid")).generate();
    let mut text = Vec::new();
    bindings.expect("cbindgen understands the sources").write(&mut text);
    String::from_utf8(text).expect("a header is UTF-8")
}
