//! What one handshake of a C program costs, where that does not depend on the machine's speed. A figure that falls is
//! written down here, so that it cannot grow again unseen.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::process::Command;

use arcidentity_needs::{STRACE, VALGRIND, needs};
use arcidentity_tests::{run, scratch};

use crate::programs::{agent, c, command};

const SYSTEM_CALLS: f64 = 37.0;
const ALLOCATIONS: f64 = 85.0;
const INSTRUCTIONS: f64 = 125_000.0;

const HANDSHAKE: Counted =
    Counted { program: "handshakes", times: 20, requests: |handshakes| 2 * handshakes };

/// How much more it may be, on another system.
const MARGIN: f64 = 1.1;

/// How often it is counted at most.
const TRIES: usize = 3;

/// A program that does something as often as its argument says.
pub struct Counted {
    pub program: &'static str,
    /// It does it so many times, and twice as many: what it takes to start and to end is in both.
    pub times: u32,
    /// How many requests the agent then gets.
    pub requests: fn(u32) -> u32,
}

impl Counted {
    /// Compares the cost of doing it once with `known`. `count` runs a tool with these arguments.
    fn costs(&self, what: &str, known: f64, tool: &[&str], count: impl Fn(&mut Command) -> f64) {
        let program =
            c(self.program).link_shared().build(&format!("{}-{}", self.program, what.replace(' ', "-")));
        let cost_of = |times: u32| {
            let agent = agent();
            let mut tool_command = command(tool[0], &agent);
            let cost = count(tool_command.args(&tool[1..]).arg(&program).arg(times.to_string()));
            assert_eq!(agent.requests().len(), (self.requests)(times) as usize, "{what}");
            cost
        };
        // In whole ones: a handshake waits once more or less for a thread, as the system has it.
        let cost = || ((cost_of(2 * self.times) - cost_of(self.times)) / f64::from(self.times)).round();
        let is_known = |cost: f64| cost >= 0.0 && cost <= known * MARGIN;
        // A busy machine makes the agent late, which is then waited for more often. What has grown has done so each time.
        let mut costs = vec![cost()];
        while !is_known(costs[costs.len() - 1]) && costs.len() < TRIES {
            costs.push(cost());
        }
        let cost = costs[costs.len() - 1];
        assert!(is_known(cost), "{what}: {costs:?} instead of {known}");
        assert_eq!(cost > 0.0, known > 0.0, "{what}: {cost} instead of {known}");
    }

    pub fn system_calls(&self, known: f64) {
        let log = scratch(&format!("counts-{}", self.program)).join("system-calls");
        let log = log.to_str().unwrap();
        self.costs("system calls", known, &["strace", "-f", "-o", log], |tool| {
            let output = run(tool);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            fs::read_to_string(log).unwrap().lines().filter(|line| is_system_call(line)).count() as f64
        });
    }

    pub fn allocations(&self, known: f64) {
        let memcheck = ["valgrind", "--undef-value-errors=no"];
        self.costs("allocations", known, &memcheck, |tool| number_after("total heap usage:", tool));
    }

    pub fn instructions(&self, known: f64) {
        let callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
        self.costs("instructions", known, &callgrind, |tool| number_after("Collected :", tool));
    }
}

/// The number that follows `before` in what a tool says on standard error.
fn number_after(before: &str, tool: &mut Command) -> f64 {
    let output = run(tool);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let (_, rest) = said.split_once(before).unwrap_or_else(|| panic!("no {before:?}: {said}"));
    let digits: String = rest.trim_start().chars().take_while(|c| !c.is_whitespace()).collect();
    digits.replace(',', "").parse().unwrap()
}

/// A line is `1234 read(5, …) = 3`; where a thread was interrupted it goes on with `1234 <... read resumed>`.
fn is_system_call(line: &str) -> bool {
    let call = line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    call.split_once('(').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_name))
}

#[test]
fn system_calls() {
    needs!(STRACE);
    HANDSHAKE.system_calls(SYSTEM_CALLS);
}

#[test]
fn allocations() {
    needs!(VALGRIND);
    HANDSHAKE.allocations(ALLOCATIONS);
}

#[test]
fn instructions() {
    needs!(VALGRIND);
    HANDSHAKE.instructions(INSTRUCTIONS);
}
