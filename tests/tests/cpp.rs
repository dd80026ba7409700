//! C++ programs that use the library as its users do.

use std::process::Command;

use arcidentity_emulator::Answer;
use arcidentity_needs::{NAMESPACES, VALGRIND, needs};
use arcidentity_tests::succeed;

use crate::headers::compilers;
use crate::programs::{agent, beside, command, cpp, valgrind};

#[test]
fn every_function_works_with_the_shared_library() {
    succeed(&mut command(cpp("smoke").link_shared().build("smoke-shared"), &agent()));
}

#[test]
fn every_function_works_with_the_static_library() {
    succeed(&mut command(cpp("smoke").link_static().build("smoke-static"), &agent()));
}

#[test]
fn no_function_leaks_or_touches_foreign_memory() {
    needs!(VALGRIND);
    succeed(&mut valgrind(&cpp("smoke").link_shared().build("smoke-valgrind"), &agent()));
}

#[test]
fn the_timeout_is_that_of_the_caller() {
    let agent = agent();
    agent.script([Answer::hang()]);
    let said = succeed(&mut command(cpp("timeout").link_shared().build("timeout"), &agent));
    assert_eq!(said, "ARC_ERROR_TIMEOUT: no answer within 1.23 s\n");
}

#[test]
fn two_units_may_include_the_header() {
    needs!(NAMESPACES);
    let both = cpp("two_units").source("tests/cpp/two_units_other.cpp");
    let agent = agent();
    succeed(&mut beside(&agent, &command(both.link_shared().build("two-units"), &agent)));
}

/// Each would compile, and mean something else.
#[test]
fn no_hook_is_taken_for_a_bool_and_no_null_for_a_text() {
    for source in ["hook_second", "null_resource"] {
        for compiler in compilers(["c++", "clang++"]) {
            let said = compiler.std("c++17").source(format!("tests/cpp/{source}.cpp")).refusal();
            let errors: Vec<&str> = said.lines().filter(|line| line.contains("error: ")).collect();
            assert!(errors.len() == 1 && errors[0].contains("deleted"), "{said}");
        }
    }
}

/// A library that hides its own classes would throw an Error that the program does not know.
#[test]
fn an_error_is_the_same_in_all_libraries_of_a_program() {
    for compiler in compilers(["c++", "clang++"]) {
        let object =
            compiler.std("c++17").flag("-fvisibility=hidden").flag("-c").source("tests/cpp/verify.cpp");
        let symbols = succeed(
            Command::new("readelf")
                .env("LC_ALL", "C")
                .args(["--symbols", "--wide"])
                .arg(object.build("hidden.o")),
        );
        let visibility = |name| {
            let line = symbols.lines().find(|line| line.ends_with(name)).expect("it is there");
            line.split_whitespace().nth(5).map(str::to_owned)
        };
        assert_eq!(visibility(" _ZTIN11arcidentity5ErrorE").as_deref(), Some("DEFAULT"));
        assert_eq!(visibility(" _ZNK11arcidentity6Client12get_metadataEv").as_deref(), Some("HIDDEN"));
    }
}
