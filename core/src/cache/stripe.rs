//! The hot path: cached tokens, kept once for each of a few groups of threads.
//!
//! Threads on different cores that count references on the same token, or take the same lock, slow each
//! other down many times. So each group has its own lock and its own reference count.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;

use crate::clock::Now;
use crate::token::Token;

/// More than the cores of most servers' busy programs, and small enough to clear at once.
const STRIPES: usize = 16;

/// A token and until when it is served without another thought.
struct Kept {
    token: Arc<Token>,
    until: Now,
}

/// Its own cache lines, so that neighbours do not disturb each other.
#[derive(Default)]
#[repr(align(128))]
struct Stripe(Mutex<HashMap<Box<str>, Kept, RandomState>>);

/// The stripes of one cache.
#[derive(Default)]
pub(super) struct Stripes([Stripe; STRIPES]);

impl Stripes {
    /// The token for `resource`, if this thread's stripe has one that still holds. Never waits: a lock that
    /// another thread holds, or held when this process was forked, counts as nothing found.
    pub(super) fn get(&self, resource: &str, now: impl FnOnce() -> Now) -> Option<Arc<Token>> {
        let kept = self.mine().0.try_lock().ok()?;
        let kept = kept.get(resource)?;
        now().is_before(kept.until).then(|| Arc::clone(&kept.token))
    }

    /// Keeps `token` in this thread's stripe.
    pub(super) fn keep(&self, resource: &str, token: Arc<Token>, until: Now) {
        let mut kept = self.mine().0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(resource.into(), Kept { token, until });
    }

    /// Forgets the token for `resource` in every stripe.
    pub(super) fn forget(&self, resource: &str) {
        for Stripe(kept) in &self.0 {
            kept.lock().unwrap_or_else(PoisonError::into_inner).remove(resource);
        }
    }

    /// Forgets the token for `resource` where no other thread is reading. Never waits.
    pub(super) fn try_forget(&self, resource: &str) {
        for Stripe(kept) in &self.0 {
            if let Ok(mut kept) = kept.try_lock() {
                kept.remove(resource);
            }
        }
    }

    /// Forgets everything that no other thread is reading. Never waits.
    pub(super) fn try_clear(&self) {
        for Stripe(kept) in &self.0 {
            if let Ok(mut kept) = kept.try_lock() {
                kept.clear();
            }
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        for Stripe(kept) in &self.0 {
            kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
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
