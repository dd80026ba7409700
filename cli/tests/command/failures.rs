//! The exit numbers, and what a failure prints.

use std::time::Duration;

use arcidentity_emulator::{AgentVersion, Answer, Emulator, KeyStyle};
use socket2::{Domain, Socket, Type};

use crate::support::{Outcome, VAULT, ask, run};

#[track_caller]
fn assert_failure(outcome: &Outcome, status: i32, words: &str) {
    let (actual, message) = outcome.failure();
    assert_eq!(actual, status, "{outcome:?}");
    assert!(message.contains(words), "{message}");
}

#[test]
fn invalid_arguments_are_2() {
    let agent = Emulator::start().unwrap();
    assert_failure(&ask(&agent, &["token", ""]), 2, "resource is empty");
    assert_failure(&ask(&agent, &["token", "https://a b"]), 2, "white space");
    assert_failure(&ask(&agent, &["token", VAULT, "--client-id", ""]), 2, "identity is empty");
    assert_failure(&run(&["token", VAULT, "--endpoint="]), 2, "endpoint is empty");
    assert_failure(&run(&["token", VAULT, "--key-directory", "keys"]), 2, "absolute");
    assert_eq!(agent.requests().len(), 0);
}

#[test]
fn an_agent_that_does_not_listen_is_3() {
    // Bound and not listening: nobody else gets the port meanwhile.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    let port = socket.local_addr().unwrap().as_socket().unwrap().port();
    let endpoint = format!("--endpoint=http://127.0.0.1:{port}");
    // Where the agent is installed, a refused connection is tried again for a while.
    for command in [["token", VAULT], ["token", "arm"], ["metadata", "/compute"]] {
        let outcome = run(&[&command[..], &[&endpoint, "--timeout=10"]].concat());
        assert_failure(&outcome, 3, "listens on 127.0.0.1:");
        assert!(outcome.stderr.contains("hint: "), "{outcome:?}");
        assert!(!outcome.stderr.contains("cloud"), "the cloud is not what is wrong: {outcome:?}");
    }
}

#[test]
fn a_key_that_cannot_be_read_is_4() {
    let agent = Emulator::start().unwrap();
    agent.make_keys(KeyStyle::missing());
    // Windows says "not found" to whoever may not read, too.
    let said = if cfg!(windows) { "may not read" } else { "does not exist" };
    assert_failure(&ask(&agent, &["token", VAULT]), 4, said);
}

#[test]
fn a_key_that_must_not_be_read_is_5() {
    let agent = Emulator::start().unwrap();
    agent.respond_with(|_| Answer::challenge("Basic realm=/etc/shadow.key"));
    let said = if cfg!(windows) { "not on a drive" } else { "outside" };
    assert_failure(&ask(&agent, &["token", VAULT]), 5, said);
    let requests = agent.requests();
    assert_eq!((requests.len(), requests[0].is_authorized()), (1, false));
}

#[test]
fn an_endpoint_elsewhere_is_6() {
    for endpoint in ["http://example.com", "https://localhost:40342", "http://169.254.169.254/metadata"] {
        assert_failure(&run(&["token", VAULT, "--endpoint", endpoint]), 6, "endpoint");
    }
}

#[test]
fn a_refusal_is_7_in_the_agents_words() {
    let agent = Emulator::start().unwrap();
    agent.respond_with(|_| Answer::error(400, "invalid_resource", "AADSTS500011: it was not found"));
    assert_failure(&ask(&agent, &["token", VAULT]), 7, "invalid_resource: AADSTS500011: it was not found");
}

#[test]
fn an_identity_that_the_machine_lacks_is_8() {
    let agent = Emulator::start().unwrap();
    assert_failure(&ask(&agent, &["token", VAULT, "--client-id", "nobody"]), 8, "identity_not_found");
}

#[test]
fn an_identity_that_the_agent_ignores_is_9() {
    let agent = Emulator::builder().agent(AgentVersion::Legacy).start().unwrap();
    assert_failure(&ask(&agent, &["token", VAULT, "--object-id", "somebody"]), 9, "somebody");
}

#[test]
fn an_agent_that_keeps_failing_is_10() {
    let agent = Emulator::start().unwrap();
    // Later than the timeout, so that no second attempt is worth while.
    agent.respond_with(|_| Answer::status(503).header("Retry-After", "3600"));
    assert_failure(&ask(&agent, &["token", VAULT]), 10, "503");
    assert_eq!(agent.requests().len(), 1);
}

#[test]
fn an_answer_without_sense_is_11() {
    let agent = Emulator::start().unwrap();
    agent.respond_with(|_| Answer::status(200).body("<html>sign in first</html>"));
    assert_failure(&ask(&agent, &["token", VAULT]), 11, "HTML");
}

#[test]
fn no_answer_in_time_is_12() {
    let agent = Emulator::start().unwrap();
    agent.respond_with(|_| Answer::hang());
    for command in [["token", VAULT], ["token", "arm"], ["metadata", "/compute"]] {
        assert_failure(&ask(&agent, &[&command[..], &["--timeout", "0.2"]].concat()), 12, "within 0.2 s");
    }
}

