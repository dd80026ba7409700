//! The hot path: cached tokens, kept once for each of a few groups of threads.
//!
//! Threads on different cores that count references on the same token, or take the same lock, slow each
//! other down many times. So each group has its own lock and its own reference count.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use foldhash::fast::RandomState;
use try_lock::{Locked, TryLock};

use crate::clock::Now;
use crate::token::Token;

/// More than the cores of most servers' busy programs, and small enough to clear at once.
const STRIPES: usize = 16;

/// A token and until when it is served without another thought.
struct Kept {
    token: Arc<Token>,
    until: Now,
}

/// The tokens of one stripe.
#[derive(Default)]
struct Tokens {
    /// The one that came last, which takes no hash: 4 of the 45 ns of a call that has one resource.
    last: Option<(Box<[u8]>, Kept)>,
    others: HashMap<Box<[u8]>, Kept, RandomState>,
}

impl Tokens {
    fn get(&self, resource: &[u8]) -> Option<&Kept> {
        match &self.last {
            Some((last, kept)) if **last == *resource => Some(kept),
            _ => self.others.get(resource),
        }
    }

    fn insert(&mut self, resource: &[u8], kept: Kept) {
        self.remove(resource);
        if let Some((resource, kept)) = self.last.replace((resource.into(), kept)) {
            self.others.insert(resource, kept);
        }
    }

    fn remove(&mut self, resource: &[u8]) {
        match &self.last {
            Some((last, _)) if **last == *resource => self.last = None,
            // Hashes nothing in the many stripes that nobody uses: 2 % of a handshake's instructions.
            _ if self.others.is_empty() => {}
            _ => drop(self.others.remove(resource)),
        }
    }

    fn clear(&mut self) {
        self.last = None;
        self.others.clear();
    }
}

/// Its own cache lines, so that neighbours do not disturb each other. Nobody can wait at this lock, so that letting go of
/// it wakes nobody and takes no atomic exchange: 5 of 45 ns.
#[derive(Default)]
#[repr(align(128))]
struct Stripe(TryLock<Tokens>);

impl Stripe {
    /// The tokens, when no other thread uses them. Sleeps meanwhile, so that also one of lower priority goes on.
    fn lock(&self) -> Locked<'_, Tokens> {
        loop {
            match self.0.try_lock() {
                Some(tokens) => return tokens,
                None => std::thread::sleep(Duration::from_micros(1)),
            }
        }
    }
}

/// The stripes of one cache.
#[derive(Default)]
pub(super) struct Stripes([Stripe; STRIPES]);

impl Stripes {
    /// The token for `resource`, if this thread's stripe has one that still holds. Never waits: a lock that
    /// another thread holds, or held when this process was forked, counts as nothing found.
    pub(super) fn get(&self, resource: &[u8], now: impl FnOnce() -> Now) -> Option<Arc<Token>> {
        let kept = self.mine().0.try_lock()?;
        let kept = kept.get(resource)?;
        now().is_before(kept.until).then(|| Arc::clone(&kept.token))
    }

    /// Keeps `token` in this thread's stripe, unless another thread is using that. Never waits.
    pub(super) fn keep(&self, resource: &str, token: Arc<Token>, until: Now) {
        if let Some(mut tokens) = self.mine().0.try_lock() {
            tokens.insert(resource.as_bytes(), Kept { token, until });
        }
    }

    /// Forgets the token for `resource` in every stripe.
    pub(super) fn forget(&self, resource: &str) {
        for stripe in &self.0 {
            stripe.lock().remove(resource.as_bytes());
        }
    }

    /// Forgets the token for `resource` where no other thread is reading. Never waits.
    pub(super) fn try_forget(&self, resource: &str) {
        for stripe in &self.0 {
            if let Some(mut tokens) = stripe.0.try_lock() {
                tokens.remove(resource.as_bytes());
            }
        }
    }

