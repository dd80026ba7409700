//! `arcidentity emulator`.
#![cfg(unix)]

use std::io::{self, BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use arcidentity_needs::{NAMESPACES, OTHER_USERS, are_met};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use tempfile::TempDir;

use crate::support::{Outcome, VAULT, arcidentity, outcome, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_arcidentity");

/// A place for key files, and the option that says so.
fn key_directory() -> (TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let option = format!("--key-directory={}", directory.path().join("keys").display());
    (directory, option)
}

/// Runs a shell script under the emulator.
fn under_emulator(options: &[&str], script: &str) -> Outcome {
    let (_directory, keys) = key_directory();
    let arguments = [&["emulator", &keys], options, &["--", "sh", "-c", script, PROGRAM, &keys]].concat();
    outcome(arcidentity(&arguments).env("IDENTITY_HEADER", "of another kind of host"))
}

/// An emulator without a command, and what it said first.
struct Standing {
    child: Child,
    stderr: BufReader<ChildStderr>,
    endpoint: String,
    key_directory: PathBuf,
}

impl Standing {
    fn start(options: &[&str]) -> Standing {
        Standing::of(arcidentity(&[&["emulator"], options].concat())).unwrap()
    }

    fn of(mut command: Command) -> io::Result<Standing> {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let introduction = [(); 4].map(|()| line(&mut stderr));
        assert!(introduction[0].starts_with("The emulator listens on 127.0.0.1:"), "{introduction:?}");
        let variables = introduction[1].strip_prefix("  export IDENTITY_ENDPOINT=").unwrap();
        let (endpoint, imds) = variables.split_once(" IMDS_ENDPOINT=").unwrap();
        assert_eq!(endpoint.strip_prefix(imds), Some("/metadata/identity/oauth2/token"));
        let keys = introduction[2].strip_prefix("Key files are in ").unwrap().strip_suffix('.').unwrap();
        assert!(introduction[3].ends_with(&format!("--key-directory {keys}")), "{introduction:?}");
        let (endpoint, key_directory) = (endpoint.to_owned(), PathBuf::from(keys));
        Ok(Standing { child, stderr, endpoint, key_directory })
    }

    fn token(&self) -> String {
        let mut command = arcidentity(&["token", VAULT, "--endpoint", &self.endpoint, "--key-directory"]);
        outcome(command.arg(&self.key_directory)).result()
    }

    fn signal(&self, signal: Signal) {
        send(&self.child, signal);
    }

    /// Its exit status and what else it said.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
}

fn line(reader: &mut impl BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    line.strip_suffix('\n').expect("a whole line").to_owned()
}

#[test]
fn a_standing_emulator_serves_and_cleans_up_at_a_signal() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT] {
        let (_directory, keys) = key_directory();
        let emulator = Standing::start(&[&keys]);
        assert!(emulator.token().starts_with("eyJ"));
        let key_directory = emulator.key_directory.clone();
        assert!(key_directory.is_dir());
        emulator.signal(signal);
        let (status, log) = emulator.end();
        assert_eq!(status, Some(0));
        assert!(!key_directory.exists());

        let lines: Vec<Vec<_>> = log.lines().map(|line| line.split(' ').collect()).collect();
        assert_eq!(lines.len(), 2, "{log}");
        for (line, status) in lines.iter().zip(["401", "200"]) {
            assert_eq!(line[..3], ["GET", "/metadata/identity/oauth2/token", status]);
            assert!(line[3].ends_with(".key") && !line[3].contains('/'), "{log}");
            assert!(line[4].parse::<f64>().is_ok() && line[5] == "ms", "{log}");
        }
        assert_eq!(lines[0][3], lines[1][3], "the same key");
    }
}

