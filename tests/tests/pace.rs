//! How often an agent that refuses is asked by programs that never stop asking.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::collections::HashMap;
use std::time::Instant;

use arcidentity_emulator::{Answer, Emulator};
use arcidentity_tests::succeed;

use crate::programs::{agent, c, command};

const THREADS: usize = 64;
const RESOURCES: usize = 64;
const SECONDS: &str = "4";

/// How often 64 threads asked for 64 resources, and how often each second of that reached the agent for each resource.
fn ask(program: &str, agent: &Emulator) -> (usize, Vec<f64>) {
    let program = c("refused").link_shared().build(program);
    let started = Instant::now();
    let mut command = command(program, agent);
    command.args([&THREADS.to_string(), &RESOURCES.to_string(), SECONDS]);
    let calls: usize = succeed(&mut command).trim().parse().unwrap();
    // The first of them comes at once.
    let allowed = started.elapsed().as_secs_f64() + 1.0;

    let mut requests: HashMap<String, f64> = HashMap::new();
    for request in agent.requests() {
        *requests.entry(request.parameter("resource").unwrap().to_owned()).or_default() += 1.0;
    }
    assert_eq!(requests.len(), RESOURCES);
    (calls, requests.into_values().map(|number| number / allowed).collect())
}

#[test]
fn one_request_for_each_resource_and_second() {
    let agent = agent();
    agent.respond_with(|_| Answer::error(400, "invalid_request", "no"));
    let (calls, rates) = ask("refused", &agent);
    assert!(calls >= THREADS * RESOURCES, "{calls}");
    assert!(rates.iter().all(|rate| *rate <= 1.0), "{rates:?}");
}

#[test]
fn one_request_for_each_resource_until_retry_after_has_passed() {
    let agent = agent();
    agent.respond_with(|_| Answer::status(429).header("Retry-After", "3600"));
    let (calls, _) = ask("refused-later", &agent);
    assert!(calls >= THREADS * RESOURCES, "{calls}");
    assert_eq!(agent.requests().len(), RESOURCES);
}
