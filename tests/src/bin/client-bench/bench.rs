//! The agent, the proxy, and what they see of a client.

use std::path::Path;
use std::sync::Arc;

use arcidentity_emulator::{Answer, Emulator};

use crate::program::Program;
use crate::scenario::{self, PORT, PROXY, Scenario, WITHOUT_END};

/// Where every client looks for keys.
const KEYS: &str = "/var/opt/azcmagent/tokens";

/// Headers of which each HTTP library has its own.
const OF_THE_LIBRARY: [&str; 8] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "connection",
    "content-type",
    "host",
    "user-agent",
    "sec-fetch-mode",
];

pub struct Bench {
    agent: Arc<Emulator>,
    proxy: Emulator,
}

impl Bench {
    pub fn start() -> Bench {
        let keys = Path::new(KEYS);
        let agent = Emulator::builder().port(PORT).key_directory(keys).user_assigned(scenario::identity());
        let agent = Arc::new(agent.start().expect("a machine of the agent's own"));
        let proxy = Emulator::builder().port(PROXY).start().expect("a machine of the proxy's own");
        proxy.respond_with(|_| Answer::status(403));
        Bench { agent, proxy }
    }

    /// What the client did: the statuses that it got, and what it made of them.
    pub fn run(&self, scenario: &Scenario, client: &str, program: &mut Program) -> String {
        (scenario.prepare)(&self.agent);
        self.agent.clear_requests();
        self.proxy.clear_requests();
        // Clients remember tokens, some of them for other clients too: no resource is asked for twice.
        let name =
            format!("{}.{client}", scenario.name).replace(|letter: char| !letter.is_alphanumeric(), "-");
        let resource = format!("https://{}.example", name.to_lowercase());
        let outcome = program.ask(client, &resource, scenario, || !self.agent.requests().is_empty());
        if self.agent.requests().len() > WITHOUT_END {
            return "401 without end -> asks on".to_owned();
        }
        let tells = outcome.text.contains(scenario.reason);
        format!("{} -> {}{}", self.answers(), outcome.name, if tells { ", with the reason" } else { "" })
    }

    /// What the client's first request was, as far as it is the same on every machine.
    pub fn request(&self) -> Option<String> {
        let request = self.agent.requests().into_iter().next()?;
        let mut headers: Vec<String> = request.headers.iter().map(|(name, _)| name.to_lowercase()).collect();
        headers.retain(|name| !OF_THE_LIBRARY.contains(&name.as_str()));
        headers.sort_unstable();
        let version = request.parameter("api-version")?;
        let agent = request.header("user-agent")?.split(['/', ' ']).next()?;
        Some(format!("{version}, {}, {agent}", headers.join(" ")))
    }

    /// The status of each answer, where there was one, and how often in a row.
    fn answers(&self) -> String {
        if self.proxy.connections() > 0 {
            return "of the proxy".to_owned();
        }
        let statuses: Vec<Option<u16>> = self.agent.requests().iter().map(|request| request.status).collect();
        let run = |run: &[Option<u16>]| {
            let status = run[0].map_or("none".to_owned(), |status| status.to_string());
            if run.len() == 1 { status } else { format!("{status} x{}", run.len()) }
        };
        statuses.chunk_by(PartialEq::eq).map(run).collect::<Vec<_>>().join(" ")
    }
}
