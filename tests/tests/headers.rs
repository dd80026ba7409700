//! The headers mean the same to every compiler and standard, and none has anything to say about them.

use arcidentity_needs::{CLANG, are_met};
use arcidentity_tests::Compiler;

const C: [&str; 5] = ["c90", "c99", "c11", "c17", "c2x"];
const CPP: [&str; 6] = ["c++98", "c++11", "c++14", "c++17", "c++20", "c++2b"];

/// The system's own compiler of a language, and Clang where it is installed.
pub fn compilers([own, clang]: [&'static str; 2]) -> Vec<Compiler> {
    let names = if are_met(&[CLANG]) { vec![own, clang] } else { vec![own] };
    names.into_iter().map(|name| Compiler::new(name).flag("-Wshadow").flag("-Wconversion")).collect()
}

fn check(compilers: &[Compiler], standards: &[&str], source: &str) {
    for compiler in compilers {
        for standard in standards {
            compiler.clone().std(standard).source(source).check();
        }
    }
}

#[test]
fn the_c_header_is_clean_in_c() {
    check(&compilers(["cc", "clang"]), &C, "tests/c/header.c");
}

#[test]
fn the_c_header_is_clean_in_cpp() {
    check(&compilers(["c++", "clang++"]), &CPP, "tests/cpp/c_header.cpp");
}

#[test]
fn the_cpp_header_is_clean() {
    check(&compilers(["c++", "clang++"]), &CPP[3..], "tests/cpp/header.cpp");
}
