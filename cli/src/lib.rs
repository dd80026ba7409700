//! The `arcidentity` command as a function, so that the native binary and the Python wheel share one.
//!
//! | part | what it holds |
//! |---|---|
//! | `syntax.rs` | every command, option and value, described once |
//! | `command.rs` | which command is meant |
//! | `arguments.rs`, `options.rs` | the command line, and the options that all clients of the agent have |
//! | `suggestion.rs` | what a misspelt name was meant to be |
//! | `token.rs`, `run.rs`, `metadata.rs`, `doctor.rs`, `emulator.rs` | a command each: its options and what it does |
//! | `completions.rs` | scripts that complete the command in shells |
//! | `format.rs` | the forms in which a token is printed |
//! | `resource.rs` | what a token is for: a URI, or the short name of a service of core's table |
//! | `stream.rs`, `terminal.rs`, `failure.rs`, `help.rs`, `version.rs` | what is printed, and where |
//! | `progress.rs` | what is shown while a call waits, and each of its steps |
//! | `program.rs`, `signals.rs`, `supervise.rs` | a program that runs as the child of a command |
//! | `lines.rs`, `background.rs` | what is told while it runs, without waiting for whoever reads it |

#![forbid(unsafe_code)]

mod arguments;
mod background;
mod command;
mod completions;
mod doctor;
mod emulator;
mod failure;
mod format;
mod help;
mod lines;
mod metadata;
mod options;
mod program;
mod progress;
mod resource;
mod run;
mod signals;
mod stream;
mod suggestion;
mod supervise;
mod syntax;
mod terminal;
mod token;
mod version;

use std::ffi::OsString;
use std::sync::Arc;

use crate::command::Command;
// For the Python wheel alone, whose emulator starts programs as the command does.
#[cfg(target_os = "linux")]
#[doc(hidden)]
pub use crate::emulator::OwnPlace;
// For the native binary alone, which knows it.
#[cfg(unix)]
#[doc(hidden)]
pub use crate::program::ignore_broken_pipes_in_programs;
use crate::progress::Progress;
pub use crate::stream::Stream;
use crate::terminal::Terminal;

/// Asked about ten times a second while a command waits, on the thread that called [`run`]; `true` ends
/// the wait.
pub type Interrupt = Arc<dyn Fn() -> bool + Send + Sync>;

/// Runs the command with `arguments`, the program's name not among them, and returns its exit status.
///
/// The result goes to `stdout`, everything else to `stderr`; both are written on the calling thread, but for
/// [`Stream::stderr`] while a program runs, and `stdout` is flushed. With an `interrupt` hook, Ctrl-C is the caller's
/// to handle; without one, the system's default holds, except that `emulator` cleans up first, and that it and `run`
/// pass signals on.
///
/// ```
/// use arcidentity_cli::Stream;
///
/// let mut stdout = Vec::new();
/// let status =
///     arcidentity_cli::run(["--version".into()], Stream::new(&mut stdout), Stream::stderr(), None);
/// assert_eq!(status, 0);
/// assert!(stdout.starts_with(b"arcidentity "));
/// ```
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    stdout: Stream<'_>,
    stderr: Stream<'static>,
    interrupt: Option<Interrupt>,
) -> i32 {
    let mut terminal = Terminal { stdout, progress: Progress::new(stderr), interrupt };
    let outcome = Command::parse(arguments).and_then(|command| command.run(&mut terminal));
    let status = outcome.unwrap_or_else(|failure| {
        terminal.report(&failure);
        failure.status()
    });
    terminal.progress.end();
    status
}
