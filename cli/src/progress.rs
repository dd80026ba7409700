//! Signs of life on standard error: each step of a call where that is wanted, and on a terminal, after a while, one line
//! that says what the command waits for, is renewed in place and leaves nothing behind.

mod line;
#[cfg(unix)]
mod signals;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arcidentity_core::limits::EXPLAINED_WAIT;
use arcidentity_core::{ClientBuilder, TraceEvent};

use self::line::{ERASE, NO_WRAP, WRAP, is_in_foreground};
use crate::Interrupt;
use crate::stream::{Stream, is_dumb};

/// Standard error of a command, and what it shows while a call waits.
#[derive(Clone)]
pub(crate) struct Progress(Arc<Mutex<State>>);

/// What is shown beside the result and errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verbosity {
    /// Nothing.
    Quiet,
    /// Waits, and what was assumed.
    Usual,
    /// Each step of the exchange with the agent, too.
    Steps,
}

/// How a wait is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Not at all: this is no terminal, or nobody wants it.
    Silent,
    /// By one line that stays, where the terminal cannot do better or belongs to somebody else too.
    Once,
    /// By one line that is renewed.
    InPlace,
}

struct State {
    stderr: Stream<'static>,
    style: Style,
    verbosity: Verbosity,
    /// Whether each check of a report is shown when it is done.
    shows_checks: bool,
    started: Instant,
    timeout: Duration,
    /// What the call says that it waits for.
    waits_for: Option<String>,
    /// What the line says now.
    shown: String,
}

impl Progress {
    pub(crate) fn new(stderr: Stream<'static>) -> Progress {
        let style = if stderr.is_terminal() { style_of_terminal() } else { Style::Silent };
        Progress(Arc::new(Mutex::new(State {
            stderr,
            style,
            verbosity: Verbosity::Usual,
            shows_checks: false,
            started: Instant::now(),
            timeout: Duration::ZERO,
            waits_for: None,
            shown: String::new(),
        })))
    }

    /// The command may take this long, and shows that much.
    pub(crate) fn begin(&self, timeout: Duration, verbosity: Verbosity) {
        let mut state = self.lock();
        (state.timeout, state.verbosity) = (timeout, verbosity);
        if verbosity == Verbosity::Quiet {
            state.style = Style::Silent;
        }
    }

    /// Shows each check of a report when it is done.
    pub(crate) fn show_checks(&self) {
        self.lock().shows_checks = true;
    }

    /// From here on signals are somebody else's.
    pub(crate) fn share_terminal(&self) {
        let mut state = self.lock();
        if state.style == Style::InPlace {
            state.style = Style::Once;
        }
    }

    /// From here on nothing waits for whoever reads standard error.
    pub(crate) fn never_wait(&self) {
        self.lock().stderr.never_wait();
    }

    /// The settings of a client whose calls are shown, and which this hook can end.
    pub(crate) fn watch(&self, builder: ClientBuilder, interrupt: Option<Interrupt>) -> ClientBuilder {
        let state = self.lock();
        let builder = match state.verbosity == Verbosity::Steps || state.style != Style::Silent {
            true => {
                let steps = self.clone();
                builder.trace(move |event| steps.lock().step(event))
            }
            false => builder,
        };
        match (state.style, interrupt) {
            (Style::Silent, None) => builder,
            (Style::Silent, Some(interrupt)) => builder.interrupt(move || interrupt()),
            (_, interrupt) => {
                let waits = self.clone();
                builder.interrupt(move || {
                    waits.lock().wait();
                    interrupt.as_ref().is_some_and(|interrupt| interrupt())
                })
            }
        }
    }

    /// Writes a line. There is nobody to tell if that fails.
    pub(crate) fn tell(&self, line: fmt::Arguments<'_>) {
        self.lock().tell(line);
    }

    /// Writes a line that is no error, unless nobody wants it.
    pub(crate) fn note(&self, line: fmt::Arguments<'_>) {
        let mut state = self.lock();
        if state.verbosity != Verbosity::Quiet {
            state.tell(line);
        }
    }

    /// Erases the line that is renewed: something else is shown now.
    pub(crate) fn end(&self) {
        self.lock().erase();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn step(&mut self, event: &TraceEvent<'_>) {
        if self.verbosity == Verbosity::Steps {
            self.tell(format_args!("{event}"));
        }
        match (event.waits_for(), event.check()) {
            (Some(what), _) => self.waits_for = Some(format!("waiting for {what}")),
            (None, Some(check)) => {
                self.waits_for = Some(format!("{}: {}", check.id(), check.outcome().name()))
            }
            (None, None) => return,
        }
        self.wait();
    }

    /// Asked ten times a second while a call waits.
    fn wait(&mut self) {
        let elapsed = self.started.elapsed();
        let is_early = elapsed < EXPLAINED_WAIT && !(self.shows_checks && self.style == Style::InPlace);
        if self.style == Style::Silent || is_early {
            return;
        }
        if let Some(waits_for) = &self.waits_for {
            let (elapsed, timeout) = (elapsed.as_secs(), self.timeout.as_secs_f64());
            self.show(format!("arcidentity: {elapsed} s of {timeout} s, {waits_for}"));
        }
    }

    fn show(&mut self, text: String) {
        if text == self.shown || !is_in_foreground() {
            return;
        }
        match self.style {
            Style::InPlace => {
                #[cfg(unix)]
                signals::begin_line();
                let _ = self.stderr.write_painted(&format!("{ERASE}{NO_WRAP}{text}{WRAP}"));
            }
            Style::Once if self.shown.is_empty() => {
                let _ = self.stderr.write(|out| writeln!(out, "{text}"));
            }
            _ => return,
        }
        self.shown = text;
    }

    fn tell(&mut self, line: fmt::Arguments<'_>) {
        self.erase();
        let _ = self.stderr.write(|out| writeln!(out, "{line}"));
    }

    fn erase(&mut self) {
        if self.style != Style::InPlace || self.shown.is_empty() {
            return;
        }
        // A command that was stopped may go on in a shell's background.
        if is_in_foreground() {
            let _ = self.stderr.write_painted(ERASE);
        }
        self.shown.clear();
        #[cfg(unix)]
        signals::end_line();
    }
}

fn style_of_terminal() -> Style {
    if cfg!(not(unix)) || is_dumb() { Style::Once } else { Style::InPlace }
}