#[test]
fn requests_cannot_write_to_the_terminal_what_they_like() {
    use std::io::Write;

    let (_directory, keys) = key_directory();
    let emulator = Standing::start(&[&keys]);
    let address = emulator.endpoint.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /a%1b[2J%0ab HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    emulator.signal(Signal::SIGTERM);
    let (_, log) = emulator.end();
    assert!(log.starts_with(r"GET /a\u{1b}[2J\nb 4"), "{log:?}");
    assert_eq!(log.lines().count(), 1);
}

/// In kilobytes: what process `id` has in memory.
#[cfg(target_os = "linux")]
fn resident(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

/// Sends the same request many times over one connection.
#[cfg(target_os = "linux")]
fn send_requests(stream: &std::net::TcpStream, request: &str, times: usize) {
    use std::io::Write;

    let mut answers = BufReader::new(stream);
    for _ in 0..times {
        (&*stream).write_all(request.as_bytes()).unwrap();
        let head: Vec<String> =
            std::iter::repeat_with(|| line(&mut answers)).take_while(|line| line != "\r").collect();
        let length = head.iter().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
        answers.read_exact(&mut vec![0; length.trim().parse().unwrap()]).unwrap();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn requests_are_not_kept() {
    let (_directory, keys) = key_directory();
    let emulator = Standing::start(&[&keys]);
    let address = emulator.endpoint.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let stream = std::net::TcpStream::connect(address).unwrap();
    let padding = "x".repeat(32 * 1024);
    let request = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Padding: {padding}\r\n\r\n");
    send_requests(&stream, &request, 100);
    let before = resident(emulator.child.id());
    send_requests(&stream, &request, 2000);
    let grown = resident(emulator.child.id()).saturating_sub(before);
    assert!(grown < 16 * 1024, "64 MB came in, and {grown} kB stayed");
    drop(stream);
    emulator.signal(Signal::SIGTERM);
    let (status, log) = emulator.end();
    assert_eq!((status, log.lines().count()), (Some(0), 2100));
}

#[test]
fn a_command_runs_with_the_variables_and_without_another_hosts() {
    let outcome = under_emulator(&[], r#"echo "$IDENTITY_ENDPOINT $IMDS_ENDPOINT ${IDENTITY_HEADER-unset}""#);
    assert_eq!(outcome.status, Some(0));
    let words: Vec<_> = outcome.stdout.split_whitespace().collect();
    assert_eq!(words[0], format!("{}/metadata/identity/oauth2/token", words[1]));
    assert_eq!(words[2], "unset");
}

#[test]
fn a_command_gets_a_token() {
    let outcome = under_emulator(&[], r#""$0" token keyvault "$1""#);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.stdout.starts_with("eyJ"));
    let log: Vec<_> = outcome.stderr.lines().filter(|line| line.starts_with("GET ")).collect();
    assert_eq!(log.len(), 3, "the cloud, the challenge and the token: {log:?}");
    assert!(log[0].starts_with("GET /metadata/instance 200 - "), "{log:?}");
    assert!(!outcome.stderr.contains("export"));
}

#[test]
fn a_commands_exit_status_is_the_emulators() {
    for (script, status) in [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -9 $$", 137)] {
        assert_eq!(under_emulator(&[], script).status, Some(status), "{script}");
    }
}

#[test]
fn a_command_that_cannot_start_is_told_from_one_that_failed() {
    let (directory, keys) = key_directory();
    for (program, status) in [("/no-such-program", 127), ("/dev/null", 126)] {
        let outcome = run(&["emulator", &keys, "--", program]);
        assert_eq!(outcome.status, Some(status));
        assert!(outcome.stderr.contains(&format!("arcidentity: {program:?} cannot be started")));
        assert_eq!(directory.path().read_dir().unwrap().count(), 0);
    }
}

#[test]
fn options_after_the_dashes_are_the_commands() {
    let (_directory, keys) = key_directory();
    let outcome = run(&["emulator", &keys, "--", "echo", "--help", "--port", "--", "-x"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "--help --port -- -x\n"));
}

/// As where a container has nothing else that does it: they fall to the command.
#[test]
#[cfg(target_os = "linux")]
fn others_that_have_ended_do_not_stay_as_zombies_below_the_first_process() {
    if !are_met(&[NAMESPACES]) {
        return;
    }
    // The number of a process whose parent has ended before it. A zombie can still be sent a signal.
    let script = "orphan=$(sh -c 'sleep 0.1 >&- & echo $!'); tries=0; \
        while kill -0 $orphan 2>&- && [ $tries -lt 3000 ]; do sleep 0.01; tries=$((tries + 1)); done; \
        echo below $PPID; kill -0 $orphan 2>&- || exit 7";
    let (_directory, keys) = key_directory();
    let mut unshare = Command::new("unshare");
    unshare.args(if geteuid().is_root() { &["--pid"][..] } else { &["--map-root-user", "--pid"] });
    unshare.args(["--fork", PROGRAM, "emulator", &keys, "--", "sh", "-c", script]);
    let outcome = outcome(&mut unshare);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(7), "below 1\n"), "{outcome:?}");
}

/// The same for an emulator without a program, which others enter the container of. Those who look are its children too.
#[test]
#[cfg(target_os = "linux")]
fn a_standing_emulator_is_such_a_first_process_too() {
    if !are_met(&[NAMESPACES]) {
        return;
    }
    let script = "sleep 0.1 >&- & child=$!; (tries=0; \
        while kill -0 $child 2>&- && [ $tries -lt 3000 ]; do sleep 0.01; tries=$((tries + 1)); done; \
        kill -0 $child 2>&- || echo buried; while kill 1; do sleep 0.1; done) & exec \"$0\" emulator \"$@\"";
    let (_directory, keys) = key_directory();
    let mut unshare = Command::new("unshare");
    unshare.args(if geteuid().is_root() { &["--pid"][..] } else { &["--map-root-user", "--pid"] });
    unshare.args(["--fork", "sh", "-c", script, PROGRAM, &keys]);
    let outcome = outcome(&mut unshare);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "buried\n"), "{outcome:?}");
}

/// Starts a program that says when it runs.
fn running(script: &str) -> (Child, BufReader<ChildStdout>, TempDir) {
    let (directory, keys) = key_directory();
    let mut command = arcidentity(&["emulator", &keys, "--", "sh", "-c", script]);
    // Not in a terminal's foreground, whose keys would reach the program by themselves.
    command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    assert_eq!(line(&mut stdout), "ready");
    (child, stdout, directory)
}

/// A pipe, in which it would come.
#[test]
fn who_waits_for_a_report_can_be_stopped() {
    use std::fs::OpenOptions;
    use std::os::unix::fs::OpenOptionsExt;
    use std::os::unix::process::ExitStatusExt;

    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("report");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let mut command = arcidentity(&["emulator", "--like"]);
    let mut child = command.arg(&pipe).stderr(Stdio::null()).spawn().unwrap();
    let mut writing = OpenOptions::new();
    writing.write(true).custom_flags(nix::fcntl::OFlag::O_NONBLOCK.bits());
    // It opens once somebody reads.
    let writer = loop {
        assert_eq!(child.try_wait().unwrap(), None);
        match writing.open(&pipe) {
            Ok(writer) => break writer,
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(5)),
        }
    };
    send(&child, Signal::SIGTERM);
    drop(writer);
    assert_eq!(child.wait().unwrap().signal(), Some(15));
}

#[test]
fn the_commands_end_is_waited_for_when_the_emulator_is_terminated() {
    let (mut child, _stdout, directory) = running("echo ready; exec sleep 600");
    send(&child, Signal::SIGTERM);
    assert_eq!(child.wait().unwrap().code(), Some(128 + 15));
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);

    let (mut child, mut stdout, directory) =
        running("trap 'echo cleaned; exit 3' TERM; echo ready; while :; do sleep 0.05; done");
    send(&child, Signal::SIGTERM);
    assert_eq!(line(&mut stdout), "cleaned");
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}

