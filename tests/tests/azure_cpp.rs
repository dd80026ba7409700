//! The credential for the Azure SDK for C++, through the shared library. The SDK's own headers are in no
//! registry: `tests/cpp/azure` declares the part of their interface that the credential uses.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arcidentity_emulator::{Answer, Emulator, Request};
use arcidentity_needs::{ASAN, NAMESPACES, VALGRIND, needs};
use arcidentity_tests::{Compiler, succeed, workspace};

use crate::headers::compilers;
use crate::programs::{agent, beside, command, cpp, valgrind};

/// A minimum that every token of the emulator exceeds, one that no token of [`hour`] does, and one that no
/// time can be added to.
const MINUTES: &str = "120";
const HOURS: &str = "7200";
const FOREVER: &str = "900000000000";

fn with_sdk(compiler: Compiler) -> Compiler {
    compiler.flag("-I").flag(workspace().join("tests/cpp/azure"))
}

/// `tests/cpp/azure.cpp`, built when it is first asked for.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| with_sdk(cpp("azure")).link_shared().build("azure"))
}

/// Runs a scenario, which must succeed, and gives the lines that it printed.
fn run(command: &mut Command, scenario: &[&str]) -> Vec<String> {
    succeed(command.args(scenario)).lines().map(str::to_owned).collect()
}

/// An agent whose tokens live for an hour.
fn hour() -> Emulator {
    Emulator::builder().lifetime(Duration::from_secs(3600)).start().unwrap()
}

/// Whether each request asks the agent to skip its memory.
fn forced(agent: &Emulator) -> Vec<bool> {
    agent.requests().iter().map(is_forced).collect()
}

fn is_forced(request: &Request) -> bool {
    request.parameter("bypass_cache") == Some("true")
}

fn refusal() -> Answer {
    Answer::error(400, "invalid_request", "not today")
}

#[test]
fn a_token_is_what_the_agent_gave() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let expires_on = (now.as_secs() + 3600).to_string();
    let agent = agent();
    let token = serde_json::json!({"access_token": "eyJ0.e30.c2ln", "expires_on": expires_on});
    agent.script([Answer::normal(), Answer::json(200, token)]);
    run(&mut command(program(), &agent), &["a token", &expires_on]);
    let requests = agent.requests();
    let resources = requests.iter().map(|request| request.parameter("resource"));
    assert_eq!(resources.collect::<Vec<_>>(), [Some("https://vault.azure.net"); 2]);
}

#[test]
fn the_environment_leads_to_the_agent() {
    needs!(NAMESPACES);
    let agent = agent();
    run(&mut beside(&agent, &command(program(), &agent)), &["the environment"]);
}

#[test]
fn a_shared_client_shares_its_memory() {
    let agent = agent();
    run(&mut command(program(), &agent), &["a shared client"]);
    assert_eq!(agent.requests().len(), 2);
}

#[test]
fn exactly_one_scope_is_taken() {
    let agent = agent();
    run(&mut command(program(), &agent), &["wrong scopes"]);
    assert_eq!(agent.connections(), 0);
}

#[test]
fn a_credential_that_cannot_be_made_says_so_as_the_sdk_does() {
    run(&mut command(program(), &agent()), &["wrong construction"]);
}

#[test]
fn a_token_that_lasts_is_not_replaced() {
    let agent = hour();
    let tokens = run(&mut command(program(), &agent), &["minima", MINUTES, MINUTES]);
    assert_eq!(tokens[0], tokens[1]);
    assert_eq!(forced(&agent), [false; 2]);
}

#[test]
fn a_token_that_ends_within_the_minimum_is_replaced_once() {
    let agent = agent();
    agent.script([Answer::normal(), Answer::normal().edit_json(|token| token["expires_in"] = 3600.into())]);
    let tokens = run(&mut command(program(), &agent), &["minima", MINUTES, HOURS, HOURS, MINUTES]);
    assert_ne!(tokens[0], tokens[1]);
    assert_eq!(tokens[1..], [&*tokens[1]; 3]);
    assert_eq!(forced(&agent), [false, false, true, true]);
}

