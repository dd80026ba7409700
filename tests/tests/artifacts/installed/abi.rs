//! The promise to programs that are already compiled, and that each of its gates notices when it is broken.
//!
//! A tool that compares binaries misses a changed parameter when the library was optimized as a whole: so types and
//! numbers are pinned in C.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{CMAKE, PKG_CONFIG, PYTHON, needs};
use arcidentity_tests::{python, run, succeed, workspace};

use super::installation::{empty, files, installed};
use crate::programs::{agent, command};

const PINS: &str = "tests/abi/pins.c";

fn header() -> String {
    fs::read_to_string(installed().prefix.join("include/arcidentity.h")).unwrap()
}

/// Whether the compiler takes a source of the workspace with this text as the header of today.
fn accepts(source: &str, header: &str, flags: &[String]) -> bool {
    let include = tempfile::tempdir().unwrap();
    fs::write(include.path().join("arcidentity.h"), header).unwrap();
    let mut compile = Command::new("cc");
    compile.args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]).args(flags);
    run(compile.arg("-I").arg(include.path()).arg(workspace().join(source))).status.success()
}

/// The directories of the releases whose ABI the library still has, each with its header and a program of its time. The
/// last one is made in `scratch`, as if today were a release.
fn releases(scratch: &Path) -> Vec<PathBuf> {
    let abi = workspace().join("tests/abi");
    let headers = files(&abi).into_iter().filter(|file| file.ends_with("/arcidentity.h"));
    let mut releases: Vec<PathBuf> =
        headers.map(|header| abi.join(header).parent().unwrap().to_owned()).collect();
    let today = scratch.join("today");
    fs::create_dir_all(&today).unwrap();
    fs::write(today.join("arcidentity.h"), header()).unwrap();
    fs::copy(abi.join("program.c"), today.join("program.c")).unwrap();
    releases.push(today);
    releases
}

/// Whether `header` keeps what every release has declared.
fn keeps_the_promise(header: &str) -> bool {
    let scratch = tempfile::tempdir().unwrap();
    releases(scratch.path()).iter().all(|release| {
        let frozen = format!("-DFROZEN=\"{}\"", release.join("arcidentity.h").display());
        accepts("tests/abi/frozen.c", header, &[frozen])
    })
}

#[test]
fn types_and_numbers_are_those_that_were_promised() {
    needs!(CMAKE);
    let header = header();
    assert!(accepts(PINS, &header, &[]));
    assert!(keeps_the_promise(&header));
    let pins = fs::read_to_string(workspace().join(PINS)).unwrap();
    let count = |text: &str, what: &str| text.matches(what).count();
    assert_eq!(count(&pins, "\nPIN("), declared(&header).len(), "every function is pinned");
    let numbers = |text: &str, before: &str| {
        count(text, &format!("\n{before}ARC_ERROR_")) + count(text, &format!("\n{before}ARC_FORCE_REFRESH"))
    };
    assert_eq!(numbers(&pins, "PIN_NUMBER("), numbers(&header, "#define "), "every number is pinned");
}

#[test]
fn a_broken_promise_does_not_compile() {
    needs!(CMAKE);
    let header = header();
    for (what, old, new) in [
        ("another type of an argument", "size_t *len", "uint32_t *len"),
        ("another result", "int64_t arc_token_expires_on", "int32_t arc_token_expires_on"),
        ("another number", "#define ARC_ERROR_TIMEOUT 12", "#define ARC_ERROR_TIMEOUT 13"),
        ("a wider status", "typedef int32_t arc_status", "typedef int64_t arc_status"),
        ("an argument less", "uint32_t flags,", ""),
    ] {
        let broken = header.replace(old, new);
        assert_ne!(broken, header, "{what}");
        assert!(!accepts(PINS, &broken, &[]), "the pins miss {what}");
        assert!(!keeps_the_promise(&broken), "the frozen headers miss {what}");
    }
    // What is gone only the pins miss: the old header still declares it.
    for gone in ["arc_version", "ARC_ERROR_TIMEOUT"] {
        assert!(!accepts(PINS, &header.replace(gone, "arc_other"), &[]), "the pins miss that {gone} is gone");
    }
}

/// The functions that a shared library exports.
fn exported(library: &Path) -> BTreeSet<String> {
    let mut nm = Command::new("nm");
    let symbols = succeed(nm.args(["--dynamic", "--defined-only", "--format=posix"]).arg(library));
    symbols.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// The words of a header that start with `arc_` and have an argument list.
fn declared(header: &str) -> BTreeSet<String> {
    let code = header.lines().filter(|line| !line.starts_with(" *"));
    let calls = code.flat_map(|line| line.match_indices('(').map(move |(end, _)| &line[..end]));
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names = calls.filter_map(|text| text.rsplit(|c| !is_name(c)).next());
    names.filter(|name| name.starts_with("arc_")).map(str::to_owned).collect()
}

#[test]
fn it_exports_the_functions_of_the_header_and_nothing_else() {
    needs!(CMAKE);
    let list = fs::read_to_string(workspace().join("tests/abi/symbols.txt")).unwrap();
    let listed: BTreeSet<String> = list.lines().map(str::to_owned).collect();
    assert_eq!(exported(&installed().libdir.join("libarcidentity.so")), listed);
    assert_eq!(declared(&header()), listed);
    let program = fs::read_to_string(workspace().join("tests/abi/program.c")).unwrap();
    for function in &listed {
        assert!(program.contains(&format!("{function}(")), "what a release keeps calls {function}");
    }

    // One more and one less are seen.
    let directory = empty("abi-symbols");
    fs::write(directory.join("other.c"), "void arc_version(void) {} void arc_other(void) {}").unwrap();
    let other = directory.join("other.so");
    succeed(Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&other).arg(directory.join("other.c")));
    assert_eq!(exported(&other).difference(&listed).collect::<Vec<_>>(), ["arc_other"]);
    assert_eq!(listed.difference(&exported(&other)).count(), listed.len() - 1);
}