#[test]
fn the_command_decides_what_a_signal_means() {
    for signal in [Signal::SIGINT, Signal::SIGHUP, Signal::SIGQUIT, Signal::SIGUSR1, Signal::SIGUSR2] {
        let name = signal.as_str().strip_prefix("SIG").unwrap();
        let script = format!("trap 'echo told; exit 5' {name}; echo ready; while :; do sleep 0.05; done");
        let (mut child, mut stdout, directory) = running(&script);
        send(&child, signal);
        assert_eq!(child.wait().unwrap().code(), Some(5));
        assert_eq!(line(&mut stdout), "told");
        assert_eq!(directory.path().read_dir().unwrap().count(), 0);
    }
}

#[test]
fn tokens_live_as_long_as_they_are_told_to() {
    let now = || i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let before = now();
    let outcome = under_emulator(&["--lifetime", "600"], r#""$0" token storage --output json "$1""#);
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let expires_on = json["expires_on"].as_i64().unwrap();
    assert!((before + 599..=now() + 600).contains(&expires_on), "{before} {expires_on}");
}

#[test]
fn what_no_tenant_knows_is_refused_unless_the_emulator_is_lenient() {
    let script = r#""$0" token https://my-vault.vault.azure.net "$1""#;
    let strict = under_emulator(&[], script);
    assert_eq!((strict.status, strict.stdout.as_str()), (Some(7), ""), "{strict:?}");
    assert!(
        strict.stderr.contains("AADSTS500011: The resource principal named https://my-vault.vault.azure.net")
    );
    assert!(
        strict.stderr.contains("hint: tokens for Key Vault are asked for with https://vault.azure.net\n")
    );
    let lenient = under_emulator(&["--lenient"], script);
    assert!(lenient.stdout.starts_with("eyJ"), "{lenient:?}");
}

#[test]
fn the_port_can_be_chosen() {
    // Somebody else may take the port that was free a moment ago.
    let found = (0..20).any(|_| {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let outcome = under_emulator(&["--port", &port], "echo $IMDS_ENDPOINT");
        outcome.stdout == format!("http://127.0.0.1:{port}\n")
    });
    assert!(found);
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (directory, keys) = key_directory();
    let outcome = run(&["emulator", &keys, "--port", &port]);
    let (status, message) = outcome.failure();
    assert_eq!(status, 1);
    assert!(message.contains(&format!("cannot start: 127.0.0.1:{port}: ")), "{outcome:?}");
    assert!(outcome.stderr.contains("--port"), "{outcome:?}");
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_key_directory_that_cannot_be_is_an_error() {
    assert_eq!(run(&["emulator", "--key-directory="]).failure().0, 2);
    for (path, why) in [("/dev/null/keys", "cannot be made: "), ("/dev/null", "is not a directory")] {
        let outcome = run(&["emulator", "--key-directory", path]);
        let (status, message) = outcome.failure();
        assert_eq!(status, 1);
        assert!(message.contains(&format!("cannot start: the key directory {path} {why}")), "{outcome:?}");
    }
}

/// Not even by root.
#[test]
#[cfg(target_os = "linux")]
fn a_key_directory_that_cannot_be_written_to_is_an_error() {
    let outcome = run(&["emulator", "--key-directory", "/proc", "--", "true"]);
    let (status, message) = outcome.failure();
    assert_eq!(status, 1);
    assert!(message.contains("the key directory /proc cannot be written to: "), "{outcome:?}");
}

#[test]
fn a_temporary_key_directory_that_cannot_be_is_an_error() {
    let mut command = arcidentity(&["emulator"]);
    if geteuid().is_root() {
        command.uid(65534).gid(65534);
    }
    command.env("TMPDIR", "/no-such-directory").current_dir("/");
    let Ok(output) = command.output() else {
        return OTHER_USERS.is_missing("another user may not run the command");
    };
    let outcome = Outcome::from(output);
    let (status, message) = outcome.failure();
    assert_eq!(status, 1);
    assert!(message.contains("a temporary key directory: ") && message.contains("/no-such"), "{outcome:?}");
}

/// An empty variable counts as unset.
#[test]
fn a_user_gets_a_private_directory() {
    for variable in [None, Some("")] {
        let mut command = arcidentity(&["emulator"]);
        if geteuid().is_root() {
            command.uid(65534).gid(65534);
        }
        command.env_remove("TMPDIR").envs(variable.map(|value| ("TMPDIR", value))).current_dir("/");
        let emulator = match Standing::of(command) {
            Ok(emulator) => emulator,
            Err(error) => {
                return OTHER_USERS.is_missing(format_args!("another user may not run the command: {error}"));
            }
        };
        let keys = emulator.key_directory.clone();
        assert!(keys.is_absolute() && !keys.starts_with("/var/opt"), "{keys:?}");
        emulator.signal(Signal::SIGTERM);
        assert_eq!(emulator.end().0, Some(0));
        assert!(!keys.parent().unwrap().exists());
    }
}

/// Runs a script as root of a private namespace, where /opt and /var/opt are empty. `None` if this system
/// allows no such thing.
fn as_root_elsewhere(script: &str) -> Option<Outcome> {
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(if geteuid().is_root() { &["-m"][..] } else { &["-U", "-r", "-m"] });
        command.args(["sh", "-e", "-c", script, PROGRAM]);
        for variable in ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_HEADER"] {
            command.env_remove(variable);
        }
        command.output()
    };
    let mounts = "mount -t tmpfs none /opt; mount -t tmpfs none /var/opt;";
    if !are_met(&[NAMESPACES]) {
        return None;
    }
    Some(unshare(&format!("{mounts} {script}")).unwrap().into())
}

