//! The recipe for Conan: it builds the library, and its packages serve projects of C and C++.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use arcidentity_needs::{CMAKE, PKG_CONFIG, PYTHON, needs};
use arcidentity_tests::{Python, UNOPTIMIZED, path_with_cargo, patiently, run, scratch, succeed, workspace};
use serde_json::Value;

use crate::programs::{agent, command};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Conan with a home of its own, run in the workspace.
fn conan(python: &Python, arguments: &[&str]) -> String {
    let mut conan = patiently(python.program("conan"));
    conan.current_dir(workspace()).args(arguments).env("CONAN_HOME", scratch("release/conan/home"));
    conan.env("PATH", path_with_cargo()).env_remove("CARGO_BUILD_TARGET");
    // All packages are compiled once.
    conan.env("CARGO_TARGET_DIR", scratch("release/conan/cargo")).envs(UNOPTIMIZED);
    let output = run(conan.env("TMPDIR", scratch("release/conan/test")));
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "conan {arguments:?}: {said}");
    said.into_owned()
}

#[test]
fn both_packages_work_and_are_what_they_say() {
    needs!(PYTHON, CMAKE, PKG_CONFIG);
    let python = Python::environment("release/conan/environment");
    python.pip_install(&["conan==2.34.0"]);
    conan(&python, &["profile", "detect", "--force"]);
    for shared in [true, false] {
        let option = format!("*:shared={}", if shared { "True" } else { "False" });
        // Its test projects are built apart from their sources.
        let test = ["--conf", "tools.cmake.cmake_layout:test_folder=$TMP"];
        let said = conan(&python, &[&["create", "release/conan", "--options", &option], &test[..]].concat());
        assert!(
            said.contains(&format!("\nC, libarcidentity {VERSION}: ")) && said.contains("\nC++, "),
            "{said}"
        );

        let files = scratch("release/conan").join(&option[2..]);
        let place = files.to_str().unwrap();
        let requires = format!("--requires=arcidentity/{VERSION}");
        let generate = ["--generator=PkgConfigDeps", "--output-folder", place];
        conan(&python, &[&["install", &requires, "--options", &option], &generate[..]].concat());
        assert_links(place, shared);
    }
    for (run_time, flags) in [("static", Some("-Ctarget-feature=+crt-static")), ("dynamic", None)] {
        assert_eq!(flags_for_msvc(&python, run_time).as_deref(), flags);
    }
}

/// The flags for rustc with which the recipe compiles for MSVC and this run-time library. Rust's own must be the same.
fn flags_for_msvc(python: &Python, run_time: &str) -> Option<String> {
    let directory = scratch("release/conan").join(run_time);
    let run_time = format!("compiler.runtime={run_time}");
    let settings = [
        "os=Windows",
        "arch=x86_64",
        "compiler=msvc",
        "compiler.version=194",
        "compiler.cppstd=17",
        &run_time,
    ];
    let settings = settings.iter().flat_map(|setting| ["--settings:host", *setting]);
    let install = ["install", "release/conan", "--output-folder", directory.to_str().unwrap()];
    conan(python, &install.into_iter().chain(settings).collect::<Vec<_>>());
    let presets = fs::read(directory.join("build/generators/CMakePresets.json")).unwrap();
    let presets: Value = serde_json::from_slice(&presets).unwrap();
    let settings = &presets["configurePresets"][0]["cacheVariables"];
    assert_eq!(settings["ARCIDENTITY_RUST_TARGET"], "x86_64-pc-windows-msvc");
    settings["ARCIDENTITY_RUSTFLAGS"].as_str().map(str::to_owned)
}

/// A program that is built by the package's own words gets a token, by the library of that kind.
fn assert_links(packages: &str, shared: bool) {
    let asked = |question: &str| {
        let mut ask = Command::new("pkg-config");
        ask.args(["--static", question, "arcidentity"]).env("PKG_CONFIG_PATH", packages);
        let answer = succeed(&mut ask);
        answer.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let program = format!("{packages}/smoke");
    let mut compile = Command::new("cc");
    compile.args(["-std=c11", "-o", &program]).arg(workspace().join("tests/c/smoke.c"));
    succeed(compile.args(asked("--cflags")).args(asked("--libs")));
    let dynamic = succeed(Command::new("readelf").env("LC_ALL", "C").args(["--dynamic", &program]));
    assert_eq!(dynamic.contains("[libarcidentity.so."), shared, "{dynamic}");
    let directory = asked("--variable=libdir").concat();
    succeed(command(&program, &agent()).env("LD_LIBRARY_PATH", &directory));
    for licence in ["LICENSE-MIT", "LICENSE-APACHE", "ffi/THIRD-PARTY.txt"] {
        let ours = workspace().join(licence);
        let theirs = Path::new(&directory).with_file_name("licenses").join(ours.file_name().unwrap());
        assert_eq!(fs::read(theirs).unwrap(), fs::read(ours).unwrap(), "{licence}");
    }
}
