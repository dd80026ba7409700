//! Where a command writes, and who may interrupt it.

use std::fmt;
use std::io::{self, Write};

use crate::Interrupt;
use crate::failure::Failure;

/// The surroundings of a command.
pub(crate) struct Terminal<'a> {
    pub(crate) stdout: &'a mut dyn Write,
    pub(crate) stderr: &'a mut dyn Write,
    pub(crate) interrupt: Option<Interrupt>,
}

impl Terminal<'_> {
    /// Writes the result. A reader that went away and a full disk are failures: whoever takes half a
    /// token for a whole one would look for the fault elsewhere.
    pub(crate) fn print(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        write(self.stdout)
            .and_then(|()| self.stdout.flush())
            .map_err(|error| Failure::system("the result cannot be written to standard output", &error))
    }

    /// Writes a line to standard error. There is nobody to tell if that fails.
    pub(crate) fn tell(&mut self, line: fmt::Arguments<'_>) {
        let _ = writeln!(self.stderr, "{line}");
        let _ = self.stderr.flush();
    }
}
