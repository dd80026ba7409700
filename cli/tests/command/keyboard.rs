//! The keys of a terminal, which reach the program by themselves, and the signals of others there, which do not.
#![cfg(unix)]

use std::process::Command;

use arcidentity_emulator::Emulator;

use crate::running::client_of;
use crate::support::{VAULT, outcome};

/// Runs its arguments but for the first in a terminal of their own, interrupts them when they are ready, with Ctrl-C or by
/// a signal to their first process alone, and prints what they did and their exit status.
const IN_A_TERMINAL: &str = r"
import os, pty, signal, sys
process, terminal = pty.fork()
if process == 0:
    os.execv(sys.argv[2], sys.argv[2:])
shown = b''
while b'ready' not in shown:
    shown += os.read(terminal, 1000)
if sys.argv[1] == 'key':
    os.write(terminal, b'\x03')
else:
    os.kill(process, signal.SIGINT)
try:
    while more := os.read(terminal, 1000):
        shown += more
except OSError:
    pass
print(shown.decode(), os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
";

/// Says each time when it is told, and goes on for long enough to be told twice.
const PROGRAM: &str = "trap 'echo heard; told=1' INT; told=0; echo ready; until [ $told = 1 ]; do sleep 0.02; done; \
    n=0; while [ $n -lt 30 ]; do sleep 0.02; n=$((n+1)); done; exit 5";

fn told_once(by: &str, command: &Command) {
    let mut python = Command::new("python3");
    python.args(["-c", IN_A_TERMINAL, by]).arg(command.get_program()).args(command.get_args());
    let outcome = outcome(&mut python);
    assert_eq!(outcome.stdout.matches("heard").count(), 1, "{by}: {outcome:?}");
    assert!(outcome.stdout.ends_with(" 5\n"), "{by}: {outcome:?}");
}

/// What tells its program once.
fn all_tell_once(by: &str) {
    let agent = Emulator::start().unwrap();
    let mut run = client_of(&agent, &["--resource", VAULT]);
    told_once(by, run.args(["--", "sh", "-c", PROGRAM]));

    let directory = tempfile::tempdir().unwrap();
    let mut emulator = crate::support::arcidentity(&["emulator", "--key-directory"]);
    told_once(by, emulator.arg(directory.path().join("keys")).args(["--", "sh", "-c", PROGRAM]));
}

#[test]
fn the_program_is_told_once_by_a_key() {
    all_tell_once("key");
}

#[test]
#[cfg(target_os = "linux")]
fn the_program_is_told_once_by_a_process() {
    all_tell_once("kill");
}
