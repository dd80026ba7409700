//! The streams that a command writes to.

use std::env;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};

use arcidentity_core::printable::push_escaped;

use crate::background::BackgroundWriter;

/// Where a command writes its result, or its messages.
///
/// What comes from the agent and from Azure is printed as it is, except on a terminal, where a character that would
/// move the cursor, hide text or turn it round is escaped.
pub struct Stream<'a> {
    writer: Box<dyn Write + Send + 'a>,
    is_terminal: bool,
    is_stderr: bool,
}

impl<'a> Stream<'a> {
    /// Any writer that is no terminal.
    pub fn new(writer: impl Write + Send + 'a) -> Stream<'a> {
        Stream { writer: Box::new(writer), is_terminal: false, is_stderr: false }
    }

    /// This process's standard output.
    ///
    /// What cannot be written is an error here. [`io::Stdout`] says that all went well where standard output is
    /// closed or only open for reading.
    #[must_use]
    pub fn stdout() -> Stream<'static> {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let writer: Box<dyn Write + Send> = match duplicate(&stdout) {
            // Only this knows how to write text to a console.
            _ if cfg!(windows) && is_terminal => Box::new(stdout),
            Ok(file) => Box::new(BufWriter::new(file)),
            Err(error) => Box::new(Unwritable(error)),
        };
        Stream { writer, is_terminal, is_stderr: false }
    }

    /// This process's standard error.
    #[must_use]
    pub fn stderr() -> Stream<'static> {
        let stderr = io::stderr();
        Stream { is_terminal: stderr.is_terminal(), writer: Box::new(stderr), is_stderr: true }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// From now on nothing that is written to this process's standard error is waited for, even where nobody reads it.
    pub(crate) fn never_wait(&mut self) {
        if !self.is_stderr {
            return;
        }
        // Without another thread it is as it was.
        if let Ok(writer) = BackgroundWriter::start(io::stderr()) {
            self.writer = Box::new(writer);
        }
    }

    pub(crate) fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        if !self.is_terminal {
            write(&mut self.writer)?;
            return self.writer.flush();
        }
        let mut text = Vec::new();
        write(&mut text)?;
        self.write_painted(&escaped(&String::from_utf8_lossy(&text)))
    }

    /// Writes a text that needs no escapes, and may have those of colours.
    pub(crate) fn write_painted(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(text.as_bytes())?;
        self.writer.flush()
    }
}

/// Whether nothing says that the terminal can do more than show one line after another.
pub(crate) fn is_dumb() -> bool {
    env::var_os("TERM").is_none_or(|name| name.is_empty() || name == "dumb")
}

/// These lines as a terminal may get them.
fn escaped(lines: &str) -> String {
    // After a lone carriage return the line would be written over. As a line break it changes no JSON document.
    let lines = lines.replace("\r\n", "\n").replace('\r', "\n");
    let mut shown = String::with_capacity(lines.len());
    for piece in lines.split_inclusive(['\n', '\t']) {
        let text = piece.trim_end_matches(['\n', '\t']);
        push_escaped(&mut shown, text);
        shown.push_str(&piece[text.len()..]);
    }
    shown
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
