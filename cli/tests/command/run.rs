//! `arcidentity run`: the program's environment, its tokens, its end.

use std::sync::atomic::{AtomicUsize, Ordering};

use arcidentity_emulator::{Answer, Emulator, Request};

use crate::running::{Running, ask, client_of};
use crate::support::{VAULT, arcidentity, client, outcome, resources, run};

const URL: &str = "http://127.0.0.1:";

/// Runs a shell script under the command to its end.
fn script(agent: &Emulator, options: &[&str], script: &str) -> crate::support::Outcome {
    let mut command = client(agent, &[&["run"], options].concat());
    outcome(command.args(["--", "sh", "-c", script]))
}

#[test]
fn the_program_gets_tokens_for_what_was_named() {
    let agent = Emulator::start().unwrap();
    let running = Running::start(&agent, &["--resource", VAULT, "--resource", "storage"]);
    let token = running.token(VAULT);
    assert!(token.starts_with("eyJ"));
    assert_eq!(running.token(VAULT), token, "from memory");
    running.token("https://storage.azure.com");
    assert!(running.ask("https://graph.microsoft.com").starts_with("HTTP/1.1 403 "));
    assert_eq!(resources(&agent), [VAULT, "https://storage.azure.com"]);
    let (status, rest) = running.end();
    let told =
        format!("tokens are given for {VAULT}, https://storage.azure.com/ and not for \"https://graph");
    assert!(status == Some(0) && rest.contains(&told), "{status:?} {rest}");
}

#[test]
fn short_names_mean_what_they_do_for_a_token() {
    let agent = Emulator::start().unwrap();
    let running = Running::start(&agent, &["--resource=arm", "--resource=keyvault/.default"]);
    assert_eq!(running.served(), "https://management.azure.com/, https://vault.azure.net");
    running.token("https://management.azure.com");
    let of_the_cloud = |request: &&Request| request.path == "/metadata/instance";
    assert_eq!(agent.requests().iter().filter(of_the_cloud).count(), 1, "for both names");
}

#[test]
fn any_resource_must_be_asked_for() {
    let agent = Emulator::start().unwrap();
    let running = Running::start(&agent, &["--any-resource"]);
    assert_eq!(running.served(), "any resource");
    running.token("https://graph.microsoft.com");
    let outcome = run(&["run", "--", "true"]);
    assert_eq!(outcome.failure(), (2, "no --resource, and no --any-resource"));
}

#[test]
fn the_environment_leads_nowhere_else() {
    let agent = Emulator::start().unwrap();
    let mut command = client_of(&agent, &["--resource", VAULT, "--terraform", "--url-variable", "A_URL"]);
    command.args(["--", "env"]).env("no_proxy", "example.com").env_remove("NO_PROXY");
    for name in ["IDENTITY_SERVER_THUMBPRINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST", "IMDS_ENDPOINT"] {
        command.env(name, "of another host");
    }
    let outcome = outcome(&mut command);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    let value = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    assert!(value("IDENTITY_ENDPOINT").unwrap().starts_with(URL));
    assert_eq!(value("IDENTITY_ENDPOINT"), value("MSI_ENDPOINT"));
    assert_eq!(
        (value("IDENTITY_HEADER"), value("IDENTITY_HEADER").unwrap().len()),
        (value("MSI_SECRET"), 64)
    );
    assert!(value("A_URL").unwrap().starts_with(URL));
    assert_eq!(value("A_URL"), value("ARM_MSI_ENDPOINT"));
    for name in ["NO_PROXY", "no_proxy"] {
        assert_eq!(value(name), Some("example.com,127.0.0.1,localhost,169.254.169.254"));
    }
    for name in ["IDENTITY_SERVER_THUMBPRINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST", "IMDS_ENDPOINT"] {
        assert_eq!(value(name), None, "{name}");
    }
}

#[test]
fn this_library_itself_still_finds_the_agent() {
    let agent = Emulator::start().unwrap();
    let program = env!("CARGO_BIN_EXE_arcidentity");
    let mut command = client_of(&agent, &["--resource", VAULT]);
    command.args(["--", program, "token", VAULT, "--endpoint", &agent.endpoint(), "--key-directory"]);
    let outcome = outcome(command.arg(agent.key_directory()));
    assert!(outcome.stdout.starts_with("eyJ"), "{outcome:?}");
}

#[test]
fn the_exit_status_is_the_programs() {
    let agent = Emulator::start().unwrap();
    let named = ["--resource", VAULT];
    for (text, expected) in [("exit 0", 0), ("exit 7", 7), ("kill -KILL $$", 128 + 9)] {
        assert_eq!(script(&agent, &named, text).status, Some(expected), "{text}");
    }
    for (program, expected) in [("/nonexistent", 127), ("/", 126)] {
        let outcome = outcome(client_of(&agent, &named).args(["--", program]));
        assert_eq!(outcome.status, Some(expected), "{outcome:?}");
        assert!(outcome.stderr.contains("cannot be started"), "{outcome:?}");
    }
}

