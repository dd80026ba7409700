//! The token cache: one entry per resource, and one request at a time for each.
//!
//! A token is served until its refresh time. Then one caller asks the agent early, while the others still
//! get the old token at once. From five minutes before the end on, callers wait for the new one. As long as
//! the old one is valid, a failure of the agent serves it. Whatever it answered, the next try waits 30 seconds.
//!
//! No lock is held while a request is under way. A child process that was forked while another thread held
//! a lock never waits for it: each process makes a [`Generation`] of its own when it first needs one.

mod entry;
mod flight;
mod generation;
mod stripe;

use std::collections::HashMap;
use std::sync::Arc;

use arcidentity_process::Process;

use self::entry::Step;
pub(crate) use self::entry::{Kind, Urgency};
use self::flight::Outcome;
use self::generation::Generation;
use crate::clock::Clock;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::token::{Token, TokenData};

/// The tokens of one client.
pub(crate) struct Cache {
    oldest: Generation,
}

impl Cache {
    pub(crate) fn new() -> Cache {
        Cache { oldest: Generation::new(Process::current(), HashMap::new()) }
    }

    /// The hot path: takes no lock that anybody else needs, makes no system call, allocates nothing.
    pub(crate) fn hit(&self, resource: &str, clock: &dyn Clock) -> Option<Arc<Token>> {
        self.newest().stripes.get(resource, || clock.now())
    }

    /// A token that is served without asking the agent, whichever thread got it. Waits for no request.
    pub(crate) fn fresh(&self, resource: &str, clock: &dyn Clock) -> Option<Arc<Token>> {
        self.hit(resource, clock).or_else(|| self.current().fresh(resource, clock.now()))
    }

    /// A token from memory unless the request is forced, else from `fetch`, which one caller at a time runs for all
    /// who want the same kind.
    pub(crate) fn get(
        &self,
        resource: &str,
        kind: Kind,
        clock: &dyn Clock,
        deadline: &Deadline,
        fetch: impl Fn(Urgency) -> Result<TokenData, Error>,
    ) -> Result<Arc<Token>, Error> {
        loop {
            let generation = self.current();
            let outcome = match generation.step(resource, kind, clock.now()) {
                Step::Serve(token) => return Ok(token),
                Step::Wait(flight) => match flight.wait(deadline)? {
                    outcome if gave_up(&outcome) => continue,
                    outcome => outcome,
                },
                Step::Lead(flight, urgency) => {
                    generation.lead(resource, kind, &flight, clock, || fetch(urgency))
                }
                Step::Nest => fetch(Urgency::Needed).map(Arc::new),
            };
            return match outcome {
                Ok(data) => Ok(generation.keep(resource, &data)),
                Err(error) if kind == Kind::Forced => Err(error),
                Err(error) => generation.still_valid(resource, clock.now()).ok_or(error),
            };
        }
    }

    /// Forgets every token. A request under way still answers its callers, and is not kept.
    pub(crate) fn clear(&self) {
        let current = self.current();
        let mut inherited = &self.oldest;
        while !std::ptr::eq(inherited, current) {
            inherited.try_clear();
            match inherited.successor.get() {
                Some(next) => inherited = next,
                None => break,
            }
        }
        current.clear();
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

/// Whether the time or the patience of the one who asked ended: whoever waited and has more of both asks then.
fn gave_up(outcome: &Outcome) -> bool {
    outcome.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Cancelled))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::SystemClock;

    fn deadline() -> Deadline {
        Deadline::after(Duration::from_secs(60), Arc::new(SystemClock), None)
    }

    fn get(cache: &Cache) -> Arc<Token> {
        let issue = |_| Ok(TokenData::new("token", SystemClock.now(), 3600, 1800));
        cache.get("resource", Kind::Normal, &SystemClock, &deadline(), issue).unwrap()
    }

    #[test]
    fn what_was_asked_for_in_vain_takes_no_memory() {
        let cache = Cache::new();
        let no = || Err(Error::new(ErrorKind::Refused, "no"));
        for kind in [Kind::Normal, Kind::Forced] {
            assert!(cache.get("resource", kind, &SystemClock, &deadline(), |_| no()).is_err());
        }
        assert_eq!(cache.current().lock().len(), 0);
    }

    #[test]
    fn an_expired_token_is_forgotten_with_the_next_request() {
        let cache = Cache::new();
        let now = SystemClock.now();
        let issue = |lifetime| move |_| Ok(TokenData::new("token", now, lifetime, lifetime));
        let get = |resource, lifetime| {
            cache.get(resource, Kind::Normal, &SystemClock, &deadline(), issue(lifetime)).unwrap()
        };
        let (expired, valid) = (get("expired", 0), get("valid", 3600));
        get("another", 3600);
        assert_eq!((Arc::strong_count(&expired), Arc::strong_count(&valid)), (1, 2));
        assert_eq!(cache.current().lock().len(), 2);
    }

    #[test]
    fn a_child_that_clears_lets_go_of_what_it_inherited_too() {
        let mut cache = Cache::new();
        let token = get(&cache);
        let data = cache.oldest.lock()["resource"].token.clone().unwrap();
        assert_eq!((Arc::strong_count(&token), Arc::strong_count(&data)), (2, 3));
        // From here on as in a child.
        cache.oldest.process = Process::default();
        assert_eq!(get(&cache).value(), "token");
        cache.clear();
        assert_eq!((Arc::strong_count(&token), Arc::strong_count(&data)), (1, 2));
    }
}
