//! Runs the command and keeps what came of it.

#[cfg(unix)]
use std::process::Child;
use std::process::{Command, Output};
#[cfg(unix)]
use std::sync::mpsc::{self, Sender};
#[cfg(unix)]
use std::time::Duration;

use arcidentity_emulator::Emulator;

pub const VAULT: &str = "https://vault.azure.net";

/// How a command ended.
#[derive(Debug)]
pub struct Outcome {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Outcome {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Outcome { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Outcome {
    /// What a successful command printed, without the end of the line.
    pub fn result(self) -> String {
        assert_eq!((self.status, self.stderr.as_str()), (Some(0), ""));
        self.stdout.strip_suffix('\n').expect("a whole line").to_owned()
    }

    /// The exit status and the message of a command that failed as it should: with nothing on standard
    /// output, a message, and nothing but hints after it.
    pub fn failure(&self) -> (i32, &str) {
        assert_eq!(self.stdout, "", "{self:?}");
        let mut lines = self.stderr.lines();
        let message = lines.next().and_then(|line| line.strip_prefix("arcidentity: ")).expect("a message");
        assert!(lines.all(|line| line.starts_with("hint: ")), "{self:?}");
        (self.status.expect("an exit status"), message)
    }
}

/// The command with these arguments, in an environment that leads to no agent and to no proxy.
pub fn arcidentity(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_arcidentity"));
    command.args(arguments);
    for variable in ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_HEADER"] {
        command.env_remove(variable);
    }
    // What leads to proxies is told too.
    for variable in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(variable).env_remove(variable.to_ascii_lowercase());
    }
    command
}

/// Runs the command to its end.
pub fn run(arguments: &[&str]) -> Outcome {
    outcome(&mut arcidentity(arguments))
}

pub fn outcome(command: &mut Command) -> Outcome {
    loop {
        match command.output() {
            // Wine cannot start a program now and then where many others run (ERROR_INTERNAL_ERROR).
            Err(error) if cfg!(windows) && error.raw_os_error() == Some(1359) => {}
            output => return output.expect("the command starts").into(),
        }
    }
}

/// The command with these arguments as a client of `agent`.
pub fn client(agent: &Emulator, arguments: &[&str]) -> Command {
    let mut command = arcidentity(arguments);
    command.args(["--endpoint", &agent.endpoint()]).arg("--key-directory").arg(agent.key_directory());
    command
}

/// Runs the command with these arguments as a client of `agent`.
pub fn ask(agent: &Emulator, arguments: &[&str]) -> Outcome {
    outcome(&mut client(agent, arguments))
}

/// The resources that tokens were asked for, in order.
pub fn resources(agent: &Emulator) -> Vec<String> {
    let authorized = agent.requests().into_iter().filter(|request| request.is_authorized());
    authorized.filter_map(|request| request.parameter("resource").map(str::to_owned)).collect()
}

/// Longer than any command here takes.
#[cfg(unix)]
const FOR_EVER: Duration = Duration::from_secs(120);

/// Kills this command where it hangs, until what is returned is dropped.
#[cfg(unix)]
pub fn guard(child: &Child) -> Sender<()> {
    use nix::sys::signal::{Signal, kill};

    let process = nix::unistd::Pid::from_raw(child.id().try_into().unwrap());
    let (alive, end) = mpsc::channel();
    std::thread::spawn(move || {
        if end.recv_timeout(FOR_EVER) == Err(mpsc::RecvTimeoutError::Timeout) {
            kill(process, Signal::SIGKILL).unwrap();
        }
    });
    alive
}

/// The control sequences of the line that says what the command waits for: erase the line, do not wrap it, wrap again.
#[cfg(target_os = "linux")]
pub const ERASE: &str = "\r\u{1b}[K";
#[cfg(target_os = "linux")]
pub const NO_WRAP: &str = "\u{1b}[?7l";
#[cfg(target_os = "linux")]
pub const WRAP: &str = "\u{1b}[?7h";

/// The same without these.
#[cfg(target_os = "linux")]
pub fn without_line_control(shown: &str) -> String {
    [ERASE, NO_WRAP, WRAP].iter().fold(shown.to_owned(), |shown, sequence| shown.replace(sequence, ""))
}

/// What the command shows on a terminal, its messages too, in an environment changed as the arguments of `env` say.
/// `script` is a part of util-linux.
#[cfg(target_os = "linux")]
pub fn on_a_terminal(command: &Command, changes: &str) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line: Vec<_> = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
    let line = format!("env {changes} {}", line.join(" "));
    let mut script = Command::new("script");
    script.args(["--quiet", "--command", &line, "/dev/null"]);
    let output = script.env("TERM", "xterm").env_remove("NO_COLOR").output();
    let output = output.expect("script is needed: apt-get install bsdutils");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n")
}
