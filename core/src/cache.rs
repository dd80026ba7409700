//! Tokens in memory, one entry per resource, and one request at a time for each.
//!
//! A token is served until its refresh time. Then one caller asks the agent early, while the others still
//! get the old token at once. From five minutes before the end on, callers wait for the new one. As long as
//! the old one is valid, a failure of the agent serves it. Whatever it answered, the next try waits 30 seconds.
//!
//! No lock is held while a request is under way. A child process that was forked while another thread held
//! a lock never waits for it: each process makes a [`Generation`] of its own when it first needs one.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use once_cell::race::OnceBox;

use crate::clock::{Clock, Now};
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::flight::{Flight, Outcome};
use crate::limits::{RETRY_INTERVAL, WAIT_BEFORE_END};
use crate::stripe::Stripes;
use crate::token::{Token, TokenData};

/// How badly a token is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// The old one will do for a while: one short try.
    Early,
    /// Somebody waits for it.
    Needed,
}

/// The tokens of one client.
pub(crate) struct Cache {
    oldest: Generation,
}

/// What one process knows.
struct Generation {
    pid: u32,
    stripes: Stripes,
    entries: Mutex<HashMap<String, Entry>>,
    /// Set in a child process, whose locks here may belong to threads that it does not have.
    successor: OnceBox<Generation>,
}

#[derive(Default)]
struct Entry {
    token: Option<Arc<TokenData>>,
    /// No early refresh before this moment of the monotonic clock.
    retry_at: Duration,
    flight: Option<Arc<Flight>>,
    /// A request that skips every memory; it serves nobody who did not ask for that.
    forced: Option<Arc<Flight>>,
}

/// What a caller does next.
enum Step {
    Serve(Arc<Token>),
    Ask(Role, Urgency),
}

/// Whether a caller makes the request or waits for the one who does.
enum Role {
    Lead(Arc<Flight>),
    Wait(Arc<Flight>),
}

/// Which of an entry's requests is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lane {
    Normal,
    Forced,
}

impl Cache {
    pub(crate) fn new() -> Cache {
        Cache { oldest: Generation::new(HashMap::new()) }
    }

    /// The hot path: takes no lock that anybody else needs, makes no system call, allocates nothing.
    pub(crate) fn hit(&self, resource: &str, clock: &dyn Clock) -> Option<Arc<Token>> {
        self.newest().stripes.get(resource, || clock.now())
    }

    /// A token that is served without asking the agent, whichever thread got it. Waits for no request.
    pub(crate) fn fresh(&self, resource: &str, clock: &dyn Clock) -> Option<Arc<Token>> {
        self.hit(resource, clock).or_else(|| self.current().fresh(resource, clock.now()))
    }

    /// A token from memory, else from `fetch`, which one caller at a time runs for all.
    pub(crate) fn get(
        &self,
        resource: &str,
        clock: &dyn Clock,
        deadline: &Deadline,
        fetch: impl Fn(Urgency) -> Result<TokenData, Error>,
    ) -> Result<Arc<Token>, Error> {
        loop {
            let generation = self.current();
            let outcome = match generation.step(resource, clock.now()) {
                Step::Serve(token) => return Ok(token),
                Step::Ask(Role::Wait(flight), _) => match flight.wait(deadline)? {
                    outcome if gave_up(&outcome) => continue,
                    outcome => outcome,
                },
                Step::Ask(Role::Lead(flight), urgency) => {
                    Landing { generation, resource, clock, flight, lane: Lane::Normal }.run(|| fetch(urgency))
                }
            };
            return match outcome {
                Ok(data) => Ok(generation.keep(resource, &data)),
                Err(error) => generation.still_valid(resource, clock.now()).ok_or(error),
            };
        }
    }

    /// A token from `fetch`, whatever is in memory. Callers who force at the same time share one.
    pub(crate) fn force(
        &self,
        resource: &str,
        clock: &dyn Clock,
        deadline: &Deadline,
        fetch: impl Fn() -> Result<TokenData, Error>,
    ) -> Result<Arc<Token>, Error> {
        loop {
            let generation = self.current();
            let outcome = match generation.join(resource, Lane::Forced) {
                Role::Wait(flight) => match flight.wait(deadline)? {
                    outcome if gave_up(&outcome) => continue,
                    outcome => outcome,
                },
                Role::Lead(flight) => {
                    Landing { generation, resource, clock, flight, lane: Lane::Forced }.run(&fetch)
                }
            };
            return Ok(generation.keep(resource, &outcome?));
        }
    }

