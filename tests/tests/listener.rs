//! Who may listen on the agent's port: root, the owner of the agent's key directory, or the caller.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use arcidentity_core::{Client, ErrorKind};
use arcidentity_emulator::Emulator;
use arcidentity_needs::{CONFINEMENT, PYTHON, ROOT, needs};
use arcidentity_tests::{command_binary, copy_program, python, run, signal, succeed};
use tempfile::TempDir;

use crate::programs::{c, cpp};

const RESOURCE: &str = "https://vault.azure.net";

/// `nobody`, on every Linux system.
const SOMEBODY_ELSE: u32 = 65534;

/// A program, where every user may run it.
struct Public(TempDir);

impl Public {
    fn command() -> Public {
        Public::of(&command_binary())
    }

    fn of(program: &Path) -> Public {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        copy_program(program, &directory.path().join("program"));
        Public(directory)
    }

    fn program(&self) -> PathBuf {
        self.0.path().join("program")
    }

    fn as_user(&self, user: u32) -> Command {
        let mut command = Command::new(self.program());
        command.uid(user).gid(user).current_dir("/");
        command
    }
}

/// An agent that somebody else runs.
struct Impostor {
    process: Child,
    endpoint: String,
    keys: PathBuf,
    _command: Public,
}

impl Impostor {
    fn start(user: u32) -> Impostor {
        let command = Public::command();
        let mut process = command.as_user(user).arg("emulator").stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut after = |mark: &str| {
            let line = said.find(|line| line.contains(mark)).unwrap();
            line.split_once(mark).unwrap().1.split(' ').next().unwrap().to_owned()
        };
        let endpoint = after("IDENTITY_ENDPOINT=");
        let keys = after("--key-directory ").into();
        Impostor { process, endpoint, keys, _command: command }
    }
}

impl Drop for Impostor {
    fn drop(&mut self) {
        // Not SIGKILL: it shall remove its keys.
        signal("TERM", &self.process);
        let _ = self.process.wait();
    }
}

#[test]
fn an_agent_of_another_user_is_refused_before_it_hears_anything() {
    needs!(ROOT);
    let impostor = Impostor::start(SOMEBODY_ELSE);
    let client = |verify| {
        let builder = Client::builder().endpoint(&impostor.endpoint).key_directory(&impostor.keys);
        builder.verify_agent(verify).build().unwrap()
    };
    let error = client(true).get_token(RESOURCE).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UntrustedAgent);
    let port = impostor.endpoint.rsplit(':').next().unwrap().split('/').next().unwrap();
    assert!(error.message().contains("nobody") && error.message().contains(port), "{error}");
    assert!(error.hint().unwrap().contains("ss -tanp"), "{error:?}");
    assert_eq!(client(true).get_metadata().unwrap_err().kind(), ErrorKind::UntrustedAgent);

    client(false).get_token(RESOURCE).unwrap();
}

#[test]
fn the_command_refuses_it_too_unless_told_otherwise() {
    needs!(ROOT);
    let impostor = Impostor::start(SOMEBODY_ELSE);
    let status = |options: &[&str]| {
        let mut command = Command::new(command_binary());
        command.args(["token", RESOURCE, "--endpoint", &impostor.endpoint, "--key-directory"]);
        run(command.arg(&impostor.keys).args(options)).status.code()
    };
    assert_eq!(status(&[]), Some(ErrorKind::UntrustedAgent.status()));
    assert_eq!(status(&["--no-verify-agent"]), Some(0));
}

#[test]
fn python_refuses_it_too_unless_told_otherwise() {
    needs!(ROOT, PYTHON);
    let impostor = Impostor::start(SOMEBODY_ELSE);
    let code = "import sys, arcidentity
_, endpoint, keys, resource = sys.argv
try:
    arcidentity.Client(endpoint, keys).get_token(resource)
except arcidentity.UntrustedAgentError as error:
    assert 'nobody' in str(error), error
else:
    raise SystemExit('it was trusted')
arcidentity.Client(endpoint, keys, verify_agent=False).get_token(resource)";
    let mut python = python().command("python");
    succeed(python.args(["-I", "-c", code, &impostor.endpoint]).arg(&impostor.keys).arg(RESOURCE));
}

#[test]
fn every_user_trusts_an_agent_of_root() {
    needs!(ROOT);
    let agent = Emulator::start().unwrap();
    let command = Public::command();
    let mut metadata = command.as_user(SOMEBODY_ELSE);
    metadata.args(["metadata", "/compute/osType", "--endpoint", &agent.endpoint()]);
    let output = run(&mut metadata);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "linux\n", "{output:?}");
}

#[test]
fn every_user_trusts_an_agent_of_his_own() {
    let agent = Emulator::start().unwrap();
    for address in agent.addresses() {
        let client =
            Client::builder().endpoint(format!("http://{address}")).key_directory(agent.key_directory());
        client.build().unwrap().get_token(RESOURCE).unwrap();
    }
}

