//! `arcidentity doctor --report`: what the agent of this machine does, for somebody who has no such machine.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::options::ClientOptions;
use crate::terminal::Terminal;

/// Where the report goes. Nobody is sent it.
pub(super) enum Destination {
    StandardOutput,
    /// A file that is not there yet, once a person has seen the report.
    File(PathBuf),
}

impl Destination {
    pub(super) fn of(value: OsString) -> Destination {
        if value == "-" { Destination::StandardOutput } else { Destination::File(value.into()) }
    }
}

/// Returns 0 if the report was shown, and written unless nobody wanted that.
pub(super) fn run(
    options: &ClientOptions,
    destination: &Destination,
    terminal: &mut Terminal<'_>,
) -> Result<i32, Failure> {
    if let Destination::File(path) = destination {
        check(path, terminal)?;
    }
    let survey = options.builder(options.timeout, terminal).survey()?;
    let report = survey.to_json() + "\n";
    terminal.print(|out| out.write_all(report.as_bytes()))?;
    if let Some(error) = survey.key_error() {
        terminal.tell(format_args!("The report lacks what needs a key, which could not be read: {error}"));
    }
    if let Destination::File(path) = destination {
        if !is_wanted(path, terminal)? {
            terminal.tell(format_args!("Nothing was written."));
            return Ok(0);
        }
        write(path, &report).map_err(|error| unwritten(path, &error))?;
        terminal.tell(format_args!("{} was written.", path.display()));
    }
    Ok(0)
}

/// Before the agent is asked.
fn check(path: &Path, terminal: &Terminal<'_>) -> Result<(), Failure> {
    if path.as_os_str().is_empty() {
        return Err(Failure::argument("--report has no name of a file"));
    }
    if fs::symlink_metadata(path).is_ok() {
        return Err(Failure::argument(format!("--report {}: it is there already", path.display())));
    }
    if io::stdin().is_terminal() && terminal.stdout.is_terminal() {
        return Ok(());
    }
    Err(Failure::argument(
        "--report FILE shows the report and asks before it is written, and needs a terminal",
    )
    .hint("`--report -` only shows it"))
}

fn is_wanted(path: &Path, terminal: &Terminal<'_>) -> Result<bool, Failure> {
    let path = path.display();
    terminal.tell(format_args!("Write this report to {path}? Nothing is sent to anybody. Answer y or n:"));
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(|error| Failure::system("no answer", &error))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// A whole report or none. It is made to be given away, also by another user than root.
fn write(path: &Path, report: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(report.as_bytes()).and_then(|()| file.sync_all()).inspect_err(|_| {
        // What is half a report.
        let _ = fs::remove_file(path);
    })
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::system(format_args!("the report cannot be written to {}", path.display()), error)
}
