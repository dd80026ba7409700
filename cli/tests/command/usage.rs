//! Command lines that are wrong.

use crate::support::{VAULT, run};

#[track_caller]
fn assert_usage(arguments: &[&str], words: &str) {
    let outcome = run(arguments);
    let (status, message) = outcome.failure();
    assert_eq!(status, 2, "{arguments:?}");
    assert!(message.contains(words), "{arguments:?}: {message}");
    let help = match arguments.first() {
        Some(command @ (&"token" | &"run" | &"metadata" | &"doctor" | &"emulator")) => {
            format!("arcidentity {command} --help")
        }
        _ => "arcidentity --help".to_owned(),
    };
    assert!(outcome.stderr.ends_with(&format!("hint: see `{help}`\n")), "{}", outcome.stderr);
}

#[test]
fn commands() {
    assert_usage(&[], "no command");
    assert_usage(&["tokens"], "tokens");
    assert_usage(&[""], "unknown command");
    assert_usage(&["--endpoint", "http://localhost", "token", VAULT], "--endpoint");
    assert_usage(&["-x"], "-x");
    assert_usage(&["help", "nothing"], "nothing");
    assert_usage(&["help", "token", "more"], "more");
    assert_usage(&["help", "--frobnicate"], "--frobnicate");
}

#[test]
fn missing_and_superfluous_arguments() {
    assert_usage(&["token"], "RESOURCE");
    assert_usage(&["token", VAULT, "another"], "another");
    assert_usage(&["metadata", "/a", "/b"], "/b");
    assert_usage(&["doctor", VAULT, "another"], "another");
    assert_usage(&["doctor", "--output", "json"], "--output");
    assert_usage(&["emulator", "true"], "true");
    assert_usage(&["emulator", "--"], "COMMAND");
    assert_usage(&["run", "--resource", VAULT], "COMMAND");
    assert_usage(&["run", "--resource", VAULT, "--"], "COMMAND");
    assert_usage(&["run", "--resource", VAULT, "true"], "true");
    assert_usage(&["run", "--", "true"], "--resource");
}

#[test]
fn options() {
    assert_usage(&["token", VAULT, "--frobnicate"], "--frobnicate");
    assert_usage(&["token", VAULT, "-o"], "-o");
    assert_usage(&["token", VAULT, "-x"], "-x");
    assert_usage(&["token", VAULT, "-o", "yaml"], "none of token, header, json, az, imds");
    assert_usage(&["token", VAULT, "--port", "1"], "--port");
    assert_usage(&["metadata", "--output", "json"], "--output");
    assert_usage(&["emulator", "--endpoint", "http://localhost"], "--endpoint");
    assert_usage(&["token", VAULT, "--force-refresh=yes"], "--force-refresh");
    assert_usage(&["token", "--no-verify-agent=no", VAULT], "--no-verify-agent");
    assert_usage(&["token", VAULT, "--output", "yaml"], "yaml");
    assert_usage(&["token", VAULT, "--output="], "--output");
}

#[test]
fn an_option_without_its_value_is_named() {
    for option in ["endpoint", "key-directory", "timeout", "client-id", "object-id", "resource-id"] {
        let option = format!("--{option}");
        assert_usage(&["token", VAULT, &option], &option);
        assert_usage(&["metadata", &option], &option);
    }
    for option in ["--resource", "--url-variable"] {
        assert_usage(&["run", option], option);
    }
    for option in ["--port", "--key-directory", "--lifetime"] {
        assert_usage(&["emulator", option], option);
    }
    assert_usage(&["token", VAULT, "--output"], "--output");
}

#[test]
fn numbers() {
    for timeout in ["0", "-1", "NaN", "inf", "0.0", "", "ten", "1e400"] {
        assert_usage(&["token", VAULT, "--timeout", timeout], "--timeout");
    }
    for port in ["65536", "-1", "http", ""] {
        assert_usage(&["emulator", "--port", port], "--port");
    }
    for lifetime in ["0", "-1", "1.5", "4294967296", ""] {
        assert_usage(&["emulator", "--lifetime", lifetime], "--lifetime");
    }
}

#[test]
fn names_of_variables() {
    for name in ["", "A=B", "NO_PROXY", "identity_header"] {
        let outcome = run(&["run", "--resource", VAULT, "--url-variable", name, "--", "true"]);
        assert_eq!(outcome.failure(), (2, format!("{name:?} cannot be set to a URL").as_str()));
    }
    for resource in ["", "a b"] {
        let outcome = run(&["run", "--resource", resource, "--", "true"]);
        assert_eq!(outcome.failure().0, 2, "{outcome:?}");
    }
}

#[test]
fn one_identity_at_most() {
    let identities = ["--client-id=a", "--object-id=b", "--resource-id=c"];
    for first in identities {
        for second in identities {
            assert_usage(&["token", VAULT, first, second], "--client-id, --object-id and --resource-id");
        }
    }
}

#[cfg(unix)]
#[test]
fn text_that_is_not_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use crate::support::{arcidentity, outcome};

    let text = OsStr::from_bytes(b"\xff");
    for arguments in [&["token"][..], &["token", VAULT, "--client-id"], &["metadata"], &[]] {
        let outcome = outcome(arcidentity(arguments).arg(text));
        assert_eq!(outcome.failure().0, 2, "{arguments:?}");
    }
}
