//! What CMake tells cargo, by a program in cargo's place that says what it was told.

use std::fs;
use std::path::Path;
use std::process::Command;

use arcidentity_needs::{CLANG, CMAKE, are_met, needs};
use arcidentity_tests::{run, succeed, workspace, write_script};

use super::installation::empty;

/// A variable of cargo's in a build with these variables and arguments for CMake.
fn told(name: &str, variable: &str, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let directory = empty(&format!("cargo-{name}"));
    let (cargo, told) = (directory.join("cargo"), directory.join("told"));
    let script = format!("#!/bin/sh\nprintf %s \"${variable}\" >'{}'\nexit 1\n", told.display());
    write_script(&script, &cargo);
    let build = directory.join("build");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(workspace().join("ffi")).arg("-B").arg(&build).args(arguments);
    configure.arg(format!("-DARCIDENTITY_CARGO={}", cargo.display())).env_remove("RUSTFLAGS");
    let output = run(configure.envs(variables.iter().copied()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut build_it = Command::new("cmake");
    let output = run(build_it.arg("--build").arg(&build).envs(variables.iter().copied()));
    assert!(!output.status.success(), "cargo fails");
    fs::read_to_string(told).unwrap()
}

/// The flags for rustc in such a build.
fn flags(name: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Vec<String> {
    let flags = told(name, "CARGO_ENCODED_RUSTFLAGS", variables, arguments);
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
    let gcc = flags("gcc", &[("CC", "cc -pipe -g")], &[cross, "-DCMAKE_SYSROOT=/"]);
    assert_eq!(gcc, ["-Clink-arg=-pipe", "-Clink-arg=-g", "-Clink-arg=--sysroot=/"]);
    if are_met(&[CLANG]) {
        let machine = succeed(Command::new("clang").arg("-print-target-triple"));
        let target = format!("-DCMAKE_C_COMPILER_TARGET={}", machine.trim());
        let clang = flags("clang", &[("CC", "clang")], &[cross, &target]);
        assert_eq!(clang, [format!("-Clink-arg=--target={}", machine.trim())]);
    }
}

/// Rust finds the linker where MSVC is installed, and elsewhere it is told.
#[test]
fn no_compiler_for_msvc_is_taken_for_a_linker() {
    needs!(CMAKE, CLANG);
    let toolchain = workspace().join("tests/windows/msvc/toolchain.cmake");
    let arguments = [
        "-DARCIDENTITY_RUST_TARGET=x86_64-pc-windows-msvc",
        &format!("-DCMAKE_TOOLCHAIN_FILE={}", toolchain.display()),
    ];
    let linker = "CARGO_TARGET_X86_64_PC_WINDOWS_MSVC_LINKER";
    assert_eq!(told("msvc", linker, &[(linker, "lld-link")], &arguments), "lld-link");
    assert_eq!(flags("msvc-flags", &[], &arguments), Vec::<String>::new());
}

/// Settings of cargo's that others made would let a panic end the process.
#[test]
fn a_library_that_catches_no_panic_does_not_compile() {
    let refusal = "a panic would end the process";
    let libraries = ["ffi/src/lib.rs", "python/src/lib.rs"];
    let strategies = [("abort", true), ("unwind", false)];
    let cases = libraries.into_iter().flat_map(|library| strategies.map(|strategy| (library, strategy)));
    for (library, (strategy, is_refused)) in cases {
        let mut rustc = Command::new(Path::new(env!("CARGO")).with_file_name("rustc"));
        rustc.args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "-o"]);
        rustc.arg(empty("cargo-panic").join("library")).arg(format!("-Cpanic={strategy}"));
        // Without the crates that it needs it does not compile in any case.
        let output = run(rustc.arg(workspace().join(library)));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(said.contains(refusal), is_refused, "{library}, {strategy}: {said}");
    }
}