    /// Forgets every token. A request under way still answers its callers, and is not kept.
    pub(crate) fn clear(&self) {
        let current = self.current();
        let mut inherited = &self.oldest;
        while !std::ptr::eq(inherited, current) {
            inherited.stripes.try_clear();
            if let Ok(mut entries) = inherited.entries.try_lock() {
                entries.clear();
            }
            match inherited.successor.get() {
                Some(next) => inherited = next,
                None => break,
            }
        }
        let mut entries = current.lock();
        entries.clear();
        current.stripes.clear();
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
        while generation.pid != std::process::id() {
            generation = generation.successor.get_or_init(|| Box::new(generation.inherit()));
        }
        generation
    }
}

impl Generation {
    fn new(entries: HashMap<String, Entry>) -> Generation {
        Generation {
            pid: std::process::id(),
            stripes: Stripes::default(),
            entries: Mutex::new(entries),
            successor: OnceBox::new(),
        }
    }

    /// A new generation with this one's tokens, unless a thread of the parent was just changing them.
    fn inherit(&self) -> Generation {
        let entries = self.entries.try_lock();
        let tokens = entries.iter().flat_map(|entries| entries.iter()).map(|(resource, entry)| {
            let entry = Entry { token: entry.token.clone(), ..Entry::default() };
            (resource.clone(), entry)
        });
        Generation::new(tokens.collect())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self, resource: &str, now: Now) -> Option<Arc<Token>> {
        let entries = self.lock();
        let entry = entries.get(resource)?;
        let token = entry.valid(now)?;
        match entry.serve_until(token, now) {
            Some(until) => Some(self.share(resource, token, until)),
            None => entry.is_renewed_early(token, now).then(|| Arc::new(Token::share(token))),
        }
    }

    fn step(&self, resource: &str, now: Now) -> Step {
        let mut entries = self.lock();
        let entry = entries.entry(resource.to_owned()).or_default();
        let Some(token) = entry.valid(now) else {
            return Step::Ask(entry.join(Lane::Normal), Urgency::Needed);
        };
        if let Some(until) = entry.serve_until(token, now) {
            return Step::Serve(self.share(resource, token, until));
        }
        if entry.is_renewed_early(token, now) {
            return Step::Serve(Arc::new(Token::share(token)));
        }
        let urgency = if is_early(token, now) { Urgency::Early } else { Urgency::Needed };
        Step::Ask(entry.join(Lane::Normal), urgency)
    }

    fn join(&self, resource: &str, lane: Lane) -> Role {
        self.lock().entry(resource.to_owned()).or_default().join(lane)
    }

    /// The token just fetched, from this thread's stripe if the entry kept it.
    fn keep(&self, resource: &str, data: &Arc<TokenData>) -> Arc<Token> {
        let entries = self.lock();
        let kept = entries.get(resource).and_then(|entry| entry.token.as_ref());
        match kept.filter(|kept| Arc::ptr_eq(kept, data)) {
            Some(data) => self.share(resource, data, data.refresh),
            None => Arc::new(Token::share(data)),
        }
    }

    /// Puts a token into this thread's stripe. Called under the lock of the entries, so that no stripe keeps
    /// a token that an entry has replaced.
    fn share(&self, resource: &str, data: &Arc<TokenData>, until: Now) -> Arc<Token> {
        let token = Arc::new(Token::share(data));
        self.stripes.keep(resource, Arc::clone(&token), until);
        token
    }

    /// The token in memory after its replacement failed.
    fn still_valid(&self, resource: &str, now: Now) -> Option<Arc<Token>> {
        let entries = self.lock();
        let token = entries.get(resource)?.valid(now)?;
        Some(Arc::new(Token::share(token)))
    }

    /// Takes the outcome of a request into the entry, unless the entry was cleared or overtaken meanwhile.
    fn finish(&self, resource: &str, lane: Lane, flight: &Arc<Flight>, outcome: &Outcome, now: Now) {
        let mut entries = self.lock();
        let Some(entry) = entries.get_mut(resource) else { return };
        if !entry.lane(lane).as_ref().is_some_and(|current| Arc::ptr_eq(current, flight)) {
            return;
        }
        *entry.lane(lane) = None;
        match outcome {
            Ok(token) => {
                entry.token = Some(Arc::clone(token));
                entry.retry_at = now.monotonic + RETRY_INTERVAL;
                // A forced request overtakes a normal one, whose answer may be older.
                entry.flight = None;
                self.stripes.forget(resource);
            }
            Err(_) if lane == Lane::Normal => entry.retry_at = now.monotonic + RETRY_INTERVAL,
            Err(_) => {}
        }
        if entry.token.is_none() && entry.flight.is_none() && entry.forced.is_none() {
            entries.remove(resource);
        }
    }
}

