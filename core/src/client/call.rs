//! What a call for a token does: it looks into the cache, and asks the agent where that has nothing.

use std::cell::Cell;
use std::sync::Arc;

use arcidentity_process::CancellationDisabled;

use super::Client;
use crate::cache::{self, Kind, Urgency};
use crate::deadline::{Deadline, Interrupt};
use crate::error::Error;
use crate::limits::EARLY_TIMEOUT;
use crate::resource;
use crate::retry::{self, Failed};
use crate::token::Token;
use crate::trace::TraceStep;

impl Client {
    pub(super) fn get(
        &self,
        resource: &str,
        interrupt: impl FnOnce() -> Option<Interrupt>,
    ) -> Result<Arc<Token>, Error> {
        match self.remembered(resource.as_bytes()) {
            Some(token) => Ok(token),
            None => self.ask(resource, Kind::Normal, interrupt()),
        }
    }

    /// What the cache has at once.
    pub(super) fn remembered(&self, resource: &[u8]) -> Option<Arc<Token>> {
        let token = self.cache.hit(resource, &*self.agent.clock)?;
        self.trace_hit(resource, &token);
        Some(token)
    }

    pub(super) fn ask(
        &self,
        resource: &str,
        kind: Kind,
        interrupt: Option<Interrupt>,
    ) -> Result<Arc<Token>, Error> {
        let _disabled = CancellationDisabled::new();
        let deadline = self.deadline().or(interrupt);
        deadline.trace(&TraceStep::Token { resource, force_refresh: kind == Kind::Forced });
        let token = self.request(resource, kind, &deadline);
        if let Err(error) = &token {
            deadline.trace(&TraceStep::Ended(error));
        }
        token
    }

    fn request(&self, resource: &str, kind: Kind, deadline: &Deadline) -> Result<Arc<Token>, Error> {
        resource::check(resource)?;
        let request = |max_attempts, deadline: &Deadline| {
            let bypass_cache = kind == Kind::Forced;
            let answered = Cell::new(false);
            let attempt = || {
                answered.set(false);
                self.agent.request_token(resource, bypass_cache, deadline, &|_| answered.set(true))
            };
            let data = retry::run(max_attempts, deadline, attempt)
                .map_err(|failed| Failed { answered: answered.get(), ..failed })?;
            let seconds_left = data.expires.unix - self.agent.clock.now().unix;
            deadline.trace(&TraceStep::Received { seconds_left });
            deadline.check_process()?;
            Ok(data)
        };
        self.cache.get(resource, kind, &*self.agent.clock, deadline, |urgency| match urgency {
            Urgency::Needed => request(self.limits.max_attempts, deadline),
            Urgency::Early => request(1, &deadline.within(self.limits.timeout.min(EARLY_TIMEOUT))),
        })
    }

    /// Apart, so that nobody pays for it who does not watch.
    pub(super) fn trace_hit(&self, resource: &[u8], token: &Token) {
        if self.agent.trace.is_some() {
            let _disabled = CancellationDisabled::new();
            let deadline = self.deadline();
            let resource = &String::from_utf8_lossy(resource);
            deadline.trace(&TraceStep::Token { resource, force_refresh: false });
            cache::trace_cached(token, &*self.agent.clock, &deadline);
        }
    }

    pub(super) fn deadline(&self) -> Deadline {
        self.agent.deadline(self.limits.timeout)
    }
}
