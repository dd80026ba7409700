//! Lines that one thread has for another, which may be slower or stuck: so many wait, and the others are counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::Duration;

/// So many lines wait to be shown.
const WAITING_LINES: usize = 10_000;

/// Where lines are given away. Nobody ever waits here.
#[derive(Clone)]
pub(crate) struct Outlet {
    queue: SyncSender<String>,
    lost: Arc<AtomicU64>,
}

/// Where they are shown, in their order. What was lost is one line of its own, once there is room for it.
pub(crate) struct Lines {
    queue: Receiver<String>,
    lost: Arc<AtomicU64>,
}

pub(crate) fn lines() -> (Outlet, Lines) {
    let (sender, receiver) = mpsc::sync_channel(WAITING_LINES);
    let lost = Arc::default();
    (Outlet { queue: sender, lost: Arc::clone(&lost) }, Lines { queue: receiver, lost })
}

impl Outlet {
    pub(crate) fn give(&self, line: String) {
        if self.queue.try_send(line).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Lines {
    /// One that is there by now.
    pub(crate) fn ready(&self) -> Option<String> {
        self.queue.try_recv().ok().or_else(|| self.missing())
    }

    /// One that comes within this time.
    pub(crate) fn within(&self, time: Duration) -> Option<String> {
        self.ready().or_else(|| self.queue.recv_timeout(time).ok())
    }

    /// The next one; none once nobody can have more.
    pub(crate) fn next(&self) -> Option<String> {
        self.ready().or_else(|| self.queue.recv().ok()).or_else(|| self.missing())
    }

    fn missing(&self) -> Option<String> {
        match self.lost.swap(0, Ordering::Relaxed) {
            0 => None,
            1 => Some("arcidentity: 1 line is missing here: more came than were shown".to_owned()),
            lost => Some(format!("arcidentity: {lost} lines are missing here: more came than were shown")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted_and_told_once() {
        let (outlet, lines) = lines();
        (0..WAITING_LINES + 7).for_each(|number| outlet.give(number.to_string()));
        (0..WAITING_LINES).for_each(|number| assert_eq!(lines.ready(), Some(number.to_string())));
        assert!(lines.ready().unwrap().contains(" 7 lines are missing here"));
        assert_eq!(lines.ready(), None);
        outlet.give("after".to_owned());
        drop(outlet);
        assert_eq!((lines.next(), lines.next()), (Some("after".to_owned()), None));
    }

    #[test]
    fn what_is_missing_is_told_in_the_end_too() {
        let (outlet, lines) = lines();
        (0..=WAITING_LINES).for_each(|_| outlet.give(String::new()));
        drop(outlet);
        let all: Vec<String> = std::iter::from_fn(|| lines.next()).collect();
        assert_eq!(all.len(), WAITING_LINES + 1);
        assert!(all[WAITING_LINES].contains(" 1 line is missing here"));
    }
}
