//! What writes a new version into the sources.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use arcidentity_needs::{PYTHON, needs};
use arcidentity_tests::{copy_program, run, workspace};

const FILES: [&str; 9] = [
    "Cargo.toml",
    "Cargo.lock",
    "core/fuzz/Cargo.lock",
    "ffi/cbindgen.toml",
    "include/arcidentity.h",
    "ffi/cmake/arcidentity-config-version.cmake",
    "ffi/cmake/arcidentity-config.cmake",
    "ffi/examples/CMakeLists.txt",
    "release/vcpkg/arcidentity/vcpkg.json",
];

/// A copy of the files that have the version.
fn checkout() -> tempfile::TempDir {
    let checkout = tempfile::tempdir().unwrap();
    for file in FILES {
        let copy = checkout.path().join(file);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(workspace().join(file), copy).unwrap();
    }
    copy_program(&workspace().join("release/set-version"), &checkout.path().join("release/set-version"));
    checkout
}

fn set(checkout: &Path, version: &str) -> Output {
    run(Command::new(checkout.join("release/set-version")).arg(version))
}

fn texts(checkout: &Path) -> [String; 9] {
    FILES.map(|file| fs::read_to_string(checkout.join(file)).unwrap())
}

#[test]
fn every_file_gets_the_new_version() {
    needs!(PYTHON);
    let checkout = checkout();
    let before = texts(checkout.path());
    let output = set(checkout.path(), "0.23.45");
    assert!(output.status.success(), "{output:?}");
    let [manifest, lock, fuzz, cbindgen, header, cmake, package, examples, vcpkg] = texts(checkout.path());
    let version = "version = \"0.23.45\"";
    let count = |text: &str, what: &str| text.matches(what).count();
    assert_eq!(count(&manifest, version), count(&before[0], env!("CARGO_PKG_VERSION")));
    assert_eq!(count(&lock, version), count(&lock, "\nname = \"arcidentity-"));
    // The fuzz targets have a version of their own, which nobody publishes.
    assert_eq!(count(&fuzz, version), count(&fuzz, "\nname = \"arcidentity-") - 1);
    for macros in [cbindgen, header] {
        for line in ["MAJOR 0", "MINOR 23", "PATCH 45"] {
            assert_eq!(count(&macros, &format!("\n#define ARC_VERSION_{line}\n")), 1, "{line}");
        }
    }
    assert!(
        cmake.contains("\nset(PACKAGE_VERSION 0.23.45)\n") && cmake.contains("\"^0\\\\.23(\\\\.|$)\""),
        "{cmake}"
    );
    for project in [package, examples] {
        assert!(project.contains("find_package(arcidentity 0.23 CONFIG REQUIRED)\n"), "{project}");
    }
    assert!(vcpkg.contains("\"version\": \"0.23.45\""), "{vcpkg}");

    // Nothing else has changed.
    assert!(set(checkout.path(), env!("CARGO_PKG_VERSION")).status.success());
    assert_eq!(texts(checkout.path()), before);
}

#[test]
fn what_is_no_version_changes_nothing() {
    needs!(PYTHON);
    let checkout = checkout();
    let before = texts(checkout.path());
    for version in ["v0.2.0", "0.2", "0.2.0-rc.1", "0.02.0", "", "1.0.0"] {
        let output = set(checkout.path(), version);
        assert_eq!(output.status.code(), Some(1), "{version}");
        assert!(String::from_utf8(output.stderr).unwrap().starts_with("set-version: "), "{version}");
    }
    // Neither does one for which a file has no place.
    let vcpkg = checkout.path().join(FILES[8]);
    fs::write(&vcpkg, "{}").unwrap();
    assert!(!set(checkout.path(), "0.2.0").status.success());
    fs::write(&vcpkg, &before[8]).unwrap();
    assert_eq!(texts(checkout.path()), before);
}