#[cfg(unix)]
#[test]
fn what_a_script_lacks_that_cannot_be_started_is_told() {
    // This process shall not have it open for writing while another thread starts a program, which would have it too.
    const WRITE: &str = r#"printf "$1" >"$0"; chmod 755 "$0""#;
    let agent = Emulator::start().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("script");
    for (text, status, lacks) in [
        (r"exit 0\n", 126, "a script names in its first line what runs it"),
        (r"#!/bin/sh\r\nexit 0\r\n", 127, "it is there, but not what runs it"),
    ] {
        outcome(std::process::Command::new("sh").args(["-c", WRITE]).arg(&path).arg(text));
        let outcome = outcome(client_of(&agent, &["-q", "--resource", VAULT]).arg("--").arg(&path));
        assert_eq!(outcome.failure().0, status, "{outcome:?}");
        assert!(outcome.stderr.contains(&format!("hint: {lacks}")), "{outcome:?}");
    }
}

/// Azure's errors have an id and a time of their own each.
#[test]
fn why_there_is_no_token_is_told_once() {
    let agent = Emulator::start().unwrap();
    let count = AtomicUsize::new(0);
    agent.respond_with(move |_| {
        let count = count.fetch_add(1, Ordering::Relaxed);
        Answer::error(400, "bad_request", &format!("not \u{1b}[2Jthis one, {count}"))
    });
    let options = ["--resource", VAULT, "--resource", "storage", "--no-verify-agent"];
    let running = Running::start(&agent, &options);
    for resource in [VAULT, VAULT, "https://storage.azure.com", "https://graph.microsoft.com"] {
        assert!(running.ask(resource).starts_with("HTTP/1.1 403 "));
    }
    for _ in 0..3 {
        running.ask("https://graph.microsoft.com");
        running.ask("https://azconfig.io");
        // Which is not the program's.
        ask(&running.endpoint, "0", VAULT).unwrap();
    }
    let (_, rest) = running.end();
    let lines: Vec<&str> = rest.lines().filter(|line| !line.starts_with("hint: ")).collect();
    assert_eq!(lines.len(), 4, "{rest}");
    let refused = "the agent answered 400: bad_request: not ";
    assert!(lines[0].starts_with(&format!("arcidentity: no token for {VAULT}: {refused}")), "{rest}");
    assert!(lines[1].contains(refused) && lines[1].contains("storage"), "{rest}");
    assert!(lines[2].starts_with("arcidentity: no token: tokens are given for https://vault"), "{rest}");
    assert!(lines[2].contains("not for \"https://graph.microsoft.com\": "), "{rest}");
    // Another one that was not named.
    assert!(lines[3].contains("not for \"https://azconfig.io\": "), "{rest}");
    assert!(!rest.contains('\u{1b}'), "{rest:?}");
}

/// As where root starts what drops its rights.
#[cfg(target_os = "linux")]
#[test]
fn a_program_that_becomes_another_user_is_told_apart() {
    if !arcidentity_needs::are_met(&[arcidentity_needs::ROOT]) {
        return;
    }
    let agent = Emulator::start().unwrap();
    // Nothing is imported as a user who may not read where Python is.
    let ask = "import os, socket\n\
               port = os.environ['IDENTITY_ENDPOINT'].split(':')[2].split('/')[0]\n\
               try: os.setuid(65534)\n\
               except OSError: os._exit(77)\n\
               client = socket.socket()\n\
               client.connect(('127.0.0.1', int(port)))\n\
               print(client.recv(12).decode())";
    let outcome = outcome(client_of(&agent, &["-q", "--resource", VAULT]).args(["--", "python3", "-c", ask]));
    if outcome.status == Some(77) {
        return arcidentity_needs::OTHER_USERS.is_missing("root may not become another user");
    }
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "HTTP/1.1 403\n"), "{outcome:?}");
    assert!(outcome.stderr.contains("arcidentity: a process of another user"), "{outcome:?}");
    assert!(outcome.stderr.contains("hint: a program that becomes another user"), "{outcome:?}");
}

/// Nobody asked for a token.
#[cfg(target_os = "linux")]
#[test]
fn nothing_is_told_of_a_client_that_has_left() {
    use std::io::Read;
    use std::net::{Shutdown, TcpStream};

    let agent = Emulator::start().unwrap();
    let running = Running::start(&agent, &["--resource", VAULT]);
    let address = running.endpoint.strip_prefix("http://").unwrap().split('/').next().unwrap();
    // They take all places, so that the next one is looked at when it has left.
    let silent: Vec<_> = (0..130).map(|_| TcpStream::connect(address).unwrap()).collect();
    let mut leaving = TcpStream::connect(address).unwrap();
    leaving.shutdown(Shutdown::Write).unwrap();
    drop(silent);
    leaving.read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(running.end(), (Some(0), String::new()));
}