    /// Forgets everything that no other thread is reading. Never waits.
    pub(super) fn try_clear(&self) {
        for stripe in &self.0 {
            if let Some(mut tokens) = stripe.0.try_lock() {
                tokens.clear();
            }
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        for stripe in &self.0 {
            stripe.lock().clear();
        }
    }

    fn mine(&self) -> &Stripe {
        &self.0[group() % STRIPES]
    }
}

/// The group of this thread, dealt out in turn.
fn group() -> usize {
    const NONE: usize = usize::MAX;
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static GROUP: Cell<usize> = const { Cell::new(NONE) });

    let group = GROUP.get();
    if group != NONE {
        return group;
    }
    let group = NEXT.fetch_add(1, Ordering::Relaxed) % STRIPES;
    GROUP.set(group);
    group
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{RecvTimeoutError, channel};

    use super::*;
    use crate::token::TokenData;

    const NOW: Now = Now { monotonic: Duration::ZERO, unix: 0 };

    fn keep(stripes: &Stripes, resource: &str, value: &str) {
        let data = Arc::new(TokenData::new(value, NOW, 3600, 3600));
        stripes.keep(resource, Arc::new(Token::share(&data)), data.refresh);
    }

    fn get(stripes: &Stripes, resource: &str) -> Option<String> {
        stripes.get(resource.as_bytes(), || NOW).map(|token| token.value().to_owned())
    }

    /// What is kept for `a`, `b` and `c`.
    fn all(stripes: &Stripes) -> [Option<String>; 3] {
        ["a", "b", "c"].map(|resource| get(stripes, resource))
    }

    #[test]
    fn tokens_of_one_stripe_are_replaced_and_forgotten_alone() {
        let stripes = Stripes::default();
        let expected = |values: [&str; 3]| values.map(|value| (!value.is_empty()).then(|| value.to_owned()));
        for resource in ["a", "b", "c"] {
            keep(&stripes, resource, "1");
        }
        assert_eq!(all(&stripes), expected(["1", "1", "1"]));
        for (resource, values) in [("c", ["1", "1", "2"]), ("a", ["2", "1", "2"])] {
            keep(&stripes, resource, "2");
            assert_eq!(all(&stripes), expected(values));
        }
        for (resource, values) in [("a", ["", "1", "2"]), ("c", ["", "1", ""]), ("b", ["", "", ""])] {
            stripes.forget(resource);
            assert_eq!(all(&stripes), expected(values));
        }
        for clear in [Stripes::clear, Stripes::try_clear] {
            keep(&stripes, "a", "3");
            keep(&stripes, "b", "3");
            clear(&stripes);
            assert_eq!(all(&stripes), expected(["", "", ""]));
        }
    }

    #[test]
    fn who_forgets_waits_for_who_reads() {
        let forget: [fn(&Stripes); 2] = [|stripes| stripes.forget("a"), Stripes::clear];
        for forget in forget {
            let stripes = Stripes::default();
            keep(&stripes, "a", "1");
            let (done, forgotten) = channel();
            std::thread::scope(|scope| {
                let reading = stripes.mine().0.try_lock();
                scope.spawn(|| {
                    forget(&stripes);
                    done.send(())
                });
                let early = forgotten.recv_timeout(Duration::from_millis(50));
                assert_eq!(early, Err(RecvTimeoutError::Timeout));
                drop(reading);
                assert_eq!(forgotten.recv(), Ok(()));
            });
            assert_eq!(get(&stripes, "a"), None);
        }
    }

    #[test]
    fn nobody_else_waits() {
        let stripes = Stripes::default();
        keep(&stripes, "a", "1");
        let reading = stripes.mine().0.try_lock();
        assert_eq!(get(&stripes, "a"), None);
        keep(&stripes, "a", "2");
        stripes.try_forget("a");
        stripes.try_clear();
        drop(reading);
        assert_eq!(get(&stripes, "a").as_deref(), Some("1"));
    }
}
