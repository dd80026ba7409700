//! A program that runs under the command and tells what leads it to its endpoint.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use arcidentity_emulator::Emulator;

pub use crate::endpoint::ask;
use crate::support::client;

/// A command whose program goes on until its input ends.
pub struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
    introduction: String,
    pub endpoint: String,
    pub header: String,
    /// The number of the program, where it has told it.
    program: Option<String>,
}

/// `arcidentity run` as a client of `agent`, with these options.
pub fn client_of(agent: &Emulator, options: &[&str]) -> Command {
    client(agent, &[&["run"], options].concat())
}

fn line(reader: &mut impl BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

impl Running {
    /// What a script tells first.
    pub const INTRODUCTION: &str = "echo \"$IDENTITY_ENDPOINT $IDENTITY_HEADER\"";

    pub fn start(agent: &Emulator, options: &[&str]) -> Running {
        Running::with_script(agent, options, &format!("{}; read end; exit 0", Running::INTRODUCTION))
    }

    pub fn with_script(agent: &Emulator, options: &[&str], script: &str) -> Running {
        let mut command = client_of(agent, options);
        command.args(["--", "sh", "-c", script]);
        Running::of(command)
    }

    /// A command that was started to ignore this signal, whose program tells its own number too.
    pub fn ignoring(agent: &Emulator, signal: &str) -> Running {
        let mut run = client_of(agent, &["--resource", crate::support::VAULT]);
        run.args(["--", "sh", "-c", &format!("{} $$; read end; exit 0", Running::INTRODUCTION)]);
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("trap '' {signal}; exec \"$@\""), "sh"]);
        shell.arg(run.get_program()).args(run.get_args());
        Running::of(shell)
    }

    fn of(mut command: Command) -> Running {
        // Not in a terminal's foreground, whose keys would reach the program by themselves.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let introduction = line(&mut stderr);
        let told = line(&mut stdout);
        let mut words = told.split(' ').map(str::to_owned);
        let (Some(endpoint), Some(header)) = (words.next(), words.next()) else { panic!("{introduction}") };
        let program = words.next();
        Running { child, stdout, stderr, introduction, endpoint, header, program }
    }

    /// The resources that the command says it gives tokens for.
    pub fn served(&self) -> &str {
        let rest = self.introduction.strip_prefix("arcidentity: tokens for ").expect(&self.introduction);
        rest.split_once(" on 127.0.0.1:").expect(rest).0
    }

    pub fn ask(&self, resource: &str) -> String {
        ask(&self.endpoint, &self.header, resource).unwrap()
    }

    pub fn token(&self, resource: &str) -> String {
        let answer = self.ask(resource);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{answer}");
        let json: serde_json::Value = serde_json::from_str(body).unwrap();
        json["access_token"].as_str().unwrap().to_owned()
    }

    /// The next line of the program.
    pub fn line(&mut self) -> String {
        line(&mut self.stdout)
    }

    pub fn signal(&self, signal: nix::sys::signal::Signal) {
        use nix::unistd::Pid;
        nix::sys::signal::kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
    }

    pub fn signal_program(&self, signal: nix::sys::signal::Signal) {
        let number = self.program.as_ref().expect("its number").parse().unwrap();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(number), signal).unwrap();
    }

    pub fn wait(&mut self) {
        self.child.wait().unwrap();
    }

    /// Lets the program end: the exit status of the command, and what else it said.
    pub fn end(mut self) -> (Option<i32>, String) {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        self.stdout.read_to_string(&mut String::new()).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}
