//! What a call does, step by step, for whoever wants to watch it. Each step is one line of text, which is the same in
//! every language, and holds no secret.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::accounts;
use crate::diagnose::check::Check;
use crate::error::Error;
use crate::printable::push_escaped;
use crate::response::presentable;

/// Told of each step, on the thread that makes the call.
pub(crate) type TraceHook = Arc<dyn Fn(&TraceEvent<'_>) + Send + Sync>;

/// One step of a call, as the hook of [`ClientBuilder::trace`](crate::ClientBuilder::trace) is told of it.
///
/// `Display` is one line of text such as `0.004 s: answer 200, 1432 bytes`: the time since the call began, and what was
/// done. It holds no key and no token, and nothing that a terminal must not get. The wording may change.
pub struct TraceEvent<'a> {
    elapsed: Duration,
    text: String,
    waits_for: Option<String>,
    check: Option<&'a Check>,
}

/// What was done, or is begun.
pub(crate) enum TraceStep<'a> {
    /// A call for a token begins.
    Token { resource: &'a str, force_refresh: bool },
    /// A call for the instance metadata begins.
    Metadata,
    /// The cache has a token that will do.
    Cached { seconds_left: i64 },
    /// A failure that is repeated from memory follows.
    Remembered,
    /// Another thread asks already.
    Shared,
    /// A request is sent.
    Request { path: &'a str, with_key: bool },
    /// The connection for it was opened, and who listens was looked up unless that is off.
    Connected { is_verified: bool, is_hidden: bool, unproven: Option<u32> },
    /// The agent answered.
    Answer { status: u16, size: usize, is_challenge: bool, retry_after: Option<Duration> },
    /// The challenge names a key file, after these keys were sent.
    KeyFile { realm: &'a str, sent: &'a [&'a str] },
    /// It was read.
    KeyRead { owner: Option<u32> },
    /// It was not.
    NoKey(&'a Error),
    /// An attempt failed, and another one follows after this time, or none.
    Failed { error: &'a Error, wait: Option<Duration> },
    /// The call ends with a token from the agent.
    Received { seconds_left: i64 },
    /// The call ends with the instance metadata.
    ReceivedMetadata,
    /// The call ends with an error.
    Ended(&'a Error),
    /// The report has one more check.
    Check(&'a Check),
}

/// Which attempt of how many; 0 of 0 where there is only one.
#[derive(Clone, Copy)]
struct Attempt {
    number: u32,
    of: u32,
}

/// The steps of one call.
pub(crate) struct CallTrace {
    hook: TraceHook,
    started: Instant,
    attempt: AtomicU32,
    max_attempts: AtomicU32,
}

impl CallTrace {
    /// The steps of a call that begins now.
    pub(crate) fn new(hook: TraceHook) -> CallTrace {
        CallTrace { hook, started: Instant::now(), attempt: 0.into(), max_attempts: 0.into() }
    }

    /// The steps that follow are those of this attempt.
    pub(crate) fn begin_attempt(&self, number: u32, of: u32) {
        self.attempt.store(number, Relaxed);
        self.max_attempts.store(of, Relaxed);
    }

    pub(crate) fn tell(&self, step: &TraceStep<'_>) {
        let attempt = Attempt { number: self.attempt.load(Relaxed), of: self.max_attempts.load(Relaxed) };
        run(&self.hook, || TraceEvent::new(self.started.elapsed(), step, attempt));
    }
}

/// The hook is the caller's code, and a key may just have been sent. It may make a call, which it is not told of: it
/// would never come to an end. What it panics with is its own.
fn run<'a>(hook: &TraceHook, event: impl FnOnce() -> TraceEvent<'a>) {
    thread_local!(static IS_INSIDE: Cell<bool> = const { Cell::new(false) });
    struct Inside;
    impl Drop for Inside {
        fn drop(&mut self) {
            IS_INSIDE.set(false);
        }
    }

    if IS_INSIDE.replace(true) {
        return;
    }
    let _inside = Inside;
    // Now, and not by the hook: to cut a key out of a text is to read it.
    let event = event();
    arcidentity_registers::clear();
    // The call has its own outcome, whatever becomes of the line.
    let _ = catch_unwind(AssertUnwindSafe(|| hook(&event)));
}

impl<'a> TraceEvent<'a> {
    fn new(elapsed: Duration, step: &'a TraceStep<'a>, attempt: Attempt) -> TraceEvent<'a> {
        let check = match step {
            TraceStep::Check(check) => Some(*check),
            _ => None,
        };
        let waits_for = step.waits_for(attempt).as_deref().map(escaped);
        TraceEvent { elapsed, text: escaped(&step.text(attempt)), waits_for, check }
    }

    /// The time since the call began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// What the call waits for from now on, such as `the agent's answer`; `None` where this step begins no wait. For a
    /// line that a person watches. The wording may change.
    #[must_use]
    pub fn waits_for(&self) -> Option<&str> {
        self.waits_for.as_deref()
    }

    /// The check that a report has got by this step.
    #[must_use]
    pub fn check(&self) -> Option<&Check> {
        self.check
    }
}

impl TraceStep<'_> {
    fn waits_for(&self, attempt: Attempt) -> Option<String> {
        Some(match self {
            TraceStep::Request { path, .. } => format!("the agent's answer to GET {}", shown(path)),
            TraceStep::Shared => "the answer to another thread's request".to_owned(),
            TraceStep::KeyFile { realm, sent } => format!("the key file {}", presentable(realm, sent)),
            TraceStep::Failed { error, wait: Some(_) } => {
                format!("attempt {} of {}: {error}", attempt.number + 1, attempt.of)
            }
            _ => return None,
        })
    }

    fn text(&self, attempt: Attempt) -> String {
        match self {
            TraceStep::Token { resource, force_refresh: false } => format!("a token for {}", shown(resource)),
            TraceStep::Token { resource, .. } => format!("a new token for {}", shown(resource)),
            TraceStep::Metadata => "the instance metadata".to_owned(),
            TraceStep::Cached { seconds_left } => format!("from the cache, valid for {seconds_left} s"),
            TraceStep::Remembered => "not asked again: the agent has just failed".to_owned(),
            TraceStep::Shared => "waiting for another thread's request".to_owned(),
            TraceStep::Request { path, with_key } => {
                let key = if *with_key { ", with the key" } else { "" };
                format!("GET {}{}{key}", shown(path), attempt)
            }
            TraceStep::Connected { is_verified, is_hidden, unproven } => {
                format!("connected, {}", listener(*is_verified, *is_hidden, *unproven))
            }
            TraceStep::Answer { status, size, is_challenge, retry_after } => {
                let challenge = if *is_challenge { ", WWW-Authenticate" } else { "" };
                let wait =
                    retry_after.map(|wait| format!(", Retry-After {} s", wait.as_secs())).unwrap_or_default();
                format!("answer {status}, {size} bytes{challenge}{wait}")
            }
            TraceStep::KeyFile { realm, sent } => format!("key file {}", presentable(realm, sent)),
            TraceStep::KeyRead { owner: Some(owner) } => format!("key read, of {}", accounts::user(*owner)),
            TraceStep::KeyRead { owner: None } => "key read".to_owned(),
            TraceStep::NoKey(error) => format!("no key: {error}"),
            TraceStep::Failed { error, wait: None } => format!("failed{}: {error}", attempt),
            TraceStep::Failed { error, wait: Some(wait) } => {
                format!("failed{}: {error}; the next in {:.1} s", attempt, wait.as_secs_f64())
            }
            TraceStep::Received { seconds_left } => format!("a token, valid for {seconds_left} s"),
            TraceStep::ReceivedMetadata => "the instance metadata came".to_owned(),
            TraceStep::Ended(error) => format!("ended with {}: {error}", error.kind().name()),
            TraceStep::Check(check) => {
                format!("check {}: {}: {}", check.id(), check.outcome().name(), check.seen())
            }
        }
    }
}

impl fmt::Display for TraceEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} s: {}", self.elapsed.as_secs_f64(), self.text)
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Attempt { of: 0, .. } => Ok(()),
            Attempt { number, of } => write!(f, ", attempt {number} of {of}"),
        }
    }
}

fn listener(is_verified: bool, is_hidden: bool, unproven: Option<u32>) -> String {
    match unproven {
        _ if !is_verified => "listener not verified: verify_agent is off".to_owned(),
        Some(user) => format!("listener is {}, who must ask for a key of their own", accounts::user(user)),
        None if is_hidden => "listener not known: the system does not show its user".to_owned(),
        None => "listener verified".to_owned(),
    }
}

/// A text of the caller's, which may be a token by mistake.
fn shown(text: &str) -> String {
    presentable(text, &[])
}

fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    push_escaped(&mut shown, text);
    shown
}
