//! C++ programs that use the library as its users do.

mod programs;

use arcidentity_tests::{Compiler, succeed};

use programs::{agent, agent_without_challenge, command};

fn source(name: &str) -> Compiler {
    Compiler::cpp().std("c++17").source(format!("tests/cpp/{name}.cpp"))
}

#[test]
fn every_function_works_with_the_shared_library() {
    succeed(&mut command(source("smoke").link_shared().build("smoke-shared"), &agent()));
}

#[test]
fn every_function_works_with_the_static_library() {
    succeed(&mut command(source("smoke").link_static().build("smoke-static"), &agent()));
}

#[test]
fn sanitizers_find_nothing() {
    let sanitized = source("smoke").flag("-g").flag("-fsanitize=address,undefined");
    let program = sanitized.flag("-fno-sanitize-recover=all").link_shared().build("smoke-sanitized");
    succeed(&mut command(program, &agent()));
}

#[test]
fn two_units_may_include_the_header() {
    let both = source("two_units").source("tests/cpp/two_units_other.cpp");
    succeed(&mut command(both.link_shared().build("two-units"), &agent_without_challenge()));
}
