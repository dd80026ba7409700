//! The headers mean the same to every compiler and standard, and none has anything to say about them.

use std::fs;
use std::process::Command;

use arcidentity_needs::{CLANG, are_met};
use arcidentity_tests::{Compiler, run, scratch, workspace};

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
    let strict = compilers(["c++", "clang++"]).into_iter().map(|compiler| compiler.flag("-Weffc++"));
    check(&strict.collect::<Vec<_>>(), &CPP[3..], "tests/cpp/header.cpp");
}

/// The files that arcidentity.hpp is made of.
fn parts() -> Vec<String> {
    let directory = fs::read_dir(workspace().join("include/arcidentity")).expect("it is there");
    let names = directory.map(|entry| entry.expect("it can be read").file_name());
    names.map(|name| format!("arcidentity/{}", name.to_string_lossy())).collect()
}

/// Each includes what it uses.
#[test]
fn the_parts_of_the_cpp_header_compile_alone() {
    let sources = tempfile::tempdir_in(scratch("headers")).unwrap();
    for part in parts() {
        let source = sources.path().join("part.cpp");
        fs::write(&source, format!("#include <{part}>\n")).unwrap();
        Compiler::cpp().std("c++17").source(&source).check();
    }
}

/// What is wrong with an older standard is said once, and first.
#[test]
fn the_cpp_headers_say_which_standard_they_need() {
    for (header, source) in
        [("arcidentity.hpp", "tests/cpp/header.cpp"), ("arcidentity_azure.hpp", "tests/cpp/azure_header.cpp")]
    {
        for compiler in compilers(["c++", "clang++"]) {
            for standard in &CPP[..3] {
                let said = compiler.clone().std(standard).source(source).refusal();
                let errors: Vec<&str> = said.lines().filter(|line| line.contains("error: ")).collect();
                let needed = format!("{header} needs C++17 or later: compile with -std=c++17 or /std:c++17");
                assert!(errors.len() == 1 && errors[0].contains(&needed), "{standard}: {said}");
            }
        }
    }
}

/// It calls its standard 1998 in `__cplusplus`, whatever it was told. Any preprocessor can play it, without the standard
/// library, whose headers believe that too.
#[test]
fn the_cpp_headers_know_how_microsofts_compiler_tells_the_standard() {
    let library = tempfile::tempdir_in(scratch("headers")).unwrap();
    let included = |line: &str| line.strip_prefix("#include <")?.strip_suffix('>').map(str::to_owned);
    for header in parts().iter().map(String::as_str).chain(["arcidentity.h", "arcidentity.hpp"]) {
        let header = fs::read_to_string(workspace().join("include").join(header)).unwrap();
        for name in header.lines().filter_map(included) {
            fs::write(library.path().join(name), "").unwrap();
        }
    }
    for (standard, suffices) in [("201402L", false), ("201703L", true), ("202002L", true)] {
        let mut preprocess = Command::new("c++");
        preprocess.args(["-E", "-nostdinc", "-D__cplusplus=199711L"]).arg(format!("-D_MSVC_LANG={standard}"));
        preprocess.arg("-isystem").arg(library.path()).arg(workspace().join("include/arcidentity.hpp"));
        let output = run(&mut preprocess);
        assert_eq!(output.status.success(), suffices, "{standard}");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).contains("class Client {"),
            suffices,
            "{standard}"
        );
    }
}
