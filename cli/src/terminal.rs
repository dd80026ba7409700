//! Where a command writes, and who may interrupt it.

use std::fmt;
use std::io::{self, Write};

use crate::Interrupt;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::stream::Stream;

/// The surroundings of a command.
pub(crate) struct Terminal<'a> {
    pub(crate) stdout: Stream<'a>,
    /// Standard error.
    pub(crate) progress: Progress,
    pub(crate) interrupt: Option<Interrupt>,
}

impl Terminal<'_> {
    /// Writes the result. A reader that went away and a full disk are failures: whoever takes half a
    /// token for a whole one would look for the fault elsewhere.
    pub(crate) fn print(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        self.progress.end();
        self.stdout.write(write).map_err(unwritten)
    }

    /// Writes a result that has colours, and nothing that a terminal must not get.
    pub(crate) fn print_painted(&mut self, text: &str) -> Result<(), Failure> {
        self.progress.end();
        self.stdout.write_painted(text).map_err(unwritten)
    }

    /// Writes a line to standard error. There is nobody to tell if that fails.
    pub(crate) fn tell(&self, line: fmt::Arguments<'_>) {
        self.progress.tell(line);
    }

    /// Tells why a command ended without a result.
    pub(crate) fn report(&self, failure: &Failure) {
        self.tell(format_args!("arcidentity: {}", failure.message()));
        for hint in failure.hints() {
            self.tell(format_args!("hint: {hint}"));
        }
    }

    /// Writes a line that is no error, which `--quiet` keeps away.
    pub(crate) fn note(&self, line: fmt::Arguments<'_>) {
        self.progress.note(line);
    }
}

fn unwritten(error: io::Error) -> Failure {
    Failure::system("the result cannot be written to standard output", &error)
}
