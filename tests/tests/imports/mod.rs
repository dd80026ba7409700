//! Files that import each other can only be understood together: no crate has a circle of them.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod modules;

use std::collections::BTreeSet;
use std::fs;

use arcidentity_tests::{scratch, workspace};

use self::modules::Modules;

const CRATES: [&str; 8] =
    ["app-service", "cli", "core", "core/testing", "emulator", "ffi", "process", "python"];

/// Of these two each makes the other.
const PAIR: [&str; 2] = ["builder", "emulator"];

#[test]
fn there_is_no_circle() {
    for name in CRATES {
        let circle = Modules::of(&workspace().join(name).join("src")).circle();
        let is_pair = name == "emulator" && circle.iter().map(String::as_str).eq(PAIR);
        assert!(circle.is_empty() || is_pair, "{name}: these files import each other: {circle:?}");
    }
}

/// The files of a crate with this text in `a.rs`, beside a `b.rs` and a `c.rs` that is below it.
fn circle(a: &str, b: &str, below: &str) -> BTreeSet<String> {
    let source = scratch("imports");
    fs::create_dir_all(source.join("b")).unwrap();
    fs::write(source.join("lib.rs"), "mod a;\nmod b;\n").unwrap();
    fs::write(source.join("a.rs"), a).unwrap();
    fs::write(source.join("b.rs"), b).unwrap();
    fs::write(source.join("b/c.rs"), below).unwrap();
    Modules::of(&source).circle()
}

#[test]
fn a_circle_is_seen_however_it_is_written() {
    let imports_b = [
        "use crate::b;",
        "use crate::b::B;",
        "use crate::{error::E, b::{C, D as E}};",
        "type B = super::b::B;",
    ];
    for a in imports_b {
        assert_eq!(circle(a, "use crate::a::A;", ""), ["a".to_owned(), "b".to_owned()].into(), "{a}");
        assert_eq!(circle(a, "// use crate::a::A;", ""), BTreeSet::new(), "{a}");
        assert_eq!(circle(a, "#[cfg(test)]\nmod tests {\n    use crate::a;\n}", ""), BTreeSet::new(), "{a}");
    }
    // What a file hands on is imported from where it is.
    let c = "mod c;\npub use self::c::C;";
    assert_eq!(circle("use crate::b::C;", c, "use crate::a::A;"), ["a".to_owned(), "b::c".to_owned()].into());
    assert_eq!(circle("use crate::b::C;", c, ""), BTreeSet::new());
    // A file and one below it.
    for b in ["mod c;\nuse self::c::C;", "mod c;\nfn b() {\n    c::c();\n}", "mod c;\nuse c as d;"] {
        assert_eq!(circle("", b, "use super::B;"), ["b".to_owned(), "b::c".to_owned()].into(), "{b}");
    }
}
