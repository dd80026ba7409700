//! Command lines that are wrong.

use arcidentity_emulator::Emulator;

use crate::support::{VAULT, ask, resources, run};

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
    assert_usage(&["tokens"], "tokens");
    assert_usage(&[""], "unknown command");
    assert_usage(&["--endpoint", "http://localhost", "token", VAULT], "--endpoint");
    assert_usage(&["-x"], "-x");
    assert_usage(&["help", "nothing"], "nothing");
    assert_usage(&["help", "token", "more"], "more");
    assert_usage(&["help", "--frobnicate"], "--frobnicate");
}

#[track_caller]
fn assert_guess(arguments: &[&str], guess: Option<&str>) {
    let outcome = run(arguments);
    assert_eq!(outcome.failure().0, 2, "{arguments:?}");
    let hint = outcome.stderr.lines().find_map(|line| line.strip_prefix("hint: did you mean "));
    assert_eq!(hint, guess.map(|guess| format!("{guess}?")).as_deref(), "{}", outcome.stderr);
}

#[test]
fn what_is_misspelt_is_guessed() {
    assert_guess(&["tokne", VAULT], Some("token"));
    assert_guess(&["help", "docter"], Some("doctor"));
    assert_guess(&["token", VAULT, "--time-out", "1"], Some("--timeout"));
    assert_guess(&["token", VAULT, "--out", "json"], Some("--output"));
    assert_guess(&["emulator", "--key-dir", "/tmp"], Some("--key-directory"));
    assert_guess(&["--versoin"], Some("--version"));
    assert_guess(&["token", VAULT, "--output", "jsn"], Some("json"));
    assert_guess(&["token", "keyvalt"], Some("keyvault"));
    assert_guess(&["token", "Key-Valut"], Some("keyvault"));
    assert_guess(&["doctor", "postgre"], Some("postgresql"));
    assert_guess(&["run", "--resource", "strage", "--", "true"], Some("storage"));
}

#[test]
fn what_is_near_nothing_is_not_guessed() {
    assert_guess(&["frobnicate"], None);
    assert_guess(&["token", VAULT, "--frobnicate"], None);
    // The opposite of what was meant.
    assert_guess(&["token", VAULT, "--verify-agent"], None);
    assert_guess(&["token", VAULT, "--output", "yaml"], None);
    assert_guess(&["token", "synapse"], None);
    assert_guess(&["token"], None);
}

/// As users of the Azure CLI write it. It is no misspelt --resource-id.
#[test]
fn what_needs_no_option_is_said() {
    for (command, usage) in [("token", "token RESOURCE"), ("doctor", "doctor [RESOURCE]")] {
        let outcome = run(&[command, "--resource", VAULT]);
        assert_eq!(outcome.failure().1, "unknown option --resource");
        let hint = format!("hint: RESOURCE needs no option: arcidentity {usage}\n");
        assert!(outcome.stderr.contains(&hint), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("did you mean"), "{}", outcome.stderr);
    }
}

#[test]
fn what_stands_in_the_wrong_place_is_told_the_right_one() {
    const RUN: &str = "RESOURCE stands behind --resource, and COMMAND behind --: \
                       arcidentity run --resource RESOURCE -- COMMAND";
    for (arguments, place) in [
        (&["run", "--resource", VAULT, "true"][..], RUN),
        (&["run", "keyvault", "--", "true"], RUN),
        (&["emulator", "true"], "COMMAND stands behind --: arcidentity emulator -- COMMAND"),
        (
            &["--endpoint", "http://localhost", "token", VAULT],
            "the options of a command stand behind its name",
        ),
        (&["-o", "json", "token", VAULT], "the options of a command stand behind its name"),
    ] {
        let outcome = run(arguments);
        assert_eq!(outcome.failure().0, 2, "{arguments:?}");
        assert!(outcome.stderr.contains(&format!("hint: {place}\n")), "{}", outcome.stderr);
    }
    for arguments in [&["-x"][..], &["token", VAULT, "another"]] {
        assert_eq!(run(arguments).stderr.lines().count(), 2, "{arguments:?}");
    }
}

/// It may be one that this command does not know, and goes to the agent as it is.
#[test]
fn a_uri_is_never_guessed() {
    let agent = Emulator::builder().lenient(true).start().unwrap();
    let strange = ["https://vault.azure.nett", "api://keyvalt", "vault.azure.ne"];
    for resource in strange {
        assert!(ask(&agent, &["token", resource]).result().starts_with("eyJ"));
    }
    assert_eq!(resources(&agent), strange);
}

#[test]
fn missing_and_superfluous_arguments() {
    assert_usage(&["token"], "RESOURCE");
    assert_usage(&["token", VAULT, "another"], "another");
    assert_usage(&["metadata", "/a", "/b"], "/b");
    assert_usage(&["doctor", VAULT, "another"], "another");
    assert_usage(&["run", "--output", "json"], "--output");
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
    assert_usage(&["metadata", "--output", "az"], "none of text, json");
    assert_usage(&["doctor", "-o", "az"], "none of text, json");
    assert_usage(&["doctor", "--json=yes"], "--json");
    assert_usage(&["run", "--json"], "--json");
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
