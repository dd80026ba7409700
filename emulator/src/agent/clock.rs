//! The agent's clock, which tests may set.

use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::sync::lock;

type Source = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// What the agent takes for the time of day: a source, moved forward by an offset.
pub(crate) struct Clock {
    source: Source,
    offset: Mutex<Duration>,
}

impl Clock {
    pub(crate) fn new(source: Source) -> Clock {
        Clock { source, offset: Mutex::default() }
    }

    pub(crate) fn advance(&self, time: Duration) {
        let mut offset = lock(&self.offset);
        *offset = offset.saturating_add(time);
    }

    /// The time since 1970 UTC; zero before.
    pub(crate) fn now(&self) -> Duration {
        let source = (self.source)().duration_since(UNIX_EPOCH).unwrap_or_default();
        source.saturating_add(*lock(&self.offset))
    }
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::new(Box::new(SystemTime::now))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("now", &self.now()).finish()
    }
}
