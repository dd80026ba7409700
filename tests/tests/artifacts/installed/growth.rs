//! A library that has grown: one with a function, a number and an option more.

use std::fs;
use std::path::Path;
use std::process::Command;

use arcidentity_needs::{CMAKE, PKG_CONFIG, needs};
use arcidentity_tests::{shipping_apart, succeed, workspace};

use super::abi::old_programs;
use super::installation::{build_of, empty, installed};
use crate::programs::{agent, command};

/// Changes a file of the copy; the change must find its place.
fn change(copy: &Path, file: &str, old: &str, new: &str) {
    let path = copy.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(old).count(), 1, "{file}: {old}");
    fs::write(path, text.replace(old, new)).unwrap();
}

/// A copy of the sources in which the C library has more than today.
fn grown_sources() -> std::path::PathBuf {
    let copy = empty("grown");
    for part in [
        "Cargo.toml",
        "Cargo.lock",
        "registers",
        "process",
        "core",
        "ffi",
        "python",
        "emulator",
        "app-service",
        "cli",
        "tests",
        "include",
    ] {
        succeed(Command::new("cp").arg("-Rp").arg(workspace().join(part)).arg(&copy));
    }
    change(
        &copy,
        "ffi/src/status.rs",
        "\n/// The name of `status`",
        "\n/// A failure that nobody knows yet.\npub const ARC_ERROR_NEW: arc_status = 99;\n\n/// The name of `status`",
    );
    change(
        &copy,
        "ffi/src/status.rs",
        "        _ => c\"",
        "        ARC_ERROR_NEW => c\"ARC_ERROR_NEW\",\n        _ => c\"",
    );
    change(
        &copy,
        "ffi/src/version.rs",
        "\n/// The version",
        "\n/// Something new.\n#[unsafe(no_mangle)]\npub extern \"C\" fn arc_new() -> i32 {\n    1\n}\n\n/// The version",
    );
    change(
        &copy,
        "ffi/src/options.rs",
        "\n/// Releases `options`",
        "\n/// A new option.\n#[unsafe(no_mangle)]\n\
         pub extern \"C\" fn arc_options_set_new(options: *mut arc_options) -> arc_status {\n    \
         i32::from(options.is_null())\n}\n\n/// Releases `options`",
    );
    // Nobody measures what is made of them.
    change(
        &copy,
        "Cargo.toml",
        "\n[profile.release]\n",
        "\n[profile.release.package.arcidentity-ffi]\nopt-level = 0\n\n[profile.release]\n",
    );
    copy
}

#[test]
fn programs_of_today_run_with_a_library_that_has_more() {
    needs!(CMAKE, PKG_CONFIG);
    // What it is made of is compiled then.
    installed();
    let cargo = shipping_apart("grown");
    let build = build_of(&grown_sources(), "grown-build", &["-DARCIDENTITY_STATIC=OFF"], &cargo);
    let libraries = build.join("lib");
    let symbols = succeed(Command::new("nm").arg("--dynamic").arg(libraries.join("libarcidentity.so")));
    assert!(symbols.contains(" T arc_new\n") && symbols.contains(" T arc_options_set_new\n"));
    let agent = agent();
    for program in old_programs(&empty("grown-programs")) {
        succeed(command(program, &agent).env("LD_LIBRARY_PATH", &libraries));
    }
}