#[test]
fn root_gets_the_agents_own_directory() {
    let script = r#"
        "$0" emulator -- sh -c 'stat -c %a /var/opt/azcmagent/tokens; "$0" token keyvault' "$0"
        find /var/opt -mindepth 1
    "#;
    let Some(outcome) = as_root_elsewhere(script) else { return };
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let lines: Vec<_> = outcome.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "nothing is left behind: {outcome:?}");
    assert_eq!(lines[0], "770");
    assert!(lines[1].starts_with("eyJ"));
    assert!(outcome.stderr.contains("Key files are in /var/opt/azcmagent/tokens.\n"), "{outcome:?}");
    assert!(!outcome.stderr.contains("--key-directory"));
}

#[test]
fn the_agents_own_directory_is_there_until_the_last_emulator_ends() {
    let script = r#"
        (
            "$0" emulator -q -- sh -c 'until [ -e /opt/second ]; do sleep 0.01; done'
            touch /opt/ended
        ) &
        until [ -d /var/opt/azcmagent/tokens ]; do sleep 0.01; done
        "$0" emulator -q -- sh -c '
            touch /opt/second
            until [ -e /opt/ended ]; do sleep 0.01; done
            "$0" token keyvault' "$0"
        wait
        find /var/opt -mindepth 1
    "#;
    let Some(outcome) = as_root_elsewhere(script) else { return };
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.stdout.starts_with("eyJ"), "{outcome:?}");
    assert_eq!(outcome.stdout.lines().count(), 1, "nothing is left behind: {outcome:?}");
}

