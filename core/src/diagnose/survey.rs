//! What this machine's agent does, for whoever plays or studies it: what it answers to each kind of question, and what
//! its keys look like.
//!
//! A survey is made to be given away. Of everything that the agent says, only the words of its protocol are shown as
//! they are, and of all else the shape (`redact.rs`): no key, no token, and no name, number or id of the machine, of its
//! tenant or of a user.

mod answer;
mod key;
mod machine;
mod redact;
mod visit;
mod vocabulary;

use std::time::Duration;

use arcidentity_process::CancellationDisabled;
use serde_json::{Value, json};

use self::visit::Visit;
use crate::agent::Agent;
use crate::diagnose::findings::{Port, System, Time, connect};
use crate::error::Error;
use crate::limits::SURVEY_VERSION;
use crate::wipe;

/// What [`ClientBuilder::survey`](crate::ClientBuilder::survey) saw of the agent.
///
/// Holds no key, no token, and no name, number or id of the machine, its tenant or its users.
#[derive(Debug, Clone)]
pub struct Survey {
    document: Value,
    key_error: Option<Error>,
}

impl Survey {
    /// The survey as a JSON object in several lines, for people and programs:
    ///
    /// | member | value |
    /// |---|---|
    /// | `survey` | 1: the version of this layout. A later one may add members, which readers skip |
    /// | `library` | the version of this library |
    /// | `machine` | `system`, `architecture`, `kernel`, `distribution`, `container`; `agent_version`; `key_directory` (`mode`, `owner`, `group`) and `listening` (an array of `address`, `user`, `is_agents_port`) |
    /// | `answers` | an array of what was asked (`asked`), and what came (`status`, `headers`, `body`, or the name of an `error`; `ms`, the time it took in milliseconds) |
    /// | `key` | of a key: `mode`, `owner`, `group` and `bytes` of its file, `characters` of its text and their classes (`alphabet`), or `error`; `gone_after_use`, and of the keys that were not used how many are still there (`unused`, `unused_left`) |
    ///
    /// In headers and bodies, words of the agent's protocol are shown as they are. All else is shown by its shape: `<guid>`,
    /// `<10 digits>`, `<16 characters>`, `<number>`, `<token>`.
    #[must_use]
    pub fn to_json(&self) -> String {
        format!("{:#}", self.document)
    }

    /// Why no key was read, and the survey lacks what depends on one.
    #[must_use]
    pub fn key_error(&self) -> Option<&Error> {
        self.key_error.as_ref()
    }
}

/// Asks `agent` each kind of question, within `timeout`. An error if nobody may be asked.
pub(crate) fn run(agent: &Agent, timeout: Duration) -> Result<Survey, Error> {
    let _disabled = CancellationDisabled::new();
    // The key and the token are copied and searched.
    wipe::behind::<{ wipe::HANDSHAKE }, _>(|| look(agent, timeout))
}

fn look(agent: &Agent, timeout: Duration) -> Result<Survey, Error> {
    let system = System::new();
    let time = Time::new(agent, timeout);
    let reached = connect(&time)?;
    let port = Port::find(&system, agent.endpoint.port(), Ok(reached));
    let mut visit = Visit::new(&time);
    visit.ask_without_key();
    let (key, key_error) = visit.ask_with_key();
    let document = json!({
        "survey": SURVEY_VERSION,
        "library": env!("CARGO_PKG_VERSION"),
        "machine": machine::describe(&system, agent, &port, visit.version()),
        "answers": visit.answers()?,
        "key": key,
    });
    Ok(Survey { document, key_error })
}