#[test]
fn a_new_token_that_ends_as_early_is_returned() {
    let agent = hour();
    let tokens = run(&mut command(program(), &agent), &["minima", MINUTES, HOURS, FOREVER]);
    assert!(tokens[0] != tokens[1] && tokens[1] != tokens[2] && tokens.iter().all(|token| token.len() > 100));
    assert_eq!(forced(&agent), [false, false, true, true, true, true]);
}

#[test]
fn a_token_that_cannot_be_replaced_is_returned_as_long_as_it_is_valid() {
    let agent = hour();
    agent.respond_with(|request| if is_forced(request) { refusal() } else { Answer::normal() });
    let tokens = run(&mut command(program(), &agent), &["minima", MINUTES, HOURS, HOURS, HOURS]);
    assert_eq!(tokens[1..], [&*tokens[0]; 3]);
    assert_eq!(forced(&agent), [false, false, true], "not tried again at once");
}

#[test]
fn a_token_that_ended_before_it_could_be_replaced_is_not_returned() {
    // Long enough for a slow machine to get it, in whole seconds.
    let lifetime = Duration::from_secs(5);
    let agent = Emulator::builder().lifetime(lifetime).start().unwrap();
    agent.respond_with(move |request| {
        if !is_forced(request) {
            return Answer::normal();
        }
        // What was issued before this request has ended then.
        thread::sleep(lifetime + Duration::from_secs(1));
        refusal()
    });
    let told = run(&mut command(program(), &agent), &["minima", MINUTES]);
    assert!(told[0].starts_with("ArcCredential: ARC_ERROR_REFUSED: "), "{told:?}");
}

#[test]
fn nothing_is_asked_for_a_context_that_has_ended() {
    let agent = agent();
    run(&mut command(program(), &agent), &["ended contexts"]);
    assert_eq!(agent.connections(), 0);
}

/// Cancels the context when the agent gets the first request of which `is_it` is true, which it never answers, and
/// gives what a second call with another context printed.
fn cancelled_at(agent: &Emulator, is_it: impl Fn(&Request) -> bool + Send + Sync + 'static) -> String {
    let (to_responder, input) = mpsc::channel::<ChildStdin>();
    let once = Mutex::new(Some(input));
    agent.respond_with(move |request| {
        let first = if is_it(request) { once.lock().unwrap().take() } else { None };
        let Some(input) = first else { return Answer::normal() };
        input.recv().unwrap().write_all(b"\n").unwrap();
        Answer::hang()
    });
    let mut command = command(program(), agent);
    command.args(["a context that ends meanwhile", HOURS, MINUTES]);
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    to_responder.send(process.stdin.take().unwrap()).unwrap();
    let mut said = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert_eq!(said.next().as_deref(), Some("cancelled"));
    let second = said.next();
    assert!(process.wait().unwrap().success());
    second.unwrap()
}

#[test]
fn a_call_ends_with_its_context() {
    let agent = hour();
    let token = cancelled_at(&agent, |_| true);
    assert!(token.starts_with("eyJ"), "{token}");
    assert_eq!(forced(&agent), [false; 3], "one that hung, and two for the second call");
}

#[test]
fn a_replacement_ends_with_its_context() {
    let agent = hour();
    let token = cancelled_at(&agent, is_forced);
    assert!(token.starts_with("eyJ"), "{token}");
    assert_eq!(forced(&agent), [false, false, true], "the second call has the token that the first one had");
}

#[test]
fn a_call_ends_at_the_deadline_of_its_context() {
    let agent = agent();
    agent.respond_with(|_| Answer::hang());
    run(&mut command(program(), &agent), &["a context with a deadline"]);
    // A busy machine may reach the deadline before the agent is asked.
    assert!(agent.requests().len() <= 1);
}