/// Nobody tells it that it ends.
#[test]
fn the_next_emulator_cleans_up_after_one_that_was_killed() {
    let script = r#"
        "$0" emulator -q 2>/opt/said &
        until grep -q tokens /opt/said; do sleep 0.01; done
        touch /var/opt/azcmagent/tokens/3da5d622-86c8-46f3-a30e-19b48b940673.key
        kill -9 $!
        wait $! || true
        stat -c %n /var/opt/azcmagent/tokens
        "$0" emulator -q -- true
        find /var/opt -mindepth 1
    "#;
    let Some(outcome) = as_root_elsewhere(script) else { return };
    assert_eq!(outcome.stdout, "/var/opt/azcmagent/tokens\n", "{outcome:?}");
}

#[test]
fn what_others_put_there_stays() {
    let script = r#""$0" emulator -- touch /var/opt/azcmagent/other; find /var/opt -mindepth 1"#;
    let Some(outcome) = as_root_elsewhere(script) else { return };
    assert_eq!(outcome.stdout, "/var/opt/azcmagent\n/var/opt/azcmagent/other\n", "{outcome:?}");
}

#[test]
fn a_place_that_cannot_be_written_to_is_told_from_another() {
    let script = r#"mount -t tmpfs -o ro none /var/opt; "$0" emulator -- true"#;
    let Some(outcome) = as_root_elsewhere(script) else { return };
    let (status, message) = outcome.failure();
    assert!(status == 1 && message.starts_with("/var/opt/azcmagent cannot be made: "), "{outcome:?}");
    assert!(outcome.stderr.contains("--key-directory DIR"), "{outcome:?}");
}

#[test]
fn a_real_agents_directory_is_left_alone() {
    let install = "mkdir -p /opt/azcmagent/bin; touch /opt/azcmagent/bin/himds";
    let refused = as_root_elsewhere(&format!(r#"{install}; "$0" emulator -- true"#));
    let Some(outcome) = refused else { return };
    let (status, message) = outcome.failure();
    assert_eq!(status, 2);
    assert!(message.contains("installed") && outcome.stderr.contains("--key-directory DIR"), "{outcome:?}");

    let elsewhere = format!(r#"{install}; "$0" emulator --key-directory /var/opt/keys -- true"#);
    assert_eq!(as_root_elsewhere(&elsewhere).unwrap().status, Some(0));
}
