//! The time that a report may take.

use std::time::Duration;

use crate::agent::Agent;
use crate::deadline::Deadline;
use crate::error::Error;

/// The longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A question that is not the one for a token has at most this part of the timeout.
const SHARE: u32 = 4;

pub(crate) struct Time<'a> {
    pub(crate) agent: &'a Agent,
    timeout: Duration,
    whole: Deadline,
}

impl<'a> Time<'a> {
    pub(crate) fn new(agent: &'a Agent, timeout: Duration) -> Time<'a> {
        Time { agent, timeout, whole: agent.deadline(timeout) }
    }

    /// For the connection, or the request for a token.
    pub(crate) fn for_token(&self) -> Result<Deadline, Error> {
        self.at_most(PATIENCE)
    }

    /// For any other question, so that most is left for that request.
    pub(crate) fn for_question(&self) -> Result<Deadline, Error> {
        self.at_most(PATIENCE.min(self.timeout / SHARE))
    }

    /// In whole milliseconds, as a message may show it.
    fn at_most(&self, longest: Duration) -> Result<Deadline, Error> {
        let left = longest.min(self.whole.remaining()?).as_millis();
        Ok(self.whole.within(Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX))))
    }
}
