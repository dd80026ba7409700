//! The end of a call, which every wait inside it keeps.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use arcidentity_process::Process;

use crate::clock::Clock;
use crate::error::{Error, ErrorKind};
use crate::installed;
use crate::limits::{INTERRUPT_INTERVAL, MAX_NESTED_HOOKS};
use crate::trace::{CallTrace, TraceHook, TraceStep};

/// Asked while a call waits, on the thread that waits; `true` ends the call.
pub type Interrupt = Arc<dyn Fn() -> bool + Send + Sync>;

/// When a call must end, who may end it earlier, and who watches it until then.
#[derive(Clone)]
pub(crate) struct Deadline {
    clock: Arc<dyn Clock>,
    end: Duration,
    timeout: Duration,
    interrupt: Option<Interrupt>,
    trace: Option<Arc<CallTrace>>,
    caller: Caller,
}

/// The process that makes a call, where that has a hook, which may fork.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Caller(Option<Process>);

impl Caller {
    fn new(has_hook: bool) -> Caller {
        Caller(has_hook.then(Process::current))
    }

    /// Whether it was the parent of this one, which goes on with the call.
    pub(crate) fn is_parent(self) -> bool {
        self.0.is_some_and(|process| process != Process::current())
    }
}

impl Deadline {
    /// A deadline `timeout` from now.
    pub(crate) fn after(
        timeout: Duration,
        clock: Arc<dyn Clock>,
        interrupt: Option<Interrupt>,
        trace: Option<TraceHook>,
    ) -> Deadline {
        let end = clock.now().monotonic.saturating_add(timeout);
        let trace = trace.map(|hook| Arc::new(CallTrace::new(hook)));
        let caller = Caller::new(interrupt.is_some() || trace.is_some());
        Deadline { clock, end, timeout, interrupt, trace, caller }
    }

    /// A deadline `timeout` from now for a part of the same call, which ends with that.
    pub(crate) fn within(&self, timeout: Duration) -> Deadline {
        let end = self.clock.now().monotonic.saturating_add(timeout);
        Deadline { end: end.min(self.end), timeout, ..self.clone() }
    }

    /// The same deadline, which `interrupt` may bring forward too.
    pub(crate) fn or(mut self, interrupt: Option<Interrupt>) -> Deadline {
        if self.caller.0.is_none() {
            self.caller = Caller::new(interrupt.is_some());
        }
        self.interrupt = match (self.interrupt, interrupt) {
            (Some(one), Some(other)) => Some(Arc::new(move || one() || other())),
            (one, other) => one.or(other),
        };
        self
    }

    /// Tells whoever watches the call of its next step.
    pub(crate) fn trace(&self, step: &TraceStep<'_>) {
        if let Some(trace) = &self.trace {
            trace.tell(step);
        }
    }

    /// The steps that follow are those of this attempt.
    pub(crate) fn begin_attempt(&self, number: u32, of: u32) {
        if let Some(trace) = &self.trace {
            trace.begin_attempt(number, of);
        }
    }

    /// Whose call it is.
    pub(crate) fn caller(&self) -> Caller {
        self.caller
    }

    /// Ends the call where a hook has just forked and this is the child.
    pub(crate) fn check_process(&self) -> Result<(), Error> {
        if self.caller.is_parent() { Err(forked()) } else { Ok(()) }
    }

    /// The time left, or the error that ends the call.
    pub(crate) fn remaining(&self) -> Result<Duration, Error> {
        match self.end.checked_sub(self.clock.now().monotonic) {
            Some(left) if !left.is_zero() => Ok(left),
            _ => Err(self.passed()),
        }
    }

    /// How long to wait now before asking for the next slice.
    pub(crate) fn slice(&self) -> Result<Duration, Error> {
        let remaining = self.remaining()?;
        let is_cancelled = self.interrupt.as_ref().is_some_and(asks_to_end);
        self.check_process()?;
        match &self.interrupt {
            None => Ok(remaining),
            Some(_) if is_cancelled => Err(Error::new(ErrorKind::Cancelled, "the call was cancelled")),
            Some(_) => Ok(remaining.min(INTERRUPT_INTERVAL)),
        }
    }

    /// Waits for `duration`, or until the call must end.
    pub(crate) fn pause(&self, duration: Duration) -> Result<(), Error> {
        let until = self.clock.now().monotonic.saturating_add(duration);
        loop {
            let left = until.saturating_sub(self.clock.now().monotonic);
            if left.is_zero() {
                return Ok(());
            }
            self.clock.sleep(left.min(self.slice()?));
        }
    }

    fn passed(&self) -> Error {
        let message = format!("no answer within {} s", shown(self.timeout));
        Error::new(ErrorKind::Timeout, message).with_hint(format!(
            "see with `{}` what state the agent is in, or allow more time",
            installed::AGENT.show
        ))
    }
}

/// A child has its parent's connection, whose answer is for the parent, none of its threads to wait for, and for ever those
/// locks that they held.
fn forked() -> Error {
    Error::new(ErrorKind::Cancelled, "a hook of the caller has forked: the call goes on in the parent")
        .with_hint("make the call again in the child")
}

/// Seconds as a person would say them: what is left of a timeout may be 4.999.
fn shown(time: Duration) -> f64 {
    let seconds = time.as_secs_f64();
    if seconds < 0.01 { seconds } else { (seconds * 100.0).round() / 100.0 }
}

/// The hook is the caller's code, and a key may just have been sent. It may make a call, which asks it again: at some
/// depth it is not asked, or a hook that always makes one would use up the stack.
fn asks_to_end(interrupt: &Interrupt) -> bool {
    thread_local!(static DEPTH: Cell<u8> = const { Cell::new(0) });
    struct Inside;
    impl Drop for Inside {
        fn drop(&mut self) {
            DEPTH.set(DEPTH.get() - 1);
        }
    }

    if DEPTH.get() == MAX_NESTED_HOOKS {
        return false;
    }
    DEPTH.set(DEPTH.get() + 1);
    let _inside = Inside;
    arcidentity_registers::clear();
    interrupt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn times_are_said_as_they_were_given() {
        for (milliseconds, expected) in
            [(60_000, "60"), (4_999, "5"), (199, "0.2"), (1_250, "1.25"), (1, "0.001")]
        {
            assert_eq!(shown(Duration::from_millis(milliseconds)).to_string(), expected);
        }
    }

    /// Who has waited for another one's request may ask for a part of its own after that.
    #[test]
    fn no_part_of_a_call_outlasts_it() {
        let deadline =
            |timeout| Deadline::after(Duration::from_secs(timeout), Arc::new(SystemClock), None, None);
        for (call, part) in [(60, 10), (10, 60)] {
            assert!(deadline(call).within(Duration::from_secs(part)).end <= deadline(10).end);
        }
    }

    /// That of a call without hooks is not asked for, which saves a system call.
    #[test]
    fn a_call_with_a_hook_knows_its_process() {
        let (minute, clock) = (Duration::from_secs(60), Arc::new(SystemClock));
        let interrupt = || -> Option<Interrupt> { Some(Arc::new(|| false)) };
        let trace = || -> Option<TraceHook> { Some(Arc::new(|_| {})) };
        let after = |interrupt, trace| Deadline::after(minute, clock.clone(), interrupt, trace);
        let knows = |deadline: Deadline| deadline.caller.0 == Some(Process::current());
        assert!(knows(after(interrupt(), None)) && knows(after(None, trace())));
        assert!(knows(after(None, None).or(interrupt())) && knows(after(interrupt(), None).or(None)));
        assert!(!knows(after(None, None)) && !knows(after(None, None).or(None)));
    }
}
