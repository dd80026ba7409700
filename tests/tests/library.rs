//! The shared library as the loader sees it.

use std::collections::BTreeSet;
use std::process::Command;

use arcidentity_tests::{shared_library, succeed};

#[test]
fn it_exports_the_functions_of_the_header_and_nothing_else() {
    let symbols = succeed(
        Command::new("nm")
            .args(["--dynamic", "--defined-only", "--format=posix"])
            .arg(shared_library().shared()),
    );
    let exported: BTreeSet<&str> = symbols.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(exported, declared(include_str!("../../include/arcidentity.h")));
}

/// The words of the header that start with `arc_` and have an argument list.
fn declared(header: &str) -> BTreeSet<&str> {
    let code = header.lines().filter(|line| !line.starts_with("//"));
    let calls = code.flat_map(|line| line.match_indices('(').map(move |(end, _)| &line[..end]));
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names = calls.filter_map(|text| text.rsplit(|c| !is_name(c)).next());
    names.filter(|name| name.starts_with("arc_")).collect()
}

#[test]
fn it_is_known_by_its_soname_and_stays_loaded() {
    let soname = format!(
        "[libarcidentity.so.{}.{}]",
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR")
    );
    let dynamic = dynamic_section();
    let line = |tag: &str| dynamic.lines().find(|line| line.contains(tag)).unwrap_or_default().to_owned();
    assert!(line("(SONAME)").ends_with(&soname), "{dynamic}");
    assert!(line("(FLAGS_1)").contains("NODELETE"), "{dynamic}");
}

#[test]
fn it_needs_only_the_c_library() {
    let dynamic = dynamic_section();
    for line in dynamic.lines().filter(|line| line.contains("(NEEDED)")) {
        let is_system = ["[libc.so.", "[libgcc_s.so.", "[ld-linux"].iter().any(|name| line.contains(name));
        assert!(is_system, "{line}");
    }
}

fn dynamic_section() -> String {
    let mut readelf = Command::new("readelf");
    succeed(readelf.env("LC_ALL", "C").args(["--dynamic", "--wide"]).arg(shared_library().shared()))
}