/// `localhost` is two addresses. Where the agent restarts, nobody listens on the first one for a moment.
#[test]
fn a_stranger_on_the_second_address_is_no_answer_of_the_first() {
    needs!(ROOT);
    let program = "import socket; s = socket.socket(socket.AF_INET6); s.bind(('::1', 0)); s.listen(); \
                   print(s.getsockname()[1], flush=True); input()";
    let mut stranger = Command::new("python3");
    stranger.args(["-c", program]).uid(SOMEBODY_ELSE).gid(SOMEBODY_ELSE).current_dir("/");
    let mut stranger = stranger.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut port = String::new();
    BufReader::new(stranger.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let kind = |host: &str, executable: &str| {
        let client = Client::builder().endpoint(format!("http://{host}:{}", port.trim())).max_attempts(1);
        client.agent_executable(executable).build().unwrap().get_token(RESOURCE).unwrap_err().kind()
    };
    assert_eq!(kind("[::1]", "/bin/sh"), ErrorKind::UntrustedAgent);
    assert_eq!(kind("localhost", "/bin/sh"), ErrorKind::Unavailable, "the agent is installed");
    assert_eq!(kind("localhost", "/nonexistent"), ErrorKind::UntrustedAgent);
    drop(stranger.stdin.take());
    stranger.wait().unwrap();
}

/// What `tests/c/verify.c` says about an agent, with the check and without it, when it runs with LESS than
/// others have (see `tests/c/confined.c`). None where the system does not let it.
fn said_with(less: &[&str], endpoint: &str, test: &str) -> Option<String> {
    let mut confined = Command::new(c("confined").build(&format!("confined-{test}")));
    confined.args(less).arg("--").arg(c("verify").link_shared().build(&format!("verify-{test}")));
    let output = run(confined.env("ENDPOINT", endpoint).env("KEYS", "/nonexistent"));
    if output.status.code() == Some(77) {
        CONFINEMENT.is_missing(format_args!("{less:?}: {}", String::from_utf8_lossy(&output.stderr)));
        return None;
    }
    assert!(output.status.success(), "{less:?}: {output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

const REFUSED: &str = "ARC_ERROR_UNTRUSTED_AGENT\nARC_OK\n";
const TAKEN: &str = "ARC_OK\nARC_OK\n";

#[test]
fn c_and_cpp_programs_refuse_it_too_unless_told_otherwise() {
    needs!(ROOT);
    let impostor = Impostor::start(SOMEBODY_ELSE);
    for compiler in [c("verify"), cpp("verify")] {
        let mut program = Command::new(compiler.link_shared().build("verify-languages"));
        program.env("ENDPOINT", &impostor.endpoint).env("KEYS", &impostor.keys);
        assert_eq!(succeed(&mut program), REFUSED);
    }
}

#[test]
fn what_the_system_does_not_tell_stops_nobody() {
    needs!(ROOT);
    // A user who has no name, and `nobody`, as whom a user namespace shows everybody whom it hides.
    for user in [54321, SOMEBODY_ELSE] {
        let impostor = Impostor::start(user);
        for (less, expected) in [
            (&[][..], REFUSED),
            (&["no-netlink"], REFUSED),
            (&["no-proc"], REFUSED),
            (&["proc-of-processes"], REFUSED),
            (&["proc-of-processes", "no-netlink"], REFUSED),
            (&["no-proc", "no-netlink"], TAKEN),
            (&["user-namespace"], TAKEN),
            (&["user-namespace", "no-netlink"], TAKEN),
        ] {
            let said = said_with(less, &impostor.endpoint, "hidden");
            assert!(said.is_none_or(|said| said == expected), "{less:?} {user}");
        }
    }
}

/// What `tests/c/privileged.c` says to somebody else, where its file has this mode and another group than that user.
fn said_by_a_program_with_mode(mode: u32, agent: &Impostor) -> Vec<String> {
    let public = Public::of(&c("privileged").link_static().build("privileged"));
    chown(public.program(), None, Some(54321)).unwrap();
    fs::set_permissions(public.program(), fs::Permissions::from_mode(mode)).unwrap();
    let mut program = public.as_user(SOMEBODY_ELSE);
    program.arg(&agent.endpoint).arg(&agent.keys);
    program.env("IDENTITY_ENDPOINT", "http://192.0.2.1/token").env("IMDS_ENDPOINT", "http://192.0.2.1");
    succeed(program.env_remove("IDENTITY_HEADER")).lines().map(str::to_owned).collect()
}

#[test]
fn a_program_with_more_rights_believes_neither_its_user_nor_the_environment() {
    needs!(ROOT);
    let agent = Impostor::start(SOMEBODY_ELSE);
    let plain = said_by_a_program_with_mode(0o755, &agent);
    assert_eq!(plain, ["0", "ARC_OK", "ARC_ERROR_UNTRUSTED_AGENT"]);
    let privileged = said_by_a_program_with_mode(0o2755, &agent);
    if privileged[0] == "0" {
        return CONFINEMENT.is_missing("a directory where the set-group-ID bit has an effect");
    }
    assert_eq!(privileged[1], "ARC_ERROR_UNTRUSTED_AGENT");
    // It looks for the agent at its own port, where none is.
    assert_ne!(privileged[2], plain[2]);
}

#[test]
fn doctor_warns_where_the_check_is_off() {
    let agent = Emulator::start().unwrap();
    let mut confined = Command::new(c("confined").build("confined-doctor"));
    confined.args(["no-proc", "no-netlink", "--"]).arg(command_binary()).args(["doctor", "--endpoint"]);
    confined.arg(agent.endpoint()).arg("--key-directory").arg(agent.key_directory()).arg(RESOURCE);
    let output = run(&mut confined);
    if output.status.code() == Some(77) {
        return CONFINEMENT.is_missing(String::from_utf8_lossy(&output.stderr));
    }
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && report.contains("\nWARNING port: "), "{report}");
    assert!(report.contains("RestrictAddressFamilies="), "{report}");
}

#[test]
fn the_callers_own_agent_is_taken_with_whatever_the_system_tells() {
    let agent = Emulator::start().unwrap();
    for less in [
        &["no-netlink"][..],
        &["no-proc"],
        &["proc-of-processes", "no-netlink"],
        &["user-namespace"],
        &["user-namespace", "no-netlink"],
    ] {
        let said = said_with(less, &agent.endpoint(), "own");
        assert!(said.is_none_or(|said| said == TAKEN), "{less:?}");
    }
}
