//! The main job in every language: one token from an emulated agent through C, C++, Python and the command.

use std::process::{Command, ExitCode};

use arcidentity_emulator::{Emulator, Event};
use arcidentity_needs::PYTHON;
use arcidentity_tests::{Compiler, command_binary, python, succeed, workspace};

const RESOURCE: &str = "https://vault.azure.net";

fn main() -> ExitCode {
    println!("Building the C library, the command and the Python wheel. The first time takes minutes.");
    let c = Compiler::c().source("tests/demo/token.c").link_shared().build("demo-c");
    let cpp = Compiler::cpp().std("c++17").source("tests/demo/token.cpp").link_shared().build("demo-cpp");
    let command = command_binary();
    let mut programs = vec![("C", Command::new(c)), ("C++", Command::new(cpp))];
    if PYTHON.is_met() {
        let mut python = python().command("python");
        python.arg(workspace().join("tests/demo/token.py"));
        programs.push(("Python", python));
    } else {
        println!("Without Python, which makes no virtual environment here: {}", PYTHON.remedy());
    }

    let agent = Emulator::start().expect("a free port on loopback");
    agent.on_event(show);
    println!("\nAn emulated Azure Arc agent listens on {}.", agent.imds_endpoint());
    println!("Its keys are in {}.", agent.key_directory().display());

    let mut tokens: Vec<String> =
        programs.into_iter().map(|(name, program)| repeatedly(name, program, &agent)).collect();
    tokens.push(once(Command::new(command), &agent));
    let asked = tokens.len();

    tokens.dedup();
    match tokens.as_slice() {
        [token] if token.starts_with("eyJ") => {
            println!("\nAll {asked} got the same token, {} characters long.", token.len());
            ExitCode::SUCCESS
        }
        _ => {
            println!("\nThey did not agree.");
            ExitCode::FAILURE
        }
    }
}

/// Runs a program that gets the token many times; from the second time on it comes from memory.
fn repeatedly(name: &str, mut program: Command, agent: &Emulator) -> String {
    println!("\n{name}");
    let printed = succeed(program.arg(agent.endpoint()).arg(agent.key_directory()).arg(RESOURCE));
    let (nanoseconds, token) = printed.split_once('\n').expect("the program prints two lines");
    println!("  each further call, from memory: {nanoseconds} ns");
    token.trim_end().to_owned()
}

fn once(mut command: Command, agent: &Emulator) -> String {
    println!("\narcidentity token {RESOURCE}");
    let endpoint = agent.endpoint();
    command.args(["token", RESOURCE, "--endpoint", &endpoint, "--key-directory"]).arg(agent.key_directory());
    succeed(&mut command).trim_end().to_owned()
}

/// Prints a line for each answer of the agent.
fn show(event: &Event) {
    let Event::Answered { request, key_file, duration, .. } = event else { return };
    let status = request.status.map_or("-".to_owned(), |status| status.to_string());
    let with = if request.is_authorized() { " with the key" } else { "" };
    let key = key_file.as_deref().and_then(|path| path.file_name());
    let named = key.map(|name| format!(", names {}", name.to_string_lossy())).unwrap_or_default();
    println!("  {} {}{with}: {status}{named} ({} µs)", request.method, request.path, duration.as_micros());
}