#[test]
fn one_timeout_holds_for_the_cloud_and_the_token_together() {
    let agent = Emulator::start().unwrap();
    // The token needs more than is left by then, and less than the whole: no second attempt is made.
    agent.respond_with(|request| match request.path.as_str() {
        "/metadata/instance" => Answer::normal().delay(Duration::from_millis(1100)),
        _ => Answer::status(503).header("Retry-After", "29"),
    });
    assert_failure(&ask(&agent, &["token", "arm", "--timeout=30"]), 10, "503");
    assert_eq!(agent.requests().len(), 2);
}

#[cfg(unix)]
mod streams {
    use std::fs::File;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::process::{Command, Stdio};

    use arcidentity_emulator::Emulator;

    use crate::support::{Outcome, VAULT, arcidentity, client, outcome};

    /// A stream that nobody reads any more.
    fn closed() -> Stdio {
        let (ours, theirs) = UnixStream::pair().unwrap();
        drop(ours);
        OwnedFd::from(theirs).into()
    }

    #[track_caller]
    fn assert_unwritten(outcome: &Outcome, reason: &str) {
        let (status, message) = outcome.failure();
        assert_eq!(status, 1);
        assert!(message.contains("standard output") && message.contains(reason), "{message}");
    }

    /// Every command with a result, as a client of this agent where it is one.
    fn commands(agent: &Emulator) -> Vec<Command> {
        let clients: [&[&str]; 8] = [
            &["token", VAULT],
            &["token", VAULT, "--output=json"],
            &["token", VAULT, "--output=header"],
            &["metadata"],
            &["metadata", "/compute"],
            &["metadata", "/compute/name"],
            &["doctor"],
            &["doctor", "--json"],
        ];
        let others: [&[&str]; 3] = [&["--help"], &["help", "token"], &["--version"]];
        let clients = clients.into_iter().map(|arguments| client(agent, arguments));
        clients.chain(others.into_iter().map(arcidentity)).collect()
    }

    /// The command with its streams as a shell makes them.
    fn in_a_shell(command: &Command, redirection: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("exec \"$0\" \"$@\" {redirection}")]);
        shell.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell
    }

    #[test]
    fn a_reader_that_went_away_is_an_error() {
        let agent = Emulator::start().unwrap();
        for mut command in commands(&agent) {
            assert_unwritten(&outcome(command.stdout(closed())), "Broken pipe");
        }
    }

    #[test]
    fn a_full_disk_is_an_error() {
        if cfg!(not(target_os = "linux")) {
            return;
        }
        let agent = Emulator::start().unwrap();
        for mut command in commands(&agent) {
            let full = File::options().write(true).open("/dev/full").unwrap();
            assert_unwritten(&outcome(command.stdout(full)), "No space left");
        }
    }

    #[test]
    fn a_standard_output_for_reading_is_an_error() {
        let agent = Emulator::start().unwrap();
        for mut command in commands(&agent) {
            assert_unwritten(
                &outcome(command.stdout(File::open("/dev/null").unwrap())),
                "Bad file descriptor",
            );
        }
    }

    #[test]
    fn a_closed_standard_output_is_an_error() {
        if cfg!(not(target_os = "linux")) {
            return;
        }
        let agent = Emulator::start().unwrap();
        for command in commands(&agent) {
            for closed in [">&-", ">&- <&-"] {
                assert_unwritten(&outcome(&mut in_a_shell(&command, closed)), "Bad file descriptor");
            }
            // There is nobody to tell, but the exit status.
            let silent = in_a_shell(&command, ">&- <&- 2>&-").output().unwrap();
            assert_eq!(silent.status.code(), Some(1), "{command:?}");
        }
    }

    #[test]
    fn a_program_of_the_emulator_gets_a_closed_standard_output_too() {
        if cfg!(not(target_os = "linux")) {
            return;
        }
        let keys = tempfile::tempdir().unwrap();
        let mut command = arcidentity(&["emulator", "--key-directory"]);
        command.arg(keys.path().join("keys")).args(["--", "sh", "-c", "echo something"]);
        let outcome = outcome(&mut in_a_shell(&command, ">&-"));
        assert!(outcome.status != Some(0) && outcome.stdout.is_empty(), "{outcome:?}");
    }

    #[test]
    fn a_result_that_nobody_wants_is_no_error() {
        let agent = Emulator::start().unwrap();
        for command in commands(&agent) {
            for null in [">/dev/null", "1<>/dev/null", ">/dev/null <&- 2>&-"] {
                let output = in_a_shell(&command, null).output().unwrap();
                assert_eq!(
                    (output.status.code(), &*output.stderr),
                    (Some(0), &b""[..]),
                    "{command:?} {null}"
                );
            }
        }
    }

    #[test]
    fn nobody_who_reads_errors_is_no_error() {
        let agent = Emulator::start().unwrap();
        let fine = client(&agent, &["token", VAULT]).stderr(closed()).output().unwrap();
        assert_eq!(fine.status.code(), Some(0));
        let usage = arcidentity(&["nonsense"]).stderr(closed()).output().unwrap();
        assert_eq!(usage.status.code(), Some(2));
    }
}
