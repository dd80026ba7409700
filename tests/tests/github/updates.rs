//! Dependabot reads every directory that pins something, and no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use arcidentity_needs::{GIT, needs};
use arcidentity_tests::{succeed, workspace};

use super::{text, values};

/// The files by which a directory is known.
const MANIFESTS: [(&str, &str); 4] =
    [("Cargo.lock", "cargo"), ("package.json", "npm"), ("go.mod", "gomod"), ("pom.xml", "maven")];

/// An ecosystem, and a directory as `dependabot.yml` has it.
type Pinned = BTreeSet<(String, String)>;

/// The ecosystem whose versions a file pins.
fn ecosystem(file: &Path) -> Option<&'static str> {
    let name = file.file_name().unwrap().to_str().unwrap();
    let content = || fs::read_to_string(workspace().join(file)).unwrap();
    // A line of them alone is a rule.
    let pins = |line: &str| !line.starts_with(['#', '=']) && line.contains("==");
    match name {
        _ if file.starts_with(".github/workflows") => Some("github-actions"),
        // Without a lock where it names each version itself.
        "Cargo.toml" if content().contains("= \"=") && content().contains("\n[workspace]\n") => Some("cargo"),
        _ if name.ends_with(".in") && content().lines().any(pins) => Some("uv"),
        _ if name.ends_with(".txt") && content().lines().any(pins) => Some("pip"),
        _ => MANIFESTS.iter().find(|(manifest, _)| *manifest == name).map(|(_, ecosystem)| *ecosystem),
    }
}

/// What the files of the repository pin.
fn pinned() -> Pinned {
    let listed = succeed(Command::new("git").current_dir(workspace()).arg("ls-files"));
    let mut found = Pinned::new();
    for file in listed.lines().map(Path::new) {
        let Some(ecosystem) = ecosystem(file) else { continue };
        let is_action = ecosystem == "github-actions";
        let directory = if is_action { "" } else { file.parent().unwrap().to_str().unwrap() };
        found.insert((ecosystem.to_owned(), format!("/{directory}")));
    }
    // Such a list is made of another file, beside it.
    let made: Vec<String> =
        found.iter().filter(|(it, _)| it == "uv").map(|(_, directory)| directory.clone()).collect();
    found.retain(|(ecosystem, directory)| ecosystem != "pip" || !made.contains(directory));
    found
}

/// What Dependabot is told to read.
fn read(dependabot: &str) -> Pinned {
    let mut found = Pinned::new();
    for entry in dependabot.split("\n  - package-ecosystem: ").skip(1) {
        let ecosystem = entry.lines().next().unwrap();
        let directories = values(entry, "directory").chain(values(entry, "directories"));
        let each = directories.flat_map(|value| value.trim_matches(['[', ']']).split(", "));
        found.extend(each.map(|directory| (ecosystem.to_owned(), directory.to_owned())));
    }
    found
}

#[test]
fn what_is_pinned_gets_proposals() {
    needs!(GIT);
    assert_eq!(read(&text("dependabot.yml")), pinned());
}

#[test]
fn proposals_wait_a_week() {
    let dependabot = text("dependabot.yml");
    let entries: Vec<&str> = dependabot.split("\n  - package-ecosystem: ").skip(1).collect();
    assert!(entries.len() > 5);
    for entry in entries {
        assert!(values(entry, "default-days").eq(["7"]), "{entry}");
    }
}
