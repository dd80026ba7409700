//! All of these files keep GitHub's own schemas.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use arcidentity_needs::{PYTHON, needs};
use arcidentity_tests::{Python, run, workspace};

use super::linters::linters;
use super::{files, said, text};

/// What GitHub's schema of this name says of files.
fn by_schema(linters: &Python, schema: &str, files: &[PathBuf]) -> Output {
    let mut check = linters.command("check-jsonschema");
    run(check.arg("--builtin-schema").arg(format!("vendor.{schema}")).args(files))
}

#[test]
fn the_schemas_of_github_are_kept() {
    needs!(PYTHON);
    let Some(linters) = linters() else { return };
    let mut checked = 0;
    for (schema, directory, name) in [
        ("github-workflows", "workflows", "*"),
        ("github-issue-forms", "ISSUE_TEMPLATE", "*"),
        ("github-issue-config", "ISSUE_TEMPLATE", "config.yml"),
        ("dependabot", "", "dependabot.yml"),
    ] {
        let wanted = |file: &String| file == name || (name == "*" && file != "config.yml");
        let place = workspace().join(".github").join(directory);
        let paths: Vec<_> =
            files(directory).iter().filter(|file| wanted(file)).map(|file| place.join(file)).collect();
        let output = by_schema(linters, schema, &paths);
        assert!(output.status.success(), "{schema}: {}", said(&output));
        checked += paths.len();
    }
    assert_eq!(checked, 7);
    let broken = tempfile::NamedTempFile::with_suffix(".yml").unwrap();
    fs::write(broken.path(), text("ISSUE_TEMPLATE/bug.yml").replace("type: textarea", "type: textareas"))
        .unwrap();
    assert!(!by_schema(linters, "github-issue-forms", &[broken.path().to_owned()]).status.success());
}
