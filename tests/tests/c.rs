//! C programs that use the library as its users do.

use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::mpsc;

use arcidentity_emulator::{Answer, Event};
use arcidentity_needs::{NAMESPACES, VALGRIND, needs};
use arcidentity_tests::{run, succeed};

use crate::programs::{agent, beside, c, command, valgrind};

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
    needs!(NAMESPACES);
    let agent = agent();
    succeed(&mut beside(&agent, &command(build("default", "shared"), &agent)));
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
fn each_step_is_told_and_no_secret() {
    let agent = agent();
    let told = succeed(&mut command(build("trace", "shared"), &agent));
    let mut lines: Vec<_> = told.lines().collect();
    let token = lines.pop().unwrap();
    assert!(lines.iter().all(|line| line.starts_with("step: ")), "{told}");
    let has = |step: &str| lines.iter().filter(|line| line.contains(step)).count();
    let path = "s: GET /metadata/identity/oauth2/token, attempt 1 of 5";
    assert_eq!((has(path), has(&format!("{path}, with the key"))), (2, 1), "{told}");
    assert_eq!((has("s: a token for https://vault.azure.net"), has("s: from the cache")), (2, 1), "{told}");
    let keys: Vec<_> = agent
        .requests()
        .iter()
        .filter_map(|request| request.header("Authorization").map(str::to_owned))
        .collect();
    assert_eq!(keys.len(), 3);
    let told = lines.join("\n");
    assert!(token.len() > 100 && !told.contains(token), "{told}");
    assert!(keys.iter().all(|key| !told.contains(key.trim_start_matches("Basic "))), "{told}");
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
    for name in ["smoke", "misuse", "metadata", "report", "trace"] {
        succeed(&mut valgrind(&build(name, "valgrind"), &agent()));
    }
    succeed(valgrind(&build("threads", "valgrind"), &agent()).args(["16", "4"]));
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
