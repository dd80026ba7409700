//! The token cache: one entry per resource, and one request at a time for each.
//!
//! A token is served until its refresh time (`refresh.rs`). Then one caller asks the agent early, while the others still
//! get the old token at once. From five minutes before the end on, callers wait for the new one. As long as
//! the old one is valid, a failure of the agent serves it. Whatever it answered, the next try waits 30 seconds.
//!
//! A failure is repeated from memory for a while (`refusal.rs`): as long as the agent asked for with `Retry-After`, and
//! else for a second, if asking the agent is what failed. It never hides a valid token. `clear` and a forced request
//! end that second and not the agent's time.
//!
//! With each request go the tokens that have expired since the last one. There is room for a number of tokens and of
//! failures (`expiring.rs`); where it is used up, the one that ends first goes, and is asked for again.
//!
//! No lock is held while a request is under way. A child process that was forked while another thread held
//! a lock never waits for it: each process makes a [`Generation`] of its own when it first needs one, and takes over
//! what its parent knew. What it inherits stays where it is, until it expires or the child clears.
//!
//! A child of `vfork` shares the parent's memory, and POSIX allows it nothing but `exec`. If it calls nevertheless, its
//! generation stays behind in the parent, which then finds tokens there too; `clear` empties it.

mod expiring;
mod flight;
mod generation;
mod refresh;
mod refusal;
mod state;
mod stripe;

use std::sync::Arc;

use arcidentity_process::Process;

use self::flight::Outcome;
use self::generation::Generation;
pub(crate) use self::refresh::Urgency;
pub(crate) use self::state::Kind;
use self::state::{State, Step};
use crate::clock::Clock;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::retry::Failed;
use crate::token::{Token, TokenData};
use crate::trace::TraceStep;

/// In the place of a resource, which no token is for.
const METADATA: &str = "";

/// The tokens of one client.
pub(crate) struct Cache {
    oldest: Generation,
}

impl Cache {
    pub(crate) fn new() -> Cache {
        Cache { oldest: Generation::new(Process::current(), State::default()) }
    }

    /// The hot path: takes no lock that anybody else needs, makes no system call, allocates nothing.
    pub(crate) fn hit(&self, resource: &[u8], clock: &dyn Clock) -> Option<Arc<Token>> {
        self.newest().stripes.get(resource, || clock.now())
    }

    /// A token that is served without asking the agent, whichever thread got it. Waits for no request.
    pub(crate) fn fresh(&self, resource: &str, clock: &dyn Clock) -> Option<Arc<Token>> {
        self.hit(resource.as_bytes(), clock).or_else(|| self.current().fresh(resource, clock.now()))
    }

    /// A token from memory unless the request is forced, else from `fetch`, which one caller at a time runs for all
    /// who want the same kind.
    pub(crate) fn get(
        &self,
        resource: &str,
        kind: Kind,
        clock: &dyn Clock,
        deadline: &Deadline,
        fetch: impl Fn(Urgency) -> Result<TokenData, Failed>,
    ) -> Result<Arc<Token>, Error> {
        loop {
            let generation = self.current();
            let outcome = match generation.step(resource, kind, clock.now()) {
                Step::Serve(token) => {
                    trace_cached(&token, clock, deadline);
                    return Ok(token);
                }
                Step::Refuse(error) => {
                    deadline.trace(&TraceStep::Remembered);
                    return Err(error);
                }
                Step::Wait(flight) => {
                    deadline.trace(&TraceStep::Shared);
                    match flight.wait(deadline)? {
                        outcome if gave_up(&outcome) => continue,
                        outcome => outcome,
                    }
                }
                Step::Lead(flight, urgency) => {
                    self.expire_elsewhere(generation, clock);
                    generation.lead(resource, kind, &flight, clock, || fetch(urgency))
                }
                Step::Nest => generation.nest(resource, kind, clock, || fetch(Urgency::Needed)),
            };
            return match outcome {
                Ok(data) => Ok(generation.keep(resource, &data)),
                Err(error) if kind == Kind::Forced => Err(error),
                Err(error) => still_valid(self.current(), resource, clock, deadline).ok_or(error),
            };
        }
    }

    /// Asks for metadata, which is not kept, unless the agent has just refused that.
    pub(crate) fn metadata<T>(
        &self,
        clock: &dyn Clock,
        fetch: impl FnOnce() -> Result<T, Failed>,
    ) -> Result<T, Error> {
        if let Some(error) = self.current().lock().refused(METADATA, Kind::Normal, clock.now()) {
            return Err(error);
        }
        fetch().map_err(|failed| {
            self.current().lock().remember(METADATA, true, &failed, clock.now());
            failed.error
        })
    }

    /// Forgets every token. A request under way still answers its callers, and is not kept.
    pub(crate) fn clear(&self) {
        let current = self.current();
        current.clear();
        self.elsewhere(current, Generation::try_clear);
    }

    /// Lets go of the expired tokens of all generations but this process's own, which does that itself.
    fn expire_elsewhere(&self, current: &Generation, clock: &dyn Clock) {
        self.elsewhere(current, |generation| generation.try_expire(clock.now()));
    }

    /// What this process inherited, or a child of `vfork` left behind.
    fn elsewhere(&self, current: &Generation, act: impl Fn(&Generation)) {
        let mut next = Some(&self.oldest);
        while let Some(generation) = next {
            if !std::ptr::eq(generation, current) {
                act(generation);
            }
            next = generation.successor.get();
        }
    }

    /// The generation to look for tokens in: this process's own, or as long as it needs none, its parent's.
    fn newest(&self) -> &Generation {
        let mut generation = &self.oldest;
        while let Some(next) = generation.successor.get() {
            generation = next;
        }
        generation
    }

    /// This process's own generation, whose locks are held by nobody but its threads.
    fn current(&self) -> &Generation {
        let mut generation = &self.oldest;
        let this = Process::current();
        while generation.process != this {
            generation = generation.successor.get_or_init(|| Box::new(generation.inherit(this)));
        }
        generation
    }
}

/// The old token, which a failure leaves in use.
fn still_valid(
    generation: &Generation,
    resource: &str,
    clock: &dyn Clock,
    deadline: &Deadline,
) -> Option<Arc<Token>> {
    generation.still_valid(resource, clock.now()).inspect(|token| trace_cached(token, clock, deadline))
}

/// Tells of a token that comes from here.
pub(crate) fn trace_cached(token: &Token, clock: &dyn Clock, deadline: &Deadline) {
    deadline.trace(&TraceStep::Cached { seconds_left: token.expires_on() - clock.now().unix });
}

/// Whether the time or the patience of the one who asked ended: whoever waited and has more of both asks then.
fn gave_up(outcome: &Outcome) -> bool {
    outcome.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Cancelled))
}

#[cfg(test)]
mod tests;
