//! Everyone who gets a file gets the licences of all that is inside.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use arcidentity_tests::{succeed, workspace};

use super::artifacts::{Artifact, DEB_DEVELOPMENT, LIBRARY_MUSL, RPM_DEVELOPMENT};
use super::built::release;

/// The crates of others that are linked, as `name version`.
fn crates(artifact: &Artifact) -> BTreeSet<String> {
    let is_program = artifact.kind.starts_with("program");
    let package = if is_program { "arcidentity-cli" } else { "arcidentity-ffi" };
    let c_library = if has_musl(artifact) { "musl" } else { "gnu" };
    let mut tree = Command::new(env!("CARGO"));
    tree.current_dir(workspace()).args(["tree", "--locked", "--package", package, "--target"]);
    tree.arg(format!("{}-unknown-linux-{c_library}", artifact.machine.name));
    tree.args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]);
    let listed = succeed(&mut tree);
    let others = listed.lines().filter(|line| !line.is_empty() && !line.contains(" (/"));
    // cargo marks those that it has listed before.
    others.map(|line| line.trim_end_matches(" (*)").replacen(" v", " ", 1)).collect()
}

fn has_musl(artifact: &Artifact) -> bool {
    artifact.kind.starts_with("program") || artifact.kind == LIBRARY_MUSL
}

/// What is in the files whose names begin with `start`, unpacked where it is compressed.
fn texts(artifact: &Artifact, start: &str) -> String {
    let named = |file: &PathBuf| file.file_name().unwrap().to_string_lossy().starts_with(start);
    let read = |file: PathBuf| match file.extension() {
        Some(end) if end == "gz" => {
            succeed(Command::new("gzip").args(["--decompress", "--stdout"]).arg(file))
        }
        _ => fs::read_to_string(file).unwrap(),
    };
    artifact.files().into_iter().filter(named).map(read).collect()
}

#[test]
fn our_licences_are_there() {
    let Some(release) = release() else { return };
    for artifact in release.artifacts.iter().filter(|artifact| artifact.kind != RPM_DEVELOPMENT) {
        if artifact.is_a(".deb") {
            let text = texts(artifact, "copyright");
            for words in ["Permission is hereby granted, free of charge", "common-licenses/Apache-2.0"] {
                assert!(text.contains(words), "{}: {words}", artifact.name());
            }
        } else {
            for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
                let ours = fs::read_to_string(workspace().join(licence)).unwrap();
                assert_eq!(texts(artifact, licence), ours, "{}", artifact.name());
            }
        }
    }
}

/// What comes with Rust.
pub const OTHERS: [&str; 5] =
    ["Rust's standard library", "compiler_builtins", "hashbrown", "gimli", "miniz_oxide"];

/// The names in the list at the beginning, and those above a text.
pub fn noticed(notices: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let rule = format!("\n{}\n", "=".repeat(80));
    let mut parts = notices.split(&rule);
    let list = parts.next().unwrap().lines().filter_map(|line| line.strip_prefix("* "));
    let listed = list.map(|line| line.rsplit_once(": ").unwrap().0.to_owned()).collect();
    let mut above = BTreeSet::new();
    while let (Some(names), Some(text)) = (parts.next(), parts.next()) {
        assert!(text.trim().len() > 500, "{names} have a text: {text}");
        above.extend(names.replace('\n', " ").split(", ").map(str::to_owned));
    }
    (listed, above)
}

#[test]
fn those_of_others_code_are_there() {
    let Some(release) = release() else { return };
    for artifact in &release.artifacts {
        // The package that it depends on has them, in the same version.
        if [DEB_DEVELOPMENT, RPM_DEVELOPMENT].contains(&artifact.kind) {
            continue;
        }
        let notices = texts(artifact, "THIRD-PARTY");
        let (listed, above) = noticed(&notices);
        assert_eq!(listed, above, "{}: each name has a text", artifact.name());
        let missing: Vec<String> = crates(artifact).difference(&listed).cloned().collect();
        assert_eq!(missing, Vec::<String>::new(), "{}", artifact.name());
        let c_library = if has_musl(artifact) { "musl" } else { "glibc" };
        for other in OTHERS.iter().chain(&["libunwind", c_library]) {
            let known = |name: &String| name.starts_with(other);
            assert!(listed.iter().any(known), "{}: {other}: {listed:?}", artifact.name());
        }
    }
}
