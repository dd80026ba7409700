//! Sockets of other users, for tests that run as root.

use std::thread;

use nix::unistd::{Uid, setfsuid};

/// Runs `work` on a thread whose sockets belong to `user`.
pub fn as_user<T: Send>(user: u32, work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            setfsuid(Uid::from_raw(user));
            work()
        });
        thread.join().unwrap()
    })
}
