//! The tokens and requests of one process. A child process makes a generation of its own.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arcidentity_process::Process;
use once_cell::race::OnceBox;

use super::entry::{Entry, Kind, Step, Urgency};
use super::flight::{Flight, Outcome};
use super::stripe::Stripes;
use crate::clock::{Clock, Now};
use crate::error::{Error, ErrorKind};
use crate::token::{Token, TokenData};

/// One process's part of the cache.
pub(super) struct Generation {
    pub(super) process: Process,
    pub(super) stripes: Stripes,
    entries: Mutex<HashMap<String, Entry>>,
    /// Set in a child process, whose locks here may belong to threads that it does not have.
    pub(super) successor: OnceBox<Generation>,
}

impl Generation {
    pub(super) fn new(process: Process, entries: HashMap<String, Entry>) -> Generation {
        Generation {
            process,
            stripes: Stripes::default(),
            entries: Mutex::new(entries),
            successor: OnceBox::new(),
        }
    }

    /// A new generation of a child with this one's tokens, unless a thread of the parent was just changing them.
    pub(super) fn inherit(&self, process: Process) -> Generation {
        let entries = self.entries.try_lock();
        let tokens = entries.iter().flat_map(|entries| entries.iter());
        Generation::new(
            process,
            tokens.map(|(resource, entry)| (resource.clone(), entry.inherit())).collect(),
        )
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token that is served without asking the agent.
    pub(super) fn fresh(&self, resource: &str, now: Now) -> Option<Arc<Token>> {
        self.serve(resource, self.lock().get(resource)?, now)
    }

    pub(super) fn step(&self, resource: &str, kind: Kind, now: Now) -> Step {
        let mut entries = self.lock();
        let entry = entries.entry(resource.to_owned()).or_default();
        match kind {
            Kind::Forced => entry.join(kind, Urgency::Needed),
            Kind::Normal => match self.serve(resource, entry, now) {
                Some(token) => Step::Serve(token),
                None => entry.join(kind, entry.urgency(now)),
            },
        }
    }

    fn serve(&self, resource: &str, entry: &Entry, now: Now) -> Option<Arc<Token>> {
        let token = entry.valid(now)?;
        match entry.serve_until(token, now) {
            Some(until) => Some(self.share(resource, token, until)),
            None => entry.is_renewed_early(token, now).then(|| Arc::new(Token::share(token))),
        }
    }

    /// The token just fetched, from this thread's stripe if the entry kept it.
    pub(super) fn keep(&self, resource: &str, data: &Arc<TokenData>) -> Arc<Token> {
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

    /// The cached token after its replacement failed.
    pub(super) fn still_valid(&self, resource: &str, now: Now) -> Option<Arc<Token>> {
        let entries = self.lock();
        let token = entries.get(resource)?.valid(now)?;
        Some(Arc::new(Token::share(token)))
    }

    /// Makes the request that others wait for, and ends it for all of them, even if it panics.
    pub(super) fn lead(
        &self,
        resource: &str,
        kind: Kind,
        flight: &Arc<Flight>,
        clock: &dyn Clock,
        fetch: impl FnOnce() -> Result<TokenData, Error>,
    ) -> Outcome {
        // What `fetch` may leave half done is its own; the cache is not touched before `finish`.
        let (outcome, panic) = match catch_unwind(AssertUnwindSafe(fetch)) {
            Ok(fetched) => (fetched.map(Arc::new), None),
            Err(panic) => {
                (Err(Error::new(ErrorKind::Internal, "the request for this token panicked")), Some(panic))
            }
        };
        self.finish(resource, kind, flight, &outcome, clock.now());
        flight.complete(&outcome);
        match panic {
            Some(panic) => resume_unwind(panic),
            None => outcome,
        }
    }

    /// Takes the outcome of a request into the entry, unless that was cleared meanwhile.
    fn finish(&self, resource: &str, kind: Kind, flight: &Arc<Flight>, outcome: &Outcome, now: Now) {
        let mut entries = self.lock();
        if entries.get_mut(resource).is_some_and(|entry| entry.finish(kind, flight, outcome, now)) {
            self.stripes.forget(resource);
        }
        // Expired tokens are of no use, and shall not be found in memory because nobody asks for them again.
        entries.retain(|resource, entry| {
            if entry.expire(now) {
                self.stripes.forget(resource);
            }
            !entry.is_empty()
        });
    }

    /// Forgets every token.
    pub(super) fn clear(&self) {
        let mut entries = self.lock();
        entries.clear();
        self.stripes.clear();
    }

    /// Forgets what no other thread is using. Never waits.
    pub(super) fn try_clear(&self) {
        self.stripes.try_clear();
        if let Ok(mut entries) = self.entries.try_lock() {
            entries.clear();
        }
    }
}
