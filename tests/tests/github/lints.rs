//! What actionlint and zizmor say of the workflows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arcidentity_needs::{GO_1_25, GO_MODULES, PYTHON, needs};
use arcidentity_tests::{GO_FLAGS, Python, run, run_go, scratch, workspace};

use super::linters::linters;
use super::{files, said, text};

/// Actionlint. `None` where its modules are not to be had, which is noted.
fn actionlint() -> Option<PathBuf> {
    let directory = scratch("actionlint");
    let mut go = Command::new("go");
    go.current_dir(&directory).env("GOBIN", &directory).env("CGO_ENABLED", "0");
    go.args(["install", GO_FLAGS, "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"]);
    let output = run_go(&mut go);
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        GO_MODULES.is_missing(errors.lines().last().unwrap_or_default());
        return None;
    }
    Some(directory.join("actionlint"))
}

/// A copy of `.github` in which a workflow has `new` in the place of `old`.
fn changed(old: &str, new: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let workflows = copy.path().join(".github/workflows");
    fs::create_dir_all(&workflows).unwrap();
    fs::write(copy.path().join(".github/zizmor.yml"), text("zizmor.yml")).unwrap();
    let mut found = 0;
    for name in files("workflows") {
        let workflow = text(&format!("workflows/{name}"));
        found += workflow.matches(old).count();
        fs::write(workflows.join(name), workflow.replace(old, new)).unwrap();
    }
    assert!(found > 0, "no workflow has {old:?}");
    copy
}

/// What actionlint says of the workflows of this tree. It reads no configuration of the user's.
fn by_actionlint(program: &Path, tree: &Path) -> Output {
    let workflows = fs::read_dir(tree.join(".github/workflows")).unwrap();
    let paths = workflows.map(|entry| entry.unwrap().path());
    run(Command::new(program).current_dir(tree).args(["-no-color", "-shellcheck=", "-pyflakes="]).args(paths))
}

#[test]
fn actionlint_has_nothing_to_say() {
    needs!(GO_1_25);
    let Some(program) = actionlint() else { return };
    let output = by_actionlint(&program, workspace());
    assert!(output.status.success(), "{}", said(&output));
    for (old, new, expected) in [
        ("steps.registry.outputs", "steps.registrar.outputs", "property \"registrar\" is not defined"),
        ("needs.provenance.outputs", "needs.build.outputs", "property \"build\" is not defined"),
        ("contents: write", "contents: wrote", "\"wrote\" is invalid as permission of scope \"contents\""),
    ] {
        let output = by_actionlint(&program, changed(old, new).path());
        assert!(!output.status.success() && said(&output).contains(expected), "{}", said(&output));
    }
}

/// What zizmor says of a tree. It asks nobody.
fn by_zizmor(linters: &Python, tree: &Path) -> Output {
    let mut zizmor = linters.command("zizmor");
    zizmor.args([
        "--offline",
        "--strict-collection",
        "--quiet",
        "--no-progress",
        "--persona=auditor",
        "--color=never",
        ".github",
    ]);
    run(zizmor.current_dir(tree))
}

#[test]
fn zizmor_has_nothing_to_say() {
    needs!(PYTHON);
    let Some(linters) = linters() else { return };
    let output = by_zizmor(linters, workspace());
    assert!(output.status.success(), "{}", said(&output));
    for (old, new, expected) in [
        ("$GITHUB_REF_NAME\"", "${{ github.ref_name }}\"", "template-injection"),
        ("persist-credentials: false", "persist-credentials: true", "artipacked"),
        ("  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
        ("# to make the page", "", "undocumented-permissions"),
    ] {
        let output = by_zizmor(linters, changed(old, new).path());
        assert!(!output.status.success() && said(&output).contains(expected), "{}", said(&output));
    }
}
