//! The tokens and requests of one process. A child process makes a generation of its own.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arcidentity_process::Process;
use once_cell::race::OnceBox;

use super::flight::{Flight, Outcome};
use super::state::{Kind, State, Step};
use super::stripe::Stripes;
use crate::clock::{Clock, Now};
use crate::error::{Error, ErrorKind};
use crate::retry::Failed;
use crate::token::{Token, TokenData};

/// One process's part of the cache.
pub(super) struct Generation {
    pub(super) process: Process,
    pub(super) stripes: Stripes,
    state: Mutex<State>,
    /// Set in a child process, whose locks here may belong to threads that it does not have.
    pub(super) successor: OnceBox<Generation>,
}

impl Generation {
    pub(super) fn new(process: Process, state: State) -> Generation {
        Generation {
            process,
            stripes: Stripes::default(),
            state: Mutex::new(state),
            successor: OnceBox::new(),
        }
    }

    /// A new generation of a child with what this one knows, unless a thread of the parent was just changing that.
    pub(super) fn inherit(&self, process: Process) -> Generation {
        let state = self.state.try_lock();
        Generation::new(process, state.map(|state| state.inherit()).unwrap_or_default())
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token that is served without asking the agent.
    pub(super) fn fresh(&self, resource: &str, now: Now) -> Option<Arc<Token>> {
        self.serve(resource, &self.lock(), now)
    }

    pub(super) fn step(&self, resource: &str, kind: Kind, now: Now) -> Step {
        let mut state = self.lock();
        let served = match kind {
            Kind::Normal => self.serve(resource, &state, now),
            Kind::Forced => None,
        };
        if let Some(token) = served {
            return Step::Serve(token);
        }
        match state.refused(resource, kind, now) {
            Some(error) => {
                // No request will do it that soon.
                for resource in state.tokens.expire(now) {
                    self.stripes.forget(&resource);
                }
                Step::Refuse(error)
            }
            None => state.join(resource, kind, now),
        }
    }

    fn serve(&self, resource: &str, state: &State, now: Now) -> Option<Arc<Token>> {
        let kept = state.valid(resource, now)?;
        match kept.serve_until(state.refused_until(resource), now) {
            Some(until) => Some(self.share(resource, &kept.token, until)),
            None => state
                .is_renewed_early(resource, &kept.token, now)
                .then(|| Arc::new(Token::share(&kept.token))),
        }
    }

    /// The token just fetched, from this thread's stripe if it was kept.
    pub(super) fn keep(&self, resource: &str, data: &Arc<TokenData>) -> Arc<Token> {
        let state = self.lock();
        match state.tokens.get(resource).filter(|kept| Arc::ptr_eq(&kept.token, data)) {
            Some(_) => self.share(resource, data, data.refresh),
            None => Arc::new(Token::share(data)),
        }
    }

    /// Puts a token into this thread's stripe. Called under the lock of the state, so that no stripe keeps a token
    /// that has been replaced there.
    fn share(&self, resource: &str, data: &Arc<TokenData>, until: Now) -> Arc<Token> {
        let token = Arc::new(Token::share(data));
        self.stripes.keep(resource, Arc::clone(&token), until);
        token
    }

    /// The cached token after its replacement failed.
    pub(super) fn still_valid(&self, resource: &str, now: Now) -> Option<Arc<Token>> {
        let state = self.lock();
        let kept = state.valid(resource, now)?;
        Some(Arc::new(Token::share(&kept.token)))
    }

    /// Makes the request that others wait for, and ends it for all of them, even if it panics.
    pub(super) fn lead(
        &self,
        resource: &str,
        kind: Kind,
        flight: &Arc<Flight>,
        clock: &dyn Clock,
        fetch: impl FnOnce() -> Result<TokenData, Failed>,
    ) -> Outcome {
        // What `fetch` may leave half done is its own; the cache is not touched before `finish`.
        let (fetched, panic) = match catch_unwind(AssertUnwindSafe(fetch)) {
            Ok(fetched) => (fetched.map(Arc::new), None),
            Err(panic) => {
                let error = Error::new(ErrorKind::Internal, "the request for this token panicked");
                (Err(error.into()), Some(panic))
            }
        };
        // No call gets a token in a child that goes on with it.
        let is_ours = fetched.is_ok() || self.is_of_this_process();
        if is_ours {
            self.finish(resource, kind, flight, &fetched, clock.now());
        }
        let outcome = fetched.map_err(|failed| failed.error);
        if is_ours {
            flight.complete(&outcome);
        }
        match panic {
            Some(panic) => resume_unwind(panic),
            None => outcome,
        }
    }

    /// Makes a request for nobody else.
    pub(super) fn nest(
        &self,
        resource: &str,
        kind: Kind,
        clock: &dyn Clock,
        fetch: impl FnOnce() -> Result<TokenData, Failed>,
    ) -> Outcome {
        fetch().map(Arc::new).map_err(|failed| {
            if self.is_of_this_process() {
                self.lock().remember(resource, kind == Kind::Normal, &failed, clock.now());
            }
            failed.error
        })
    }

    /// Where a hook of the caller has forked, nobody waits in the child, and its parent may hold the locks for ever.
    fn is_of_this_process(&self) -> bool {
        self.process == Process::current()
    }

    /// Takes the outcome of a request into the state, unless that was cleared meanwhile.
    fn finish(
        &self,
        resource: &str,
        kind: Kind,
        flight: &Arc<Flight>,
        fetched: &Result<Arc<TokenData>, Failed>,
        now: Now,
    ) {
        let mut state = self.lock();
        for gone in state.finish(resource, kind, flight, fetched, now) {
            self.stripes.forget(&gone);
        }
        if fetched.is_ok() {
            self.stripes.forget(resource);
        }
    }

    /// Forgets everything but what the agent asked for.
    pub(super) fn clear(&self) {
        let mut state = self.lock();
        state.clear();
        self.stripes.clear();
    }

    /// Forgets what no other thread is using. Never waits.
    pub(super) fn try_clear(&self) {
        self.stripes.try_clear();
        if let Ok(mut state) = self.state.try_lock() {
            state.clear();
        }
    }

    /// Forgets the tokens that have expired and that no other thread is using. Never waits.
    pub(super) fn try_expire(&self, now: Now) {
        if let Ok(mut state) = self.state.try_lock() {
            for resource in state.tokens.expire(now) {
                self.stripes.try_forget(&resource);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::clock::SystemClock;

    /// The failure of a call with which a child goes on.
    fn forked() -> Result<TokenData, Failed> {
        Err(Error::new(ErrorKind::Cancelled, "forked").into())
    }

    #[test]
    fn a_child_whose_call_ends_waits_for_no_lock_of_its_parent() {
        let calls: [fn(&Generation) -> Outcome; 2] = [
            |parents| parents.lead("a", Kind::Normal, &Arc::new(Flight::new()), &SystemClock, forked),
            |parents| parents.nest("a", Kind::Normal, &SystemClock, forked),
        ];
        for call in calls {
            let parents = Generation::new(Process::default(), State::default());
            let (done, ended) = channel();
            let ended = thread::scope(|scope| {
                let held = parents.lock();
                scope.spawn(|| done.send(call(&parents).is_err()));
                // Whoever waits for the lock goes on when it is let go of.
                let ended = ended.recv_timeout(Duration::from_secs(30));
                drop(held);
                ended
            });
            assert_eq!(ended, Ok(true));
        }
    }
}
