//! `arcidentity doctor --report`: shown first, written when a person wants it, sent to nobody.

use arcidentity_emulator::{Answer, Emulator};
use serde_json::Value;

use crate::support::{arcidentity, client, outcome};

#[test]
fn a_dash_only_shows_it() {
    let agent = Emulator::start().unwrap();
    let shown = outcome(&mut client(&agent, &["doctor", "--report", "-"])).result();
    let report: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&report["survey"], &report["key"]["gone_after_use"]), (&1.into(), &true.into()));
}

#[test]
fn the_emulator_plays_the_agent_of_a_report() {
    let (agent, file) = (Emulator::start().unwrap(), tempfile::NamedTempFile::new().unwrap());
    agent.respond_with(|request| match request.header("metadata") {
        None => Answer::error(403, "forbidden", "Missing Metadata header"),
        Some(_) => Answer::normal(),
    });
    let report = |agent: &Emulator| outcome(&mut client(agent, &["doctor", "--report", "-"])).result();
    std::fs::write(file.path(), report(&agent)).unwrap();
    let program = [env!("CARGO_BIN_EXE_arcidentity"), "doctor", "--report", "-"];
    let path = file.path().to_str().unwrap();
    // Root's would be that of the whole machine.
    let keys = tempfile::tempdir().unwrap();
    let options = ["emulator", "--like", path, "--key-directory", keys.path().to_str().unwrap(), "--"];
    let played = outcome(&mut arcidentity(&[&options, &program[..]].concat()));
    assert_eq!(played.status, Some(0), "{played:?}");
    let played: Value = serde_json::from_str(&played.stdout).unwrap();
    let answers = played["answers"].as_array().unwrap();
    let refused = answers.iter().find(|answer| answer["asked"] == "metadata, no Metadata header").unwrap();
    assert_eq!((&refused["status"], &refused["body"]["error"]), (&403.into(), &"forbidden".into()));
}

#[cfg(unix)]
#[test]
fn what_is_no_report_is_not_played() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    for (path, why) in [(path, "not JSON"), ("/no/such/file", "No such file")] {
        let options = ["emulator", "--like", path, "--key-directory", "/no/such/directory", "--", "true"];
        let refused = outcome(&mut arcidentity(&options));
        assert!(refused.failure().0 == 2 && refused.failure().1.contains(why), "{refused:?}");
        assert!(refused.failure().1.starts_with(&format!("--like {path}: ")), "{refused:?}");
    }
}

#[test]
fn without_a_terminal_nothing_is_written_and_nobody_is_asked() {
    let agent = Emulator::start().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("report.json");
    let path = path.to_str().unwrap();
    let refused = outcome(client(&agent, &["doctor", "--report", path]).stdin(std::process::Stdio::null()));
    assert_eq!(refused.failure().0, 2);
    assert!(refused.failure().1.contains("terminal"), "{refused:?}");
    assert!(!std::path::Path::new(path).exists() && agent.requests().is_empty());
    assert_eq!(outcome(&mut client(&agent, &["doctor", "--report", ""])).failure().0, 2);
}

#[test]
fn nothing_is_overwritten() {
    let agent = Emulator::start().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let refused = outcome(&mut client(&agent, &["doctor", "--report", file.path().to_str().unwrap()]));
    assert_eq!(refused.failure().0, 2);
    assert!(refused.failure().1.ends_with("it is there already"), "{refused:?}");
    assert!(agent.requests().is_empty());
}

#[test]
fn it_is_about_the_agent_and_no_resource() {
    for other in ["--json", "keyvault"] {
        let refused = outcome(&mut client(&Emulator::start().unwrap(), &["doctor", other, "--report", "-"]));
        assert_eq!(refused.failure(), (2, "--report takes neither --json nor a resource"));
    }
}

#[cfg(target_os = "linux")]
mod on_a_terminal {
    use std::fs;
    use std::io::Write;
    use std::path::Path;

    use super::*;
    use crate::watched::Watched;

    /// What a person sees who answers so, and how the command ends.
    fn answered(agent: &Emulator, path: &Path, answer: &[u8]) -> (String, Option<i32>) {
        let mut command = client(agent, &["doctor", "--report", path.to_str().unwrap()]);
        command.env("TERM", "dumb");
        let mut watched = Watched::start_with_result(command);
        watched.until("Answer y or n:");
        assert!(!path.exists(), "before anybody wants it");
        assert!(watched.shown.contains("\"gone_after_use\": true"), "it is shown first: {}", watched.shown);
        watched.terminal.write_all(answer).unwrap();
        let (shown, _, status) = watched.end();
        (shown, status.code())
    }

    #[test]
    fn a_yes_writes_what_was_shown() {
        let (agent, directory) = (Emulator::start().unwrap(), tempfile::tempdir().unwrap());
        let path = directory.path().join("report.json");
        let (shown, status) = answered(&agent, &path, b"y\n");
        assert_eq!(status, Some(0), "{shown}");
        let written = fs::read_to_string(&path).unwrap();
        assert!(shown.replace("\r\n", "\n").contains(&written), "{shown}");
    }

    #[test]
    fn all_else_does_not() {
        let (agent, directory) = (Emulator::start().unwrap(), tempfile::tempdir().unwrap());
        let path = directory.path().join("report.json");
        // Ctrl-D is the end of the input.
        for answer in [&b"n\n"[..], b"\n", b"why?\n", b"\x04"] {
            let (shown, status) = answered(&agent, &path, answer);
            assert_eq!(status, Some(0), "{shown}");
            assert!(shown.contains("Nothing was written.") && !path.exists(), "{shown}");
        }
    }

    #[test]
    fn a_place_that_cannot_be_written_is_an_error() {
        let agent = Emulator::start().unwrap();
        let (shown, status) = answered(&agent, Path::new("/proc/arcidentity/report.json"), b"y\n");
        assert!(status.is_some_and(|status| status != 0), "{shown}");
        assert!(shown.contains("the report cannot be written to /proc/arcidentity/report.json"), "{shown}");
    }
}
