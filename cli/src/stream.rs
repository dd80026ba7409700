//! The streams that a command writes to.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};

/// Where a command writes its result, or its messages.
pub struct Stream<'a> {
    writer: Box<dyn Write + 'a>,
}

impl<'a> Stream<'a> {
    /// Any writer.
    pub fn new(writer: impl Write + 'a) -> Stream<'a> {
        Stream { writer: Box::new(writer) }
    }

    /// This process's standard output.
    ///
    /// What cannot be written is an error here. [`io::Stdout`] says that all went well where standard output is
    /// closed or only open for reading.
    #[must_use]
    pub fn stdout() -> Stream<'static> {
        let stdout = io::stdout();
        let writer: Box<dyn Write> = match duplicate(&stdout) {
            // Only this knows how to write text to a console.
            _ if cfg!(windows) && stdout.is_terminal() => Box::new(stdout),
            Ok(file) => Box::new(BufWriter::new(file)),
            Err(error) => Box::new(Unwritable(error)),
        };
        Stream { writer }
    }

    /// This process's standard error.
    #[must_use]
    pub fn stderr() -> Stream<'static> {
        Stream::new(io::stderr())
    }

    pub(crate) fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        write(&mut self.writer)?;
        self.writer.flush()
    }
}

#[cfg(unix)]
fn duplicate(stdout: &io::Stdout) -> io::Result<File> {
    use std::os::fd::AsFd;

    stdout.as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn duplicate(stdout: &io::Stdout) -> io::Result<File> {
    use std::os::windows::io::AsHandle;

    stdout.as_handle().try_clone_to_owned().map(File::from)
}

/// A stream that does not exist, and why.
struct Unwritable(io::Error);

impl Write for Unwritable {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::new(self.0.kind(), self.0.to_string()))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