#[test]
fn a_missing_agent_has_a_name_and_a_remedy() {
    // Nothing listens on port 1, and no other test can come to.
    let told = run(command(program(), &agent()).env("ENDPOINT", "http://127.0.0.1:1"), &["minima", MINUTES]);
    assert!(told[0].starts_with("ArcCredential: ARC_ERROR_UNAVAILABLE: "), "{told:?}");
    assert!(told[0].contains("; hint: "), "{told:?}");
}

#[test]
fn a_refusal_has_the_agents_words_and_no_secret() {
    let agent = agent();
    let secrets = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&secrets);
    agent.respond_with(move |request| {
        let Some(header) = request.header("authorization") else { return Answer::normal() };
        let key = header.trim_start_matches("Basic ");
        let token = format!("eyJ{}", "0".repeat(200));
        seen.lock().unwrap().extend([key.to_owned(), token.clone()]);
        Answer::error(400, "invalid_request", &format!("not today, with {key} and {token}"))
    });
    let told = run(&mut command(program(), &agent), &["minima", MINUTES]);
    assert!(told[0].starts_with("ArcCredential: ARC_ERROR_REFUSED: "), "{told:?}");
    assert!(told[0].contains("not today"), "{told:?}");
    let secrets = secrets.lock().unwrap();
    assert_eq!(secrets.len(), 2);
    assert!(secrets.iter().all(|secret| !secret.is_empty() && !told[0].contains(secret)), "{told:?}");
}

#[test]
fn sixty_four_threads_share_one_handshake() {
    let agent = agent();
    run(&mut command(program(), &agent), &["many threads", "64"]);
    assert_eq!(agent.requests().len(), 2);
}

#[test]
fn nothing_leaks_or_is_undefined() {
    needs!(NAMESPACES, VALGRIND, ASAN);
    let compiler = with_sdk(cpp("azure")).flag("-g").flag("-fsanitize=undefined");
    let program = compiler.flag("-fno-sanitize-recover=all").link_shared().build("azure-watched");
    let symbols = succeed(Command::new("nm").arg(&program));
    assert!(symbols.contains(" U __ubsan_handle_"), "a compiler that ignores the flag would let all pass");
    for scenario in [
        &["the environment"][..],
        &["a shared client"],
        &["wrong scopes"],
        &["wrong construction"],
        &["minima", MINUTES, HOURS, FOREVER],
        &["ended contexts"],
        &["many threads", "8"],
    ] {
        let agent = Emulator::builder().lifetime(Duration::from_secs(3600)).start().unwrap();
        run(&mut beside(&agent, &valgrind(&program, &agent)), scenario);
    }
}

#[test]
fn two_units_may_include_the_header() {
    needs!(NAMESPACES);
    let both = with_sdk(cpp("azure_two_units")).source("tests/cpp/azure_two_units_other.cpp");
    let program = both.link_shared().build("azure-two-units");
    let agent = agent();
    succeed(&mut beside(&agent, &command(program, &agent)));
}

#[test]
fn no_compiler_has_anything_to_say() {
    for compiler in compilers(["c++", "clang++"]) {
        for standard in ["c++17", "c++20", "c++2b"] {
            with_sdk(compiler.clone()).std(standard).source("tests/cpp/azure_header.cpp").check();
        }
    }
}

/// Clang takes no explicit constructor for a member of `{}`, and gcc does.
#[test]
fn a_type_with_members_that_have_default_settings_is_made_of_nothing() {
    for compiler in compilers(["c++", "clang++"]) {
        with_sdk(compiler).std("c++17").source("tests/cpp/members.cpp").check();
    }
}

/// Visual C++ takes the macros of Windows.h for those functions of the standard library that have their names.
#[test]
fn the_headers_bear_the_macros_of_windows() {
    for compiler in compilers(["c++", "clang++"]) {
        with_sdk(compiler).std("c++17").source("tests/cpp/macros.cpp").check();
    }
}
