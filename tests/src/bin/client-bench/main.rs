//! Microsoft's clients beside an emulated agent: prints as JSON what each did in each scenario.
//!
//! `client-bench CLIENT... -- PROGRAM ARGUMENT...` runs the program that knows these clients: see `program.rs`. It takes
//! the agent's port and key directory, so it needs a machine of its own: `arcidentity_tests::beside_arc` makes one.

mod bench;
mod program;
mod scenario;

use std::collections::BTreeMap;
use std::env;

use serde_json::json;

use bench::Bench;
use program::Program;
use scenario::{Environment, SCENARIOS};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let mut parts = arguments.splitn(2, |argument| argument == "--");
    let (clients, command) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());

    let bench = Bench::start();
    let mut seen: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
    for environment in Environment::ALL {
        let mut program = Program::new(command, environment.variables());
        for scenario in SCENARIOS.iter().filter(|scenario| scenario.environment == environment) {
            for client in clients {
                let seen = seen.entry(client).or_default();
                seen.insert(scenario.name, bench.run(scenario, client, &mut program));
                if let ("a token", Some(request)) = (scenario.name, bench.request()) {
                    seen.insert("the request", request);
                }
            }
        }
    }
    println!("{}", json!(seen));
}
