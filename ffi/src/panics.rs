//! Panics in unit tests. The guard catches them, and a function that returns nothing does not tell of them: a
//! test would pass all the same.

use std::cell::Cell;
use std::panic;
use std::sync::Once;

thread_local!(static SEEN: Cell<usize> = const { Cell::new(0) });

/// Runs `test`, in which nothing may panic.
pub(crate) fn none_in<T>(test: impl FnOnce() -> T) -> T {
    let (outcome, panics) = counted_in(test);
    assert_eq!(panics, 0, "a panic was caught");
    outcome
}

/// Runs `test` and counts the panics on this thread, caught or not.
pub(crate) fn counted_in<T>(test: impl FnOnce() -> T) -> (T, usize) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let show = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            SEEN.set(SEEN.get() + 1);
            show(panic);
        }));
    });
    let before = SEEN.get();
    let outcome = test();
    (outcome, SEEN.get() - before)
}