#[test]
fn verbose_shows_each_request_with_its_steps_and_no_secret() {
    let agent = Emulator::start().unwrap();
    let running = Running::start(&agent, &["-v", "--resource", VAULT]);
    let secret = running.header.clone();
    let token = running.token(VAULT);
    running.ask("https://graph.microsoft.com");
    ask(&running.endpoint, "0", VAULT).unwrap();
    let (_, rest) = running.end();
    let (steps, lines): (Vec<&str>, Vec<&str>) = rest.lines().partition(|line| line.contains(" s: "));
    let key = " s: GET /metadata/identity/oauth2/token, attempt 1 of 5, with the key";
    assert!(steps.iter().any(|line| line.ends_with(key)), "{rest}");
    assert_eq!(lines.len(), 3, "{rest}");
    assert!(lines[0].starts_with(&format!("arcidentity: 200 {VAULT}, secret in a header, ")), "{rest}");
    assert!(lines[1].starts_with("arcidentity: 403 -, secret in a header, "), "{rest}");
    assert!(lines[1].contains("tokens are given for https://vault.azure.net and not for"), "{rest}");
    assert!(lines[2].starts_with("arcidentity: 403 -, without the secret, "), "{rest}");
    assert!(!rest.contains(&secret) && !rest.contains(&token), "{rest}");
}

#[test]
fn settings_of_no_client_end_it_before_the_program_starts() {
    let mut command = arcidentity(&["run", "--resource", VAULT, "--endpoint", "http://example.com"]);
    let outcome = outcome(command.args(["--", "echo", "started"]));
    assert_eq!(outcome.failure().0, 6, "{outcome:?}");
}

#[cfg(unix)]
mod signals {
    use nix::sys::signal::Signal;

    use super::{Emulator, Running, VAULT, ask};

    #[test]
    fn are_passed_on() {
        let agent = Emulator::start().unwrap();
        for signal in [
            Signal::SIGTERM,
            Signal::SIGHUP,
            Signal::SIGINT,
            Signal::SIGQUIT,
            Signal::SIGUSR1,
            Signal::SIGUSR2,
        ] {
            let name = signal.as_str().strip_prefix("SIG").unwrap();
            let mut running = Running::with_script(
                &agent,
                &["--resource", VAULT],
                &format!(
                    "trap 'echo {name}; exit 3' {name}; {}; while :; do sleep 0.01; done",
                    Running::INTRODUCTION
                ),
            );
            running.signal(signal);
            assert_eq!(running.line(), name);
            assert_eq!(running.end().0, Some(3));
        }
    }

    /// As nohup(1) does it with the first, and systemd with the last.
    #[test]
    fn what_is_ignored_stays_ignored() {
        let agent = Emulator::start().unwrap();
        for signal in [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGPIPE] {
            let running = Running::ignoring(&agent, signal.as_str().strip_prefix("SIG").unwrap());
            running.signal(signal);
            running.signal_program(signal);
            running.token(VAULT);
            assert_eq!(running.end().0, Some(0));
        }
    }

    #[test]
    fn the_exit_status_is_not_lost_where_the_ends_of_children_are_ignored() {
        let agent = Emulator::start().unwrap();
        let run = super::client_of(&agent, &["--resource", VAULT]);
        let mut env = std::process::Command::new("env");
        // A shell does not ignore it, whatever its trap says.
        env.arg("--ignore-signal=CHLD").arg(run.get_program()).args(run.get_args());
        let outcome = super::outcome(env.args(["--", "sh", "-c", "exit 7"]));
        assert_eq!(outcome.status, Some(7), "{outcome:?}");
    }

    #[test]
    fn the_end_of_the_program_is_the_end_of_the_endpoint() {
        let agent = Emulator::start().unwrap();
        let running = Running::start(&agent, &["--resource", VAULT]);
        let (endpoint, header) = (running.endpoint.clone(), running.header.clone());
        ask(&endpoint, &header, VAULT).unwrap();
        running.end();
        // As a process meets it that the program has left behind.
        assert!(ask(&endpoint, &header, VAULT).is_err());
    }

    #[test]
    fn a_killed_command_takes_the_endpoint_with_it() {
        let agent = Emulator::start().unwrap();
        let mut running = Running::start(&agent, &["--resource", VAULT]);
        let (endpoint, header) = (running.endpoint.clone(), running.header.clone());
        running.signal(Signal::SIGKILL);
        running.wait();
        assert!(ask(&endpoint, &header, VAULT).is_err());
    }
}
