//! C programs that use the library as its users do.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use arcidentity_emulator::{Answer, Event};
use arcidentity_needs::{VALGRIND, needs};
use arcidentity_tests::{occurrences, run, succeed};

use crate::programs::{agent, agent_without_challenge, c, command, valgrind};

/// `tests/c/NAME.c`, linked to the shared library. Tests run at once: each builds for itself.
fn build(name: &str, test: &str) -> PathBuf {
    c(name).link_shared().build(&format!("{name}-{test}"))
}

#[test]
fn every_function_works_with_the_shared_library() {
    succeed(&mut command(build("smoke", "shared"), &agent()));
}

#[test]
fn every_function_works_with_the_static_library() {
    succeed(&mut command(c("smoke").link_static().build("smoke-static"), &agent()));
}

#[test]
fn misuse_is_a_status_and_never_a_crash() {
    let agent = agent();
    succeed(&mut command(build("misuse", "shared"), &agent));
    assert_eq!(agent.requests().len(), 2, "only the last call of the program is a good one");
}

#[test]
fn the_default_client_is_made_when_it_can_be() {
    succeed(&mut command(build("default", "shared"), &agent_without_challenge()));
}

#[test]
fn metadata_is_what_the_agent_tells() {
    let agent = agent();
    let program = build("metadata", "shared");
    let told = succeed(&mut command(&program, &agent));
    let expected = "name=arcbox-ubuntu-01\n\
                    location=westeurope\n\
                    resource_id=/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-arc\
                    /providers/Microsoft.HybridCompute/machines/arcbox-ubuntu-01\n\
                    resource_group=rg-arc\n\
                    subscription_id=00000000-0000-0000-0000-000000000000\n\
                    vm_id=11111111-1111-1111-1111-111111111111\n\
                    os_type=linux\n\
                    environment=AzurePublicCloud\n\
                    json={";
    assert!(told.starts_with(expected), "{told}");

    agent.script([Answer::json(200, serde_json::json!({"compute": {"name": "a\0b", "location": null}}))]);
    let told = succeed(&mut command(&program, &agent));
    let expected = "name=a\u{fffd}b\nlocation=NULL\nresource_id=NULL\nresource_group=NULL\n\
                    subscription_id=NULL\nvm_id=NULL\nos_type=NULL\nenvironment=NULL\njson={";
    assert!(told.starts_with(expected), "{told}");
}

#[test]
fn a_report_says_what_is_wrong() {
    let agent = agent();
    let program = build("report", "shared");
    let said = succeed(&mut command(&program, &agent));
    let (text, json) = said.trim_end().rsplit_once('\n').unwrap();
    assert!(text.starts_with("The agent gave a token for https://management.azure.com"), "{text}");
    let report: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!((&report["version"], &report["ok"], &report["status"]), (&1.into(), &true.into(), &0.into()));

    let output = run(command(&program, &agent).env("KEYS", "/nonexistent").arg("https://vault.azure.net"));
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    let (text, json) = said.trim_end().rsplit_once('\n').unwrap();
    assert!(text.starts_with("No token for https://vault.azure.net (ARC_ERROR_"), "{text}");
    let report: serde_json::Value = serde_json::from_str(json).unwrap();
    let failed = |check: &&serde_json::Value| check["outcome"] == "failed";
    let failed: Vec<_> = report["checks"].as_array().unwrap().iter().filter(failed).collect();
    assert_eq!(failed.len(), 1, "one cause: {failed:?}");
    assert_ne!(report["status"], 0);
}

#[test]
fn sixty_four_threads_share_one_handshake_per_resource() {
    let program = build("threads", "shared");
    for resources in [1, 8] {
        let agent = agent();
        succeed(command(&program, &agent).args(["64", &resources.to_string()]));
        let requests = agent.requests();
        let token_requests = requests.iter().filter(|request| request.is_authorized()).count();
        assert_eq!((requests.len() - token_requests, token_requests), (resources, resources));
    }
}

#[test]
fn a_hundred_thousand_cached_tokens_leak_nothing() {
    needs!(VALGRIND);
    let agent = agent();
    succeed(valgrind(&build("cached", "valgrind"), &agent).arg("100000"));
    assert_eq!(agent.requests().len(), 2);
}