/// The programs of the releases, each compiled with the header of its time, in this directory.
pub fn old_programs(directory: &Path) -> Vec<PathBuf> {
    let compiled = releases(&directory.join("sources")).into_iter().map(|release| {
        let program = directory.join(release.file_name().unwrap());
        let mut compile = Command::new("cc");
        compile.args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o"]).arg(&program);
        compile.arg(release.join("program.c")).args(installed().pkg_config(&["--libs"]));
        succeed(&mut compile);
        program
    });
    compiled.collect()
}

#[test]
fn programs_of_earlier_releases_still_run() {
    needs!(CMAKE, PKG_CONFIG);
    let agent = agent();
    for program in old_programs(&empty("abi-programs")) {
        succeed(command(program, &agent).env("LD_LIBRARY_PATH", &installed().libdir));
    }
}

/// The version that the macros of a header make.
fn version_of_macros(header: &str) -> String {
    let number = |part: &str| {
        let lines = header.lines();
        let mut found = lines.filter_map(|line| line.strip_prefix(&format!("#define ARC_VERSION_{part} ")));
        found.next().unwrap().to_owned()
    };
    ["MAJOR", "MINOR", "PATCH"].map(number).join(".")
}

#[test]
fn all_name_one_version() {
    needs!(CMAKE);
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(version_of_macros(&header()), version);
    assert_ne!(version_of_macros(&header().replace("PATCH 0", "PATCH 7")), version);
    let package = fs::read_to_string(workspace().join("ffi/cmake/arcidentity-config-version.cmake")).unwrap();
    assert!(package.contains(&format!("set(PACKAGE_VERSION {version})\n")));
}

/// Whether the changelog tells of this version as one that has come out.
fn is_released(changelog: &str, version: &str) -> bool {
    let heading = format!("## {version}");
    let rest = changelog.lines().find_map(|line| line.strip_prefix(&heading)).unwrap();
    assert!(["", " (unreleased)"].contains(&rest), "{heading}{rest}");
    rest.is_empty()
}

#[test]
fn what_a_release_keeps_is_there_from_then_on() {
    let version = env!("CARGO_PKG_VERSION");
    let changelog = fs::read_to_string(workspace().join("CHANGELOG.md")).unwrap();
    let kept = workspace().join("tests/abi").join(version);
    for file in ["arcidentity.h", "program.c"] {
        assert_eq!(kept.join(file).exists(), is_released(&changelog, version), "{version}/{file}");
    }
    assert!(is_released(&changelog.replace(" (unreleased)", ""), version));
}

/// The error numbers of the header, with their names.
fn numbers() -> Vec<(i32, String)> {
    let header = header();
    let defines = header.lines().filter_map(|line| line.strip_prefix("#define ARC_ERROR_"));
    let numbers = defines.map(|define| {
        let (name, number) = define.split_once(' ').unwrap();
        (number.parse().unwrap(), name.to_owned())
    });
    numbers.collect()
}

#[test]
fn cpp_and_python_know_every_number() {
    needs!(CMAKE, PKG_CONFIG, PYTHON);
    let numbers = numbers();
    assert!(numbers.len() >= 12);

    let directory = empty("abi-numbers");
    let checks: String = numbers
        .iter()
        .map(|(number, name)| {
            format!("    if (arcidentity::status_name({number}) != \"ARC_ERROR_{name}\") return {number};\n")
        })
        .collect();
    let source = format!("#include <arcidentity.hpp>\nint main() {{\n{checks}    return 0;\n}}\n");
    fs::write(directory.join("numbers.cpp"), source).unwrap();
    let program = directory.join("numbers");
    let mut compile = Command::new("c++");
    compile.args(["-std=c++17", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&program);
    succeed(compile.arg(directory.join("numbers.cpp")).args(installed().pkg_config(&["--cflags", "--libs"])));
    succeed(Command::new(program).env("LD_LIBRARY_PATH", &installed().libdir));

    let script = "import arcidentity\n\
                  for error in arcidentity.ArcError.__subclasses__(): print(error.status)";
    let printed = succeed(python().command("python").args(["-c", script]));
    let known: BTreeSet<i32> = printed.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(known, numbers.iter().map(|(number, _)| *number).collect());
}
