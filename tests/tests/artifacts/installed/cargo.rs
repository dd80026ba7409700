//! What CMake tells cargo, by a program in cargo's place that says what it was told.

use std::fs;
use std::path::Path;
use std::process::Command;

use arcidentity_needs::{CLANG, CMAKE, are_met, needs};
use arcidentity_tests::{run, succeed, workspace, write_script};

use super::installation::empty;

/// The flags for rustc in a build with these variables and arguments for CMake.
fn flags(name: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Vec<String> {
    let directory = empty(&format!("cargo-{name}"));
    let (cargo, told) = (directory.join("cargo"), directory.join("told"));
    let script = format!("#!/bin/sh\nprintf %s \"$CARGO_ENCODED_RUSTFLAGS\" >'{}'\nexit 1\n", told.display());
    write_script(&script, &cargo);
    let build = directory.join("build");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(workspace().join("ffi")).arg("-B").arg(&build).args(arguments);
    configure.arg(format!("-DARCIDENTITY_CARGO={}", cargo.display())).env_remove("RUSTFLAGS");
    let output = run(configure.envs(variables.iter().copied()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!run(Command::new("cmake").arg("--build").arg(&build)).status.success(), "cargo fails");
    let flags = fs::read_to_string(told).unwrap();
    let foreign = flags.split('\x1f').filter(|flag| !flag.starts_with("--remap-path-prefix="));
    foreign.map(str::to_owned).collect()
}

/// As cargo takes them: `RUSTFLAGS="$RUSTFLAGS -Copt-level=3"` begins with a space where nothing was set.
#[test]
fn spaces_around_flags_are_no_flags() {
    needs!(CMAKE);
    assert_eq!(flags("spaces", &[("RUSTFLAGS", " -C  opt-level=3 \n-g ")], &[]), ["-C", "opt-level=3", "-g"]);
    assert!(flags("none", &[("RUSTFLAGS", " ")], &[]).is_empty());
}

/// One compiler may serve many systems, and then links for the right one only if it is told.
#[test]
fn the_linker_is_told_what_the_compiler_is_always_told() {
    needs!(CMAKE);
    let cross = "-DARCIDENTITY_RUST_TARGET=aarch64-unknown-linux-gnu";
    let told = flags("told", &[("CC", "cc -pipe -g")], &[cross, "-DCMAKE_SYSROOT=/"]);
    assert_eq!(told, ["-Clink-arg=-pipe", "-Clink-arg=-g", "-Clink-arg=--sysroot=/"]);
    if are_met(&[CLANG]) {
        let machine = succeed(Command::new("clang").arg("-print-target-triple"));
        let target = format!("-DCMAKE_C_COMPILER_TARGET={}", machine.trim());
        let told = flags("clang", &[("CC", "clang")], &[cross, &target]);
        assert_eq!(told, [format!("-Clink-arg=--target={}", machine.trim())]);
    }
}

/// Settings of cargo's that others made would let a panic end the process.
#[test]
fn a_library_that_catches_no_panic_does_not_compile() {
    let refusal = "a panic would end the process";
    for (strategy, is_refused) in [("abort", true), ("unwind", false)] {
        let mut rustc = Command::new(Path::new(env!("CARGO")).with_file_name("rustc"));
        rustc.args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "-o"]);
        rustc.arg(empty("cargo-panic").join("library")).arg(format!("-Cpanic={strategy}"));
        // Without the crates that it needs it does not compile in any case.
        let output = run(rustc.arg(workspace().join("ffi/src/lib.rs")));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(said.contains(refusal), is_refused, "{strategy}: {said}");
    }
}
