//! Says what this run did without. Cargo runs packages and their test programs in the order of their names, and this
//! one last: so the list is the end of what `cargo test` prints.

use std::process::{Command, ExitCode};

use arcidentity_tests::{succeed, workspace};
use serde_json::Value;

fn main() -> ExitCode {
    assert_eq!(last_program(), "arcidentity-tests without", "the list must come last");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    // A name is a filter.
    let whole = arguments.iter().all(|argument| argument.starts_with('-'));
    match arcidentity_needs::summary(whole) {
        Ok(list) => {
            println!("\n{list}");
            ExitCode::SUCCESS
        }
        Err(list) => {
            println!("\n{list}");
            ExitCode::FAILURE
        }
    }
}

/// The program that cargo runs last: of the last package the last one. Examples in documentation would come later.
fn last_program() -> String {
    let mut cargo = Command::new(env!("CARGO"));
    let described = succeed(cargo.current_dir(workspace()).args([
        "metadata",
        "--locked",
        "--no-deps",
        "--format-version=1",
    ]));
    let described: Value = serde_json::from_str(&described).expect("cargo writes JSON");
    let list = |of: &Value, name: &str| of[name].as_array().cloned().unwrap_or_default();
    let mut programs: Vec<String> = Vec::new();
    for package in list(&described, "packages") {
        for target in list(&package, "targets") {
            let documentation = target["doctest"] == true && target["kind"] != serde_json::json!(["cdylib"]);
            assert!(!documentation, "the documentation of {target} is tested behind the list");
            if target["kind"] == serde_json::json!(["test"]) {
                programs.push(format!("{} {}", package["name"], target["name"]).replace('"', ""));
            }
        }
    }
    programs.into_iter().max().expect("there are test programs")
}
