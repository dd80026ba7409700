//! A case: what the agent does, and what must come of it.

use std::ops::RangeInclusive;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use arcidentity_core::{ErrorKind, Identity};
use arcidentity_emulator::Answer;
use arcidentity_needs::Need;
use arcidentity_tests::run;

use super::scene::Scene;

/// What must come of a call.
#[derive(Debug, Clone, Copy)]
pub enum Expected {
    Token,
    /// A token that ends this many seconds after the call.
    TokenFor(i64),
    /// A token that ends at this time, in seconds since 1970.
    TokenUntil(i64),
    Fails(ErrorKind),
}

/// Makes another `/dev/zero`, which is endless to read.
pub fn make_device(path: &Path) -> bool {
    run(Command::new("mknod").arg(path).args(["c", "1", "5"])).status.success()
}

type Preparation = Box<dyn Fn(&Scene) + Send + Sync>;

/// One call, of a client of its own, to an agent of its own. Texts are filled in by [`Scene::fill`].
pub struct Case {
    pub name: String,
    pub prepare: Preparation,
    /// How many requests reach the agent.
    pub requests: RangeInclusive<usize>,
    pub expected: Expected,
    /// The option; `None` leaves it to the environment.
    pub endpoint: Option<String>,
    pub environment: Vec<(&'static str, String)>,
    pub key_directory: String,
    pub identity: Identity,
    pub timeout: Duration,
    pub max_attempts: u32,
    /// The seconds between attempts, all together. Through core they pass at once.
    pub waits: Option<RangeInclusive<f64>>,
    /// Whether the call lasts until its deadline.
    pub lasts: bool,
    pub need: Option<Need>,
    /// The name of the only face through which this can be said, if not through all.
    pub only: Option<&'static str>,
}

impl Case {
    /// One attempt, with a timeout that it does not reach.
    pub fn new(name: impl Into<String>, expected: Expected, requests: usize) -> Case {
        Case {
            name: name.into(),
            prepare: Box::new(|_| {}),
            requests: requests..=requests,
            expected,
            endpoint: Some("{agent}".into()),
            environment: Vec::new(),
            key_directory: "{keys}".into(),
            identity: Identity::SystemAssigned,
            timeout: Duration::from_secs(60),
            max_attempts: 1,
            waits: None,
            lasts: false,
            need: None,
            only: None,
        }
    }

    /// What is done to the scene before the call.
    pub fn prepare(mut self, prepare: impl Fn(&Scene) + Send + Sync + 'static) -> Case {
        self.prepare = Box::new(prepare);
        self
    }

    /// What the agent answers at first, before it is as faithful as it can be.
    pub fn answers(self, answers: impl IntoIterator<Item = Answer>) -> Case {
        let answers: Vec<Answer> = answers.into_iter().collect();
        self.prepare(move |scene| scene.agent.script(answers.clone()))
    }

    /// The agent answers always the same.
    pub fn always(self, answer: Answer) -> Case {
        self.prepare(move |scene| {
            let answer = answer.clone();
            scene.agent.respond_with(move |_| answer.clone());
        })
    }

    /// The call must last until this timeout and no longer.
    pub fn lasts(mut self, timeout: Duration) -> Case {
        (self.timeout, self.lasts) = (timeout, true);
        // A busy machine may not get that far.
        self.requests = 0..=*self.requests.end();
        self
    }

    pub fn need(mut self, need: Need) -> Case {
        self.need = Some(need);
        self
    }

    pub fn only(mut self, face: &'static str) -> Case {
        self.only = Some(face);
        self
    }

    pub fn identity(mut self, identity: Identity) -> Case {
        self.identity = identity;
        self
    }
}
