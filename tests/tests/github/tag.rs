//! What is checked of a tag before a release is made of it, and what the release page says.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use arcidentity_needs::{GIT, needs};
use arcidentity_tests::{copy_program, run, succeed, workspace};

const CHANGELOG: &str =
    "# Changelog\n\n## 0.3.0 (unreleased)\n\n* Later.\n\n## 0.2.0\n\n* New.\n\n## 0.1.0\n\n* First.\n";

/// A checkout of a repository whose version is 0.2.0.
fn checkout(changelog: &str) -> tempfile::TempDir {
    let checkout = tempfile::tempdir().unwrap();
    let root = checkout.path();
    fs::create_dir(root.join("release")).unwrap();
    for program in ["release/check-tag", "release/notes"] {
        copy_program(&workspace().join(program), &root.join(program));
    }
    fs::write(root.join("CHANGELOG.md"), changelog).unwrap();
    let manifest = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    let version = format!("version = \"{}\"", env!("CARGO_PKG_VERSION"));
    fs::write(root.join("Cargo.toml"), manifest.replace(&version, "version = \"0.2.0\"")).unwrap();
    git(root, &["init", "--quiet"]);
    commit(root);
    git(root, &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    checkout
}

fn git(root: &Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(root).args(["-c", "user.name=x", "-c", "user.email=x", "-c", "commit.gpgSign=false"]);
    succeed(git.args(arguments));
}

fn commit(root: &Path) {
    git(root, &["commit", "--quiet", "--allow-empty", "--message", "x"]);
}

fn ask(root: &Path, program: &str, arguments: &[&str]) -> Output {
    run(Command::new(root.join("release").join(program)).args(arguments))
}

/// Why there is no release with this tag.
fn refusal(root: &Path, arguments: &[&str]) -> String {
    let output = ask(root, "check-tag", arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_tag_of_the_version_is_taken() {
    needs!(GIT);
    let checkout = checkout(CHANGELOG);
    let output = ask(checkout.path(), "check-tag", &["v0.2.0"]);
    assert!(output.status.success(), "{output:?}");
    // Also where main has gone on meanwhile.
    commit(checkout.path());
    git(checkout.path(), &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    git(checkout.path(), &["checkout", "--quiet", "HEAD~1"]);
    assert!(ask(checkout.path(), "check-tag", &["v0.2.0"]).status.success());
}

#[test]
fn any_other_tag_is_refused() {
    needs!(GIT);
    let checkout = checkout(CHANGELOG);
    for tag in ["0.2.0", "v0.1.0", "v0.2.00", "v0.2.0-1", "v0x2.0", "v0.2", ""] {
        let why = refusal(checkout.path(), &[tag]);
        assert_eq!(why, format!("check-tag: {tag} is not v0.2.0, the version in Cargo.toml\n"));
    }
    assert_eq!(refusal(checkout.path(), &[]), "check-tag: usage: check-tag TAG\n");
}

#[test]
fn a_version_that_has_not_come_out_is_refused() {
    needs!(GIT);
    let checkout = checkout(&CHANGELOG.replace("## 0.2.0", "## 0.2.0 (unreleased)"));
    let why = refusal(checkout.path(), &["v0.2.0"]);
    assert_eq!(why, "check-tag: CHANGELOG.md has no heading \"## 0.2.0\"\n");
}

/// In the words that ours have before the first one.
#[test]
fn documents_that_know_of_no_release_are_refused() {
    needs!(GIT);
    for (document, words) in [
        ("README.md", "Nothing is published yet, in no package archive."),
        ("SECURITY.md", "Nothing has been released yet."),
        ("python/README.md", "The package is not on PyPI yet."),
    ] {
        let checkout = checkout(CHANGELOG);
        let copy = checkout.path().join(document);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::write(&copy, words).unwrap();
        git(checkout.path(), &["add", document]);
        let why = refusal(checkout.path(), &["v0.2.0"]);
        assert_eq!(why, format!("check-tag: these say that there is no release: {document}\n"));
    }
}

#[test]
fn a_commit_of_another_branch_is_refused() {
    needs!(GIT);
    let checkout = checkout(CHANGELOG);
    commit(checkout.path());
    let why = refusal(checkout.path(), &["v0.2.0"]);
    assert_eq!(why, "check-tag: the commit is neither on main nor on release-0.2\n");
    for (branch, is_taken) in [("release-0.1", false), ("release-0.2", true)] {
        git(checkout.path(), &["update-ref", &format!("refs/remotes/origin/{branch}"), "HEAD"]);
        assert_eq!(ask(checkout.path(), "check-tag", &["v0.2.0"]).status.success(), is_taken, "{branch}");
    }
}

#[test]
fn the_page_has_the_section_of_the_changelog() {
    needs!(GIT);
    let checkout = checkout(CHANGELOG);
    let output = ask(checkout.path(), "notes", &["v0.2.0"]);
    let notes = String::from_utf8(output.stdout).unwrap();
    let page = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/v0.2.0/docs/releasing.md#checking-a-release");
    assert_eq!(notes, format!("\n* New.\n\n[How to check these files]({page})\n"));
    let releasing = fs::read_to_string(workspace().join("docs/releasing.md")).unwrap();
    assert!(releasing.contains("\n## Checking a release\n"));
    let output = ask(checkout.path(), "notes", &["v0.3.0"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "notes: CHANGELOG.md says nothing below \"## 0.3.0\"\n"
    );
}
