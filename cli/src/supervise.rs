//! Waits for a program, or to be stopped, and shows what happens meanwhile.

use std::time::Duration;

use crate::failure::Failure;
use crate::lines::Lines;
use crate::program::{Program, bury_others};
use crate::signals::Signals;
use crate::terminal::Terminal;

/// How often it is looked at whether to end.
const TICK: Duration = Duration::from_millis(20);

/// Shows these lines until the program ends, with its exit status or, without one, until it is stopped, with 0.
pub(crate) fn wait(
    lines: &Lines,
    mut program: Option<Program>,
    signals: &Signals,
    terminal: &mut Terminal<'_>,
) -> Result<i32, Failure> {
    loop {
        if let Some(line) = lines.within(TICK) {
            terminal.tell(format_args!("{line}"));
        }
        let signal = signals.next();
        match (&mut program, signal) {
            (None, Some(_)) => return Ok(0),
            (None, None) => bury_others(None),
            (Some(program), signal) => {
                if let Some(status) = program.status()? {
                    return Ok(status);
                }
                bury_others(Some(program));
                if let Some(signal) = signal {
                    program.pass_on(signal);
                }
            }
        }
    }
}

/// Shows the lines that are left when all has ended.
pub(crate) fn show_rest(lines: &Lines, terminal: &mut Terminal<'_>) {
    while let Some(line) = lines.ready() {
        terminal.tell(format_args!("{line}"));
    }
}
