//! Who may listen on the agent's port: the owner of the key directory, and root or the caller with keys of their own.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::{self, JoinHandle};

use arcidentity_core::{Client, ErrorKind};
use arcidentity_emulator::{Answer, Emulator, KeyStyle};
use arcidentity_needs::{CONFINEMENT, IPV6, PYTHON, ROOT, needs};
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
    let client = |keys: &Path, verify| {
        let builder = Client::builder().endpoint(&impostor.endpoint).key_directory(keys);
        builder.verify_agent(verify).build().unwrap()
    };
    let ours = tempfile::tempdir().unwrap();
    let checked = client(ours.path(), true);
    let error = checked.get_token(RESOURCE).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UntrustedAgent);
    let port = impostor.endpoint.rsplit(':').next().unwrap().split('/').next().unwrap();
    assert!(error.message().contains("nobody") && error.message().contains(port), "{error}");
    assert!(error.hint().unwrap().contains("ss -tanp"), "{error:?}");
    assert_eq!(checked.get_metadata().unwrap_err().kind(), ErrorKind::UntrustedAgent);

    client(ours.path(), false).get_metadata().unwrap();
    client(&impostor.keys, false).get_token(RESOURCE).unwrap();
    // Whose directory it is is the agent's user.
    client(&impostor.keys, true).get_token(RESOURCE).unwrap();
}

#[test]
fn the_command_refuses_it_too_unless_told_otherwise() {
    needs!(ROOT);
    let impostor = Impostor::start(SOMEBODY_ELSE);
    let status = |options: &[&str]| {
        let mut command = Command::new(command_binary());
        command.args(["metadata", "--endpoint", &impostor.endpoint]);
        run(command.args(options)).status.code()
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
    arcidentity.Client(endpoint).get_token(resource)
except arcidentity.UntrustedAgentError as error:
    assert 'nobody' in str(error), error
else:
    raise SystemExit('it was trusted')
arcidentity.Client(endpoint, keys, verify_agent=False).get_token(resource)";
    let mut python = python().command("python");
    succeed(python.args(["-I", "-c", code, &impostor.endpoint]).arg(&impostor.keys).arg(RESOURCE));
}

#[test]
fn every_user_takes_what_is_no_secret_from_root() {
    needs!(ROOT);
    let agent = Emulator::start().unwrap();
    let command = Public::command();
    let mut metadata = command.as_user(SOMEBODY_ELSE);
    metadata.args(["metadata", "/compute/osType", "--endpoint", &agent.endpoint()]);
    let output = run(&mut metadata);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "linux\n", "{output:?}");
}

/// A directory for keys that every user may enter.
fn open_directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    directory
}