#[test]
fn no_function_leaks_or_touches_foreign_memory() {
    needs!(VALGRIND);
    for name in ["smoke", "misuse", "metadata", "report"] {
        succeed(&mut valgrind(&build(name, "valgrind"), &agent()));
    }
    succeed(valgrind(&build("threads", "valgrind"), &agent()).args(["16", "4"]));
}

#[test]
fn nothing_secret_is_left_in_memory() {
    let program = build("memory", "shared");
    leaves_nothing_secret(&program, "", 100);
    // The loader saves the vector registers when it binds a function at its first call, and they may still
    // hold a few bytes. Without that, not even a fragment is left.
    leaves_nothing_secret(&program, "1", 24);
}

/// Looks for parts of the token of this length, and for the key, after each step of the program.
fn leaves_nothing_secret(program: &Path, bind_now: &str, length: usize) {
    let agent = agent();
    let key = agent.issue_key().expect("a key can be made");
    // The Authorization header is "Basic " and this.
    let key_text = String::from_utf8(key.contents().to_vec()).expect("a key is text");
    // All of its parts differ, so that each is found on its own.
    let token: String = (0..200).map(|part| format!("eyJ{part:x}.")).collect();
    let part = |start: usize| &token[start..start + length];
    let parts = [part(0), part(token.len() / 2), part(token.len() - length)];
    agent.script([
        Answer::challenge(key.challenge()),
        Answer::json(200, serde_json::json!({"access_token": token, "expires_in": "3600"})),
    ]);
    let mut steps = Steps::start(command(program, &agent).env("LD_BIND_NOW", bind_now));
    for holder in ["has a token", "the client has it"] {
        steps.reach(holder);
        let found = occurrences(&steps.process, &parts);
        assert!(found.iter().all(|&count| count > 0), "the search finds what is there: {found:?}");
        assert_eq!(occurrences(&steps.process, &[&key_text]), [0], "{holder}");
        steps.go_on();
    }
    steps.reach("let go");
    assert_eq!(occurrences(&steps.process, &parts), [0, 0, 0]);
    assert_eq!(occurrences(&steps.process, &[&key_text]), [0]);
    steps.go_on();
    assert!(steps.process.wait().expect("a child can be waited for").success());
}

/// A program that says what it has done, and waits for a line before it does more.
struct Steps {
    process: Child,
    said: Box<dyn Iterator<Item = String>>,
}

impl Steps {
    fn start(command: &mut Command) -> Steps {
        let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = process.expect("the program starts");
        let said = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        Steps { process, said: Box::new(said.map_while(Result::ok)) }
    }

    fn reach(&mut self, step: &str) {
        assert_eq!(self.said.next().as_deref(), Some(step));
    }

    fn go_on(&mut self) {
        let mut input = self.process.stdin.as_ref().expect("it is piped");
        input.write_all(b"\n").expect("the program reads");
    }
}

#[test]
fn no_proxy_is_ever_asked() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let program = build("smoke", "proxy");
    let names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    let alone = names.iter().map(|name| vec![*name]);
    for set in alone.chain([names.to_vec()]) {
        for exceptions in [None, Some(""), Some("example.com"), Some("*")] {
            let agent = agent();
            let mut command = command(&program, &agent);
            for name in names.iter().chain(&["no_proxy", "NO_PROXY"]) {
                command.env_remove(name);
            }
            command.envs(set.iter().map(|name| (name, &url)));
            command.envs(exceptions.iter().flat_map(|hosts| [("no_proxy", hosts), ("NO_PROXY", hosts)]));
            succeed(&mut command);
        }
    }
    assert!(proxy.accept().is_err(), "nobody came");
}

#[test]
fn a_child_forked_during_a_call_gets_a_token() {
    let agent = agent();
    let (arrived, arrival) = mpsc::channel();
    agent.on_event(move |event| {
        if matches!(event, Event::Received { .. }) {
            let _ = arrived.send(());
        }
    });
    agent.script([Answer::hang()]);
    let program = build("fork", "shared");
    let mut process = command(program, &agent).stdin(Stdio::piped()).spawn().unwrap();
    arrival.recv().unwrap();
    process.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    assert!(process.wait().unwrap().success());
}
