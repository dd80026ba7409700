//! The examples do what they say, and say what is wrong when they cannot.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod daemon;
mod keyvault;
mod lines;
mod memory;
mod other_languages;
mod proxy;
mod stand_in;

use std::process::{Command, Output};

use arcidentity_tests::{Compiler, succeed};

/// The compiler with `ffi/examples/NAME.c` and the libraries that it names.
fn example(name: &str, libraries: &[&str]) -> Compiler {
    let flags = succeed(Command::new("pkg-config").args(["--cflags", "--libs"]).args(libraries));
    let compiler = Compiler::c().std("c11").source(format!("ffi/examples/{name}.c")).link_shared();
    flags.split_whitespace().fold(compiler, Compiler::flag)
}

/// What a program printed, and its exit status.
struct Outcome {
    status: i32,
    stdout: String,
    stderr: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Outcome {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let stderr = text(output.stderr);
        let status = output.status.code();
        let status = status.unwrap_or_else(|| panic!("{}: {stderr}", output.status));
        Outcome { status, stdout: text(output.stdout), stderr }
    }
}
