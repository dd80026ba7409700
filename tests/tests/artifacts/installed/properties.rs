//! What the loader and the linker see of the libraries.

use std::fs;
use std::path::Path;
use std::process::Command;

use arcidentity_needs::{CMAKE, needs};
use arcidentity_tests::{LARGEST_LIBRARY, succeed};

use super::installation::installed;

/// What readelf says about a program or a library.
pub fn readelf_of(file: &Path, question: &str) -> String {
    succeed(Command::new("readelf").env("LC_ALL", "C").args([question, "--wide"]).arg(file))
}

fn readelf(question: &str) -> String {
    readelf_of(&installed().libdir.join("libarcidentity.so"), question)
}

#[test]
fn it_is_hardened() {
    needs!(CMAKE);
    let (dynamic, segments) = (readelf("--dynamic"), readelf("--segments"));
    let line =
        |text: &str, what: &str| text.lines().find(|line| line.contains(what)).unwrap_or_default().to_owned();
    for flag in ["NOW", "NODELETE"] {
        assert!(line(&dynamic, "(FLAGS_1)").contains(flag), "{dynamic}");
    }
    assert!(segments.contains("GNU_RELRO"), "{segments}");
    let stack = line(&segments, "GNU_STACK");
    assert!(stack.contains(" RW ") && !stack.contains("RWE"), "{segments}");
    assert!(!dynamic.contains("PATH)"), "no RPATH and no RUNPATH: {dynamic}");
    assert!(!dynamic.contains("(TEXTREL)"), "{dynamic}");
}

#[test]
fn it_is_known_by_its_soname() {
    needs!(CMAKE);
    let (major, minor) = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
    let version = if major == "0" { format!("0.{minor}") } else { major.to_owned() };
    let dynamic = readelf("--dynamic");
    assert!(
        dynamic.contains(&format!("(SONAME)             Library soname: [libarcidentity.so.{version}]")),
        "{dynamic}"
    );
}

#[test]
fn it_needs_only_the_c_library() {
    needs!(CMAKE);
    let dynamic = readelf("--dynamic");
    let needed: Vec<_> = dynamic.lines().filter(|line| line.contains("(NEEDED)")).collect();
    assert!(needed.iter().any(|line| line.contains("[libc.so.")), "{dynamic}");
    for line in needed {
        let is_system = ["[libc.so.", "[libgcc_s.so.", "[ld-linux"].iter().any(|name| line.contains(name));
        assert!(is_system, "{line}");
    }
}

/// The loader would bind it to a function of the program, which may have another version of the library.
#[test]
fn none_of_its_functions_calls_another_one_by_name() {
    needs!(CMAKE);
    let relocations = readelf("--relocs");
    assert!(relocations.contains("malloc"), "{relocations}");
    let own: Vec<_> = relocations.lines().filter(|line| line.contains(" arc_")).collect();
    assert!(own.is_empty(), "{own:?}");
}

#[test]
fn it_is_small() {
    needs!(CMAKE);
    let size = fs::metadata(installed().libdir.join("libarcidentity.so")).unwrap().len();
    assert!(size <= LARGEST_LIBRARY, "{size} bytes");
    assert!(!readelf("--sections").contains(".symtab"), "it is stripped");
}