impl Entry {
    fn lane(&mut self, lane: Lane) -> &mut Option<Arc<Flight>> {
        match lane {
            Lane::Normal => &mut self.flight,
            Lane::Forced => &mut self.forced,
        }
    }

    fn join(&mut self, lane: Lane) -> Role {
        let lane = self.lane(lane);
        if let Some(flight) = lane {
            return Role::Wait(Arc::clone(flight));
        }
        Role::Lead(Arc::clone(lane.insert(Arc::default())))
    }

    /// The token, until its end.
    fn valid(&self, now: Now) -> Option<&Arc<TokenData>> {
        self.token.as_ref().filter(|token| now.is_before(token.expires))
    }

    /// Whether somebody renews a token that will do for a while.
    fn is_renewed_early(&self, token: &TokenData, now: Now) -> bool {
        self.flight.is_some() && is_early(token, now)
    }

    /// Until when a valid token is served without asking, if it is at all.
    fn serve_until(&self, token: &TokenData, now: Now) -> Option<Now> {
        if now.is_before(token.refresh) {
            return Some(token.refresh);
        }
        let until = Now { monotonic: self.retry_at.min(token.expires.monotonic), ..token.expires };
        now.is_before(until).then_some(until)
    }
}

/// Whether the time or the patience of the one who asked ended: whoever waited and has more of both asks then.
fn gave_up(outcome: &Outcome) -> bool {
    outcome.as_ref().is_err_and(|error| error.kind() == ErrorKind::Timeout)
}

/// Whether a token does for a while without its successor.
fn is_early(token: &TokenData, now: Now) -> bool {
    now.is_before(token.expires.minus(WAIT_BEFORE_END))
}

/// Makes sure that a request ends for all who wait for it, even if it panics.
struct Landing<'a> {
    generation: &'a Generation,
    resource: &'a str,
    clock: &'a dyn Clock,
    flight: Arc<Flight>,
    lane: Lane,
}

impl Landing<'_> {
    fn run(self, fetch: impl FnOnce() -> Result<TokenData, Error>) -> Outcome {
        // What `fetch` may leave half done is its own; the cache is not touched before `land`.
        let (outcome, panic) = match catch_unwind(AssertUnwindSafe(fetch)) {
            Ok(fetched) => (fetched.map(Arc::new), None),
            Err(panic) => {
                (Err(Error::new(ErrorKind::Internal, "the request for this token panicked")), Some(panic))
            }
        };
        self.generation.finish(self.resource, self.lane, &self.flight, &outcome, self.clock.now());
        self.flight.land(&outcome);
        match panic {
            Some(panic) => resume_unwind(panic),
            None => outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    fn deadline() -> Deadline {
        Deadline::after(Duration::from_secs(60), Arc::new(SystemClock), None)
    }

    fn get(cache: &Cache) -> Arc<Token> {
        let issue = |_| Ok(TokenData::new("token", SystemClock.now(), 3600, 1800));
        cache.get("resource", &SystemClock, &deadline(), issue).unwrap()
    }

    #[test]
    fn what_was_asked_for_in_vain_takes_no_memory() {
        let cache = Cache::new();
        let no = || Err(Error::new(ErrorKind::Refused, "no"));
        assert!(cache.get("one", &SystemClock, &deadline(), |_| no()).is_err());
        assert!(cache.force("another", &SystemClock, &deadline(), no).is_err());
        assert_eq!(cache.current().lock().len(), 0);
    }

    #[test]
    fn a_child_that_clears_lets_go_of_what_it_inherited_too() {
        let mut cache = Cache::new();
        let token = get(&cache);
        let data = cache.oldest.lock()["resource"].token.clone().unwrap();
        assert_eq!((Arc::strong_count(&token), Arc::strong_count(&data)), (2, 3));
        // From here on as in a child.
        cache.oldest.pid = std::process::id().wrapping_add(1);
        assert_eq!(get(&cache).value(), "token");
        cache.clear();
        assert_eq!((Arc::strong_count(&token), Arc::strong_count(&data)), (1, 2));
    }
}
