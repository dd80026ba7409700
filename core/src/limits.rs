//! The numbers of the rules, each once. `tests/tests/documents` compares what documents say with them; they are no
//! part of the public interface.

use std::time::Duration;

/// The largest key that is read, in bytes.
pub const MAX_KEY: usize = 4096;

/// How many threads of a process read keys at once. Those that the system holds have their places until it lets go.
pub const MAX_READERS: usize = 16;

/// The stack of such a thread, in bytes, of which only what is used takes memory. The C library takes the thread-local
/// variables of the whole program from it, and where these are larger leaves next to nothing.
pub const READER_STACK: usize = 1024 * 1024;

/// How long a thread that reads a key may take to begin, before its caller reads it.
pub const READER_GRACE: Duration = Duration::from_secs(1);

/// The largest head and the largest body of an answer, in bytes.
pub const MAX_HEADERS: usize = 16 * 1024;
pub const MAX_BODY: usize = 64 * 1024;

/// How deep arrays and objects in an answer of the agent are inside one another. Its own have fewer than ten levels;
/// reading one takes stack for each.
pub const MAX_NESTING: usize = 32;

/// The stack that a call needs, in bytes, whatever the agent answers. A thread of glibc that does nothing else needs 45 KiB,
/// 36 of them to wipe (`wipe.rs`); the rest is for what the system saves there when a signal comes, and for its handler.
pub const STACK: usize = 64 * 1024;

/// The longest resource, and the longest id of an identity, in bytes. The agent's own limit is not known; real ones have
/// fewer than 100, and fewer than 500.
pub const MAX_RESOURCE: usize = 1024;

/// How many challenges one attempt answers: a key may expire between the challenge and its use.
pub const MAX_CHALLENGES: usize = 2;

/// How many attempts one call makes unless the builder says otherwise.
pub const DEFAULT_MAX_ATTEMPTS: u32 = 5;

/// How long one call may take unless the builder says otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// The shortest waits between attempts, in seconds; each is longer by up to a quarter. Together they are longer
/// than the 30 s for which an agent may answer 503 while it starts.
pub const WAITS: [f64; 4] = [1.0, 3.0, 9.0, 20.0];

/// The HTTP statuses after which the same request may succeed later.
pub const TEMPORARY_STATUSES: [u16; 6] = [408, 429, 500, 502, 503, 504];

/// How long a wait goes on at most before the interrupt hook is asked again.
pub const INTERRUPT_INTERVAL: Duration = Duration::from_millis(100);

/// How long the command waits before it says on a terminal what it waits for: nobody wonders about a shorter wait.
pub const EXPLAINED_WAIT: Duration = Duration::from_secs(2);

/// How many interrupt hooks may be inside one another on one thread.
pub const MAX_NESTED_HOOKS: u8 = 2;

/// How long before its end a token is refreshed at the earliest. The agent hands out the same token until fewer
/// than 90 minutes remain, so that asking earlier brings nothing.
pub const REFRESH_BEFORE_END: Duration = Duration::from_secs(75 * 60);

/// This long before a token's end, callers wait for its successor.
pub const WAIT_BEFORE_END: Duration = Duration::from_secs(5 * 60);

/// The time between two tries to replace a token that is still valid.
pub const RETRY_INTERVAL: Duration = Duration::from_secs(30);

/// How long a caller who still has a valid token waits for a new one.
pub const EARLY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a `Retry-After` that did not fit into its call is kept at most: a mistaken one must not take a resource away
/// for days.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// How long another failure that came from asking the agent is repeated from memory: a second, and a little more,
/// because the clock may be a hundredth of a second late, and nobody shall be asked twice in one second.
pub const FAILURE_INTERVAL: Duration = Duration::from_millis(1100);

/// How many tokens, and how many failures, one client remembers.
pub const MAX_REMEMBERED: usize = 16 * 1024;

/// The agent's port, whatever a client is told.
pub const AGENT_PORT: u16 = 40342;

/// The random bytes in the secret of `arcidentity run`: as many as a key of AES-256 has.
pub const RUN_SECRET: usize = 32;

/// The version of the agent's interface. Every agent knows this one; the newest that some know is 2021-02-01.
pub const API_VERSION: &str = "2020-06-01";

/// The first agent that honours the choice of a user-assigned identity.
pub const USER_ASSIGNED_SINCE: &str = "1.67";

/// The version of the layout of a report as JSON.
pub const REPORT_VERSION: u32 = 1;

/// The version of the layout of a survey as JSON.
pub const SURVEY_VERSION: u32 = 1;
