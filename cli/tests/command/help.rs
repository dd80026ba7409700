//! The help texts.

use arcidentity_emulator::Emulator;

use crate::resources::CLOUDS;
use crate::support::{ask, run};

const COMMANDS: [&str; 6] = ["token", "run", "metadata", "doctor", "emulator", "completions"];

#[test]
fn help_is_a_result() {
    let overview = run(&["--help"]).result();
    for arguments in [&["-h"][..], &["help"], &["help", "--help"]] {
        assert_eq!(run(arguments).result(), overview);
    }
    for command in COMMANDS {
        let help = run(&["help", command]).result();
        assert!(help.contains(&format!("Usage: arcidentity {command}")));
        assert_eq!(run(&[command, "--help"]).result(), help);
        assert_eq!(run(&[command, "-h"]).result(), help);
        assert_eq!(run(&["help", command, "--help"]).result(), help);
        assert!(overview.contains(&format!("\n  {command}")));
    }
}

#[test]
fn help_wins_over_what_is_missing() {
    assert_eq!(run(&["token", "--output", "json", "--help"]).result(), run(&["help", "token"]).result());
}

#[test]
fn every_text_fits_a_terminal_and_shows_an_example() {
    let overview = ["--help"].to_vec();
    for arguments in COMMANDS.map(|command| vec!["help", command]).into_iter().chain([overview]) {
        let text = run(&arguments).result();
        assert!(text.contains("Example"), "{arguments:?}");
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
            assert!(line.is_ascii() && line.trim_end() == line && !line.contains('\t'), "{line:?}");
        }
    }
}

#[test]
fn every_option_is_explained() {
    let client = [
        "--endpoint URL",
        "--key-directory DIR",
        "--timeout SECONDS",
        "--client-id ID",
        "--object-id ID",
        "--resource-id ID",
        "--no-verify-agent",
        "-v, --verbose",
        "-q, --quiet",
        "-h, --help",
    ];
    let token = [&client[..], &["-o, --output FORM", "--json", "--force-refresh"]].concat();
    let run_options = ["--resource RESOURCE", "--any-resource", "--url-variable NAME", "--terraform"];
    let run_options = [&client[..], &run_options].concat();
    let emulator = [
        "--port N",
        "--key-directory DIR",
        "--lifetime SECONDS",
        "--like FILE",
        "--lenient",
        "-q, --quiet",
        "-h, --help",
    ];
    let forms = [&client[..], &["-o, --output FORM", "--json"]].concat();
    let doctor = [&forms[..], &["--report FILE"]].concat();
    for (command, options) in [
        ("token", &token[..]),
        ("run", &run_options),
        ("metadata", &forms),
        ("doctor", &doctor),
        ("emulator", &emulator),
    ] {
        let text = run(&["help", command]).result();
        for option in options {
            assert!(text.contains(&format!("\n  {option} ")), "{command}: {option}");
        }
    }
}

#[test]
fn the_exit_numbers_are_in_the_overview() {
    let text = run(&["--help"]).result();
    for number in 0..=12 {
        assert!(text.contains(&format!("\n  {number:2}  ")), "{number}");
    }
}

#[test]
fn without_a_command_the_overview_is_no_result() {
    let outcome = run(&[]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""));
    assert_eq!(outcome.stderr.trim_end(), run(&["--help"]).result());
}

#[test]
fn the_version_is_the_packages() {
    let shown = run(&["--version"]).result();
    assert_eq!(run(&["-V"]).result(), shown);
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines[0], concat!("arcidentity ", env!("CARGO_PKG_VERSION")));
    assert!(lines.iter().all(|line| line.len() <= 80));
}

#[test]
fn the_version_tells_which_agents_and_clouds_it_was_made_for() {
    let agent = Emulator::start().unwrap();
    ask(&agent, &["token", "keyvault"]).result();
    let shown = run(&["--version"]).result();
    let asked =
        agent.requests().into_iter().map(|request| request.parameter("api-version").map(str::to_owned));
    for version in asked {
        assert!(
            shown.contains(&format!("API version {}", version.expect("each request has one"))),
            "{shown}"
        );
    }
    for cloud in CLOUDS {
        assert!(shown.contains(cloud), "{shown}");
    }
}