#[test]
fn every_user_believes_root_with_a_key_of_root_only() {
    needs!(ROOT);
    let keys = open_directory();
    let agent = Emulator::builder().key_directory(keys.path()).start().unwrap();
    agent.make_keys(KeyStyle::file().mode(0o644));
    let command = Public::command();
    let ask = || {
        let mut token = command.as_user(SOMEBODY_ELSE);
        token.args(["token", RESOURCE, "--endpoint", &agent.endpoint(), "--key-directory"]);
        let output = run(token.arg(keys.path()));
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(ask(), (Some(0), String::new()));

    // The listener passes on what another agent says.
    chown(keys.path(), Some(54321), None).unwrap();
    let key = agent.issue_key().unwrap();
    chown(key.path(), Some(54321), None).unwrap();
    for (answer, missing) in [
        (Answer::challenge(key.challenge()), "asks for a key of uid 54321"),
        (
            Answer::json(200, serde_json::json!({"access_token": "forged", "expires_in": 60})),
            "without asking",
        ),
    ] {
        agent.clear_requests();
        agent.script([answer]);
        let (status, said) = ask();
        assert_eq!(status, Some(ErrorKind::UntrustedAgent.status()), "{said}");
        let port = format!("port {} is in use by the user root", agent.port());
        assert!(said.contains(&port) && said.contains(missing), "{said}");
        assert!(!agent.requests().iter().any(|request| request.is_authorized()), "the key was sent");
    }
}

#[test]
fn every_user_trusts_an_agent_of_the_same_user() {
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

/// Root and the caller prove nothing where they give tokens away, or refuse them.
#[test]
fn who_proves_nothing_on_the_second_address_is_no_answer_of_the_first() {
    needs!(IPV6);
    let token = r#"{"access_token": "forged", "expires_in": "3600"}"#;
    let token = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{token}", token.len());
    let answer = |head: &str| format!("HTTP/1.1 {head}\r\nContent-Length: 2\r\n\r\nno");
    for (answer, expected) in [
        (token, ErrorKind::UntrustedAgent),
        (answer("403 Forbidden"), ErrorKind::Refused),
        (answer("200 OK"), ErrorKind::Protocol),
        (answer("503 Busy\r\nRetry-After: 3600"), ErrorKind::Service),
        (answer("401 No\r\nWWW-Authenticate: Basic realm=/etc/a.key"), ErrorKind::UntrustedKey),
        ("SSH-2.0-OpenSSH\r\n".to_owned(), ErrorKind::Protocol),
    ] {
        let (port, server) = forger(answer);
        let client = |host: &str, executable: &str| {
            let client = Client::builder().endpoint(format!("http://{host}:{port}")).max_attempts(1);
            client.agent_executable(executable).build().unwrap()
        };
        let kind = |host, executable| client(host, executable).get_token(RESOURCE).unwrap_err().kind();
        assert_eq!(kind("[::1]", "/bin/sh"), expected);
        assert_eq!(kind("localhost", "/bin/sh"), ErrorKind::Unavailable, "the agent is installed");
        assert_eq!(kind("localhost", "/nonexistent"), expected);
        // What holds no secret is believed all the same.
        let metadata = client("localhost", "/bin/sh").get_metadata().err().map(|error| error.kind());
        assert_eq!(metadata, (expected != ErrorKind::UntrustedAgent).then_some(ErrorKind::Unavailable));
        server.join().unwrap();
    }
}

/// The port of an IPv6 listener of this user, which gives four requests this answer and then ends.
fn forger(answer: String) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("[::1]:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move || {
        for _ in 0..4 {
            let (mut connection, _) = listener.accept().unwrap();
            let _ = connection.read(&mut [0; 4096]);
            let _ = connection.write_all(answer.as_bytes());
        }
    };
    (port, thread::spawn(serve))
}

/// What `tests/c/verify.c` says about an agent, with the check and without it, when it runs with LESS than
/// others have (see `tests/c/confined.c`). None where the system does not let it.
fn said_with(less: &[&str], endpoint: &str, keys: &Path, test: &str) -> Option<String> {
    said_by(&[], less, endpoint, keys, test)
}

/// The same with these arguments.
fn said_by(arguments: &[&str], less: &[&str], endpoint: &str, keys: &Path, test: &str) -> Option<String> {
    let mut confined = Command::new(c("confined").build(&format!("confined-{test}")));
    confined.args(less).arg("--").arg(c("verify").link_shared().build(&format!("verify-{test}")));
    confined.args(arguments);
    let output = run(confined.env("ENDPOINT", endpoint).env("KEYS", keys));
    if output.status.code() == Some(77) {
        CONFINEMENT.is_missing(format_args!("{less:?}: {}", String::from_utf8_lossy(&output.stderr)));
        return None;
    }
    assert!(output.status.success(), "{less:?}: {output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// A stranger whose keys are elsewhere.
const REFUSED: &str =
    "ARC_ERROR_UNTRUSTED_AGENT\nARC_ERROR_UNTRUSTED_AGENT\nARC_OK\nARC_ERROR_UNTRUSTED_KEY\n";
const HIDDEN: &str = "ARC_OK\nARC_ERROR_UNTRUSTED_KEY\nARC_OK\nARC_ERROR_UNTRUSTED_KEY\n";
/// Only what holds no secret is taken from whoever must prove to be the agent.
const UNPROVEN: &str = "ARC_OK\nARC_ERROR_UNTRUSTED_AGENT\nARC_OK\nARC_OK\n";
const TAKEN: &str = "ARC_OK\nARC_OK\nARC_OK\nARC_OK\n";

#[test]
fn c_and_cpp_programs_refuse_it_too_unless_told_otherwise() {
    needs!(ROOT);
    let impostor = Impostor::start(SOMEBODY_ELSE);
    for compiler in [c("verify"), cpp("verify")] {
        let mut program = Command::new(compiler.link_shared().build("verify-languages"));
        program.env("ENDPOINT", &impostor.endpoint).env("KEYS", "/nonexistent");
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
            (&["own-processes"], REFUSED),
            (&["own-processes", "no-netlink"], REFUSED),
            (&["no-proc", "no-netlink"], HIDDEN),
            (&["user-namespace"], HIDDEN),
            (&["user-namespace", "no-netlink"], HIDDEN),
        ] {
            let said = said_with(less, &impostor.endpoint, Path::new("/nonexistent"), "hidden");
            assert!(said.is_none_or(|said| said == expected), "{less:?} {user}");
        }
    }
}

/// What `tests/c/privileged.c` says to somebody else, where its file has this mode and another group than that user.
fn said_by_a_program_with_mode(mode: u32, endpoint: &str, keys: &Path) -> Vec<String> {
    let public = Public::of(&c("privileged").link_static().build("privileged"));
    chown(public.program(), None, Some(54321)).unwrap();
    fs::set_permissions(public.program(), fs::Permissions::from_mode(mode)).unwrap();
    let mut program = public.as_user(SOMEBODY_ELSE);
    program.arg(endpoint).arg(keys);
    program.env("IDENTITY_ENDPOINT", "http://192.0.2.1/token").env("IMDS_ENDPOINT", "http://192.0.2.1");
    succeed(program.env_remove("IDENTITY_HEADER")).lines().map(str::to_owned).collect()
}

#[test]
fn a_program_with_more_rights_believes_neither_its_user_nor_the_environment() {
    needs!(ROOT);
    let agent = Impostor::start(SOMEBODY_ELSE);
    let plain = said_by_a_program_with_mode(0o755, &agent.endpoint, &agent.keys);
    assert_eq!(plain, ["0", "ARC_OK", "ARC_ERROR_UNTRUSTED_AGENT"]);
    let privileged = said_by_a_program_with_mode(0o2755, &agent.endpoint, &agent.keys);
    if privileged[0] == "0" {
        return CONFINEMENT.is_missing("a directory where the set-group-ID bit has an effect");
    }
    assert_eq!(privileged[1], "ARC_ERROR_UNTRUSTED_AGENT");
    // It looks for the agent at its own port, where none is.
    assert_ne!(privileged[2], plain[2]);
}

#[test]
fn a_program_with_more_rights_reads_no_key_of_its_user() {
    needs!(ROOT);
    let keys = open_directory();
    let agent = Emulator::builder().key_directory(keys.path()).start().unwrap();
    let key = agent.issue_key().unwrap();
    fs::set_permissions(key.path(), fs::Permissions::from_mode(0o644)).unwrap();
    chown(key.path(), Some(SOMEBODY_ELSE), None).unwrap();
    agent.respond_with(move |_| Answer::challenge(key.challenge()));
    // To a plain program it is a key, though not root's.
    for (mode, expected) in [(0o755, "ARC_ERROR_UNTRUSTED_AGENT"), (0o2755, "ARC_ERROR_UNTRUSTED_KEY")] {
        let said = said_by_a_program_with_mode(mode, &agent.endpoint(), keys.path());
        if mode != 0o755 && said[0] == "0" {
            return CONFINEMENT.is_missing("a directory where the set-group-ID bit has an effect");
        }
        assert_eq!(said[1], expected);
        assert!(!agent.requests().iter().any(|request| request.is_authorized()), "the key was sent");
    }
}

/// What `doctor` says of an agent when it runs with LESS than others have. None where the system does not let it.
fn doctor_with(less: &[&str], endpoint: &str, keys: &Path, test: &str) -> Option<String> {
    let output = command_with(less, "doctor", endpoint, keys, test)?;
    Some(String::from_utf8(output.stdout).unwrap())
}

/// A command of a process that lacks something.
fn command_with(less: &[&str], name: &str, endpoint: &str, keys: &Path, test: &str) -> Option<Output> {
    let mut confined = Command::new(c("confined").build(&format!("confined-{test}")));
    confined.args(less).arg("--").arg(command_binary()).args([name, "--endpoint", endpoint]);
    let output = run(confined.arg("--key-directory").arg(keys).arg(RESOURCE));
    if output.status.code() == Some(77) {
        CONFINEMENT.is_missing(format_args!("{less:?}: {}", String::from_utf8_lossy(&output.stderr)));
        return None;
    }
    Some(output)
}

/// As in a container of rootless Podman, in which the group has no number.
#[test]
fn a_user_namespace_that_hides_the_group_of_the_keys_is_told() {
    needs!(ROOT);
    let room = tempfile::tempdir().unwrap();
    let keys = room.path().join("tokens");
    fs::create_dir(&keys).unwrap();
    for (path, mode) in [(room.path(), 0o755), (&keys, 0o770)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    chown(&keys, Some(54321), Some(54321)).unwrap();
    let agent = Emulator::builder().key_directory(&keys).start().unwrap();
    let said = |command, test| command_with(&["user-namespace"], command, &agent.endpoint(), &keys, test);
    let (Some(report), Some(token)) = (said("doctor", "hidden-group"), said("token", "hidden-hint")) else {
        return;
    };
    let report = String::from_utf8(report.stdout).unwrap();
    assert!(
        report.contains("FAILED  key-access: ") && report.contains("whose group this user namespace hides"),
        "{report}"
    );
    assert!(!report.contains("65534\" "), "{report}");
    let said = String::from_utf8(token.stderr).unwrap();
    assert!(
        said.contains("hint: this process's user namespace hides") && said.contains("keep-groups"),
        "{said}"
    );
}

#[test]
fn doctor_warns_where_the_check_is_off() {
    let agent = Emulator::start().unwrap();
    for (less, warns) in [
        (&["no-proc", "no-netlink"][..], true),
        (&["no-proc"], false),
        (&["no-netlink"], false),
        (&["user-namespace"], false),
    ] {
        let report = doctor_with(less, &agent.endpoint(), agent.key_directory(), "doctor");
        let Some(report) = report else { continue };
        assert!(report.contains(" port: "), "{report}");
        assert_eq!(report.contains("\nWARNING port: "), warns, "{less:?} {report}");
        assert_eq!(report.contains("RestrictAddressFamilies="), warns, "{less:?} {report}");
    }
}

#[test]
fn doctor_warns_where_a_user_namespace_hides_the_listener() {
    needs!(ROOT);
    let impostor = Impostor::start(SOMEBODY_ELSE);
    for less in [&["user-namespace"][..], &["user-namespace", "no-netlink"]] {
        if let Some(report) = doctor_with(less, &impostor.endpoint, &impostor.keys, "doctor-hidden") {
            assert!(report.contains("\nWARNING port: "), "{less:?} {report}");
            assert!(report.contains("PrivateUsers="), "{less:?} {report}");
        }
    }
}

#[test]
fn the_callers_own_agent_is_taken_with_whatever_the_system_tells() {
    let agent = Emulator::start().unwrap();
    for less in LESS {
        let said = said_with(less, &agent.endpoint(), agent.key_directory(), "own");
        assert!(said.is_none_or(|said| said == TAKEN), "{less:?}");
    }
}

/// What a process may lack and still see whose the listener is.
const LESS: [&[&str]; 7] = [
    &["no-netlink"],
    &["no-proc"],
    &["proc-of-processes", "no-netlink"],
    &["own-processes"],
    &["own-processes", "no-netlink"],
    &["user-namespace"],
    &["user-namespace", "no-netlink"],
];

#[test]
fn a_token_of_the_caller_without_a_challenge_is_seen_with_whatever_the_system_tells() {
    let agent = Emulator::builder().require_challenge(false).start().unwrap();
    let said = |less| said_with(less, &agent.endpoint(), agent.key_directory(), "unproven");
    for less in LESS {
        assert!(said(less).is_none_or(|said| said == UNPROVEN), "{less:?}");
    }
    assert!(said(&["no-proc", "no-netlink"]).is_none_or(|said| said == TAKEN), "the system does not tell");
}

/// /proc/self is the first thread's.
#[test]
fn the_listener_is_seen_when_the_first_thread_has_ended() {
    let agent = Emulator::builder().require_challenge(false).start().unwrap();
    for less in [&[][..], &["no-netlink"], &["proc-of-processes", "no-netlink"]] {
        let said = said_by(&["late"], less, &agent.endpoint(), agent.key_directory(), "ended");
        assert!(said.is_none_or(|said| said == UNPROVEN), "{less:?}");
    }
}
