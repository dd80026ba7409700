//! The workflows: all that runs is pinned, no job may do more than it must, and nothing is published unless it was
//! built twice, tested and attested.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use arcidentity_tests::workspace;
use regex_lite::Regex;

use super::workflow::{Job, head, jobs};
use super::{files, text, values};

/// Beside reading the sources: what a job may do, and in whose name.
const MAY: &[(&str, &str, &[&str])] = &[
    ("release.yml", "provenance", &["attestations: write", "id-token: write"]),
    ("release.yml", "sbom", &["attestations: write", "id-token: write"]),
    ("release.yml", "pypi", &["id-token: write"]),
    ("release.yml", "crates", &["contents: read", "id-token: write"]),
    ("release.yml", "page", &["contents: write"]),
];

/// The jobs that publish, each with the environment in which a maintainer must approve it.
const PUBLISH: [(&str, &str); 2] = [("pypi", "pypi"), ("crates", "crates-io")];

/// What must have succeeded before anything is published.
const BEFORE: [&str; 6] = ["tag", "test", "build", "rebuild", "provenance", "sbom"];

fn workflows() -> Vec<(String, String)> {
    let texts = files("workflows").into_iter().map(|name| {
        let content = text(&format!("workflows/{name}"));
        (name, content)
    });
    texts.collect()
}

/// Why something that a workflow runs may be another thing tomorrow.
fn unpinned(workflow: &str) -> Vec<String> {
    let action = Regex::new(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$").unwrap();
    let image = Regex::new(r"^[\w./:-]+@sha256:[0-9a-f]{64}$").unwrap();
    let is_here = |path: &str| path.strip_prefix("./").is_some_and(|path| workspace().join(path).is_file());
    let actions = values(workflow, "uses").filter(|value| !action.is_match(value) && !is_here(value));
    let images = values(workflow, "image").filter(|value| !image.is_match(value));
    // Written so, an image has no line of its own.
    let short = values(workflow, "container").filter(|value| !value.is_empty());
    actions.chain(images).chain(short).map(str::to_owned).collect()
}

/// Why a workflow or a job of it may do more than it must.
fn excessive(name: &str, workflow: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !head(workflow).contains("\npermissions: {}\n") {
        found.push(format!("{name} gives jobs permissions that they do not name"));
    }
    for job in jobs(workflow) {
        let row = MAY.iter().find(|(file, own, _)| (*file, *own) == (name, job.name));
        let expected = row.map_or(&["contents: read"][..], |(_, _, permissions)| permissions);
        if job.below("permissions").as_deref() != Some(expected) {
            found.push(format!("{name}: {} has other permissions than {expected:?}", job.name));
        }
    }
    let count = |what: &str| workflow.matches(what).count();
    if count("uses: actions/checkout@") != count("persist-credentials: false") {
        found.push(format!("{name} leaves a token in a checkout"));
    }
    found
}

/// What a shell would take for commands if it stood in a name or a title.
fn interpolated(workflow: &str) -> Vec<String> {
    let jobs = jobs(workflow);
    let commands = jobs.iter().flat_map(Job::commands);
    commands.filter(|command| command.contains("${{")).map(str::to_owned).collect()
}

/// The programs of this repository that a workflow names and that cannot be run.
fn missing_programs(workflow: &str) -> Vec<String> {
    let is_program = |path: &str| {
        let metadata = workspace().join(path).metadata();
        metadata.is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
    };
    let jobs = jobs(workflow);
    let words = jobs.iter().flat_map(Job::commands).flat_map(str::split_whitespace);
    let own = words.filter(|word| word.starts_with(".ci/") || word.starts_with("release/"));
    own.filter(|word| !is_program(word)).map(str::to_owned).collect()
}

/// All jobs that must succeed before this one.
fn before<'a>(jobs: &[Job<'a>], name: &str) -> BTreeSet<&'a str> {
    let job = jobs.iter().find(|job| job.name == name).unwrap_or_else(|| panic!("no job {name}"));
    job.needs().into_iter().flat_map(|need| before(jobs, need).into_iter().chain([need])).collect()
}

/// What a release could be published without.
fn unguarded(release: &str) -> Vec<String> {
    let jobs = jobs(release);
    let find = |name| jobs.iter().find(|job| job.name == name).unwrap();
    let mut found = Vec::new();
    for (name, environment) in PUBLISH {
        let earlier = before(&jobs, name);
        found.extend(
            BEFORE.iter().filter(|it| !earlier.contains(*it)).map(|it| format!("{name} without {it}")),
        );
        if find(name).value("environment") != Some(environment) {
            found.push(format!("{name} without approval"));
        }
    }
    let page = before(&jobs, "page");
    found.extend(
        PUBLISH.iter().filter(|(it, _)| !page.contains(it)).map(|(it, _)| format!("a page without {it}")),
    );
    for (name, command) in [
        ("tag", "release/check-tag \"$GITHUB_REF_NAME\""),
        ("build", "release/build"),
        ("rebuild", ".ci/release"),
        ("rebuild", "diff target/release-check/first/SHA256SUMS files/SHA256SUMS"),
        ("provenance", "sha256sum --check --strict SHA256SUMS"),
        ("pypi", "sha256sum --check --strict SHA256SUMS"),
        ("crates", "sha256sum --check --strict SHA256SUMS"),
        ("page", "sha256sum --check --strict SHA256SUMS"),
    ] {
        if !find(name).commands().contains(&command) {
            found.push(format!("{name} without {command}"));
        }
    }
    found
}

/// Why a release that ended half-way would stay so.
fn unrepeatable(release: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    if values(head(release), "group").ne(["release-${{ github.ref }}"]) {
        found.push("a tag cancels another that waits");
    }
    let jobs = jobs(release);
    let pypi = jobs.iter().find(|job| job.name == "pypi").unwrap();
    if !pypi.has("skip-existing: true") {
        found.push("a file that PyPI has already is an error");
    }
    found
}

#[test]
fn all_that_runs_is_pinned() {
    for (name, workflow) in workflows() {
        assert_eq!(unpinned(&workflow), [""; 0], "{name}");
    }
}

#[test]
fn one_action_has_one_commit() {
    let mut seen: Vec<String> = Vec::new();
    for (_, workflow) in workflows() {
        seen.extend(values(&workflow, "uses").map(str::to_owned));
        seen.extend(values(&workflow, "image").map(str::to_owned));
    }
    let pins: BTreeSet<&str> = seen.iter().map(String::as_str).collect();
    let names: BTreeSet<&str> = pins.iter().map(|pin| pin.split('@').next().unwrap()).collect();
    assert_eq!(pins.len(), names.len(), "{pins:?}");
    assert!(names.len() > 6, "{names:?}");
}

#[test]
fn no_job_may_do_more_than_it_must() {
    for (name, workflow) in workflows() {
        assert_eq!(excessive(&name, &workflow), [""; 0]);
        for job in jobs(&workflow) {
            assert_eq!(job.value("timeout-minutes").is_some(), job.value("uses").is_none(), "{}", job.name);
        }
    }
}

#[test]
fn no_command_takes_text_of_strangers() {
    for (name, workflow) in workflows() {
        assert_eq!(interpolated(&workflow), [""; 0], "{name}");
    }
}

#[test]
fn the_programs_that_they_run_are_there() {
    for (name, workflow) in workflows() {
        assert_eq!(missing_programs(&workflow), [""; 0], "{name}");
    }
}

#[test]
fn nothing_is_published_untested() {
    assert_eq!(unguarded(&text("workflows/release.yml")), [""; 0]);
    let ci = text("workflows/ci.yml");
    assert!(jobs(&ci)[0].commands().contains(&".ci/run"));
    assert_eq!(jobs(&text("workflows/release.yml"))[1].value("uses"), Some("./.github/workflows/ci.yml"));
}

#[test]
fn a_release_that_ended_half_way_can_be_repeated() {
    assert_eq!(unrepeatable(&text("workflows/release.yml")), [""; 0]);
}

#[test]
fn a_rule_that_is_broken_is_seen() {
    let release = text("workflows/release.yml");
    for (what, old, new) in [
        ("a tag for a commit", "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7"),
        ("a commit without its version", "ba90b1 # v7.0.1", "ba90b1"),
        ("an image by its name", "@sha256:", ":"),
        ("an image in short", "    container:\n      image: ", "    container: "),
        ("a workflow that is not there", "./.github/workflows/ci.yml", "./.github/workflows/other.yml"),
        ("a permission for all", "permissions: {}\n", "permissions: write-all\n"),
        (
            "a permission more",
            "      id-token: write # to be",
            "      packages: write\n      id-token: write # to be",
        ),
        ("a job that names none", "    permissions:\n      contents: read\n", ""),
        ("a token that is left", "persist-credentials: false", "fetch-tags: true"),
        ("a name as a command", "check-tag \"$GITHUB_REF_NAME\"", "check-tag ${{ github.ref_name }}"),
        ("the same in a block", "          mkdir dist\n", "          mkdir ${{ github.ref_name }}\n"),
        ("a program that is not there", "release/notes ", "release/news "),
        ("a file that is no program", "release/notes ", "release/tools.txt "),
        ("a publication without approval", "    environment: pypi\n", ""),
        ("one without tests", "needs: [test, build, rebuild]", "needs: [build, rebuild]"),
        ("one that nobody built again", "needs: [test, build, rebuild]", "needs: [test, build]"),
        ("one that is not attested", "    needs: sbom\n", "    needs: [test, build, rebuild]\n"),
        ("a page of what is not published", "needs: [pypi, crates]", "needs: pypi"),
        ("a tag that nobody compares", "      - run: release/check-tag \"$GITHUB_REF_NAME\"\n", ""),
        ("a build that nobody compares", "      - run: diff target", "      - run: echo target"),
        ("a tag that waits for another", "  group: release-${{ github.ref }}\n", "  group: release\n"),
        ("an upload that cannot be repeated", "skip-existing: true", "skip-existing: false"),
    ] {
        let broken = release.replace(old, new);
        assert_ne!(broken, release, "{what}");
        let found = [
            unpinned(&broken),
            excessive("release.yml", &broken),
            interpolated(&broken),
            missing_programs(&broken),
            unguarded(&broken),
            unrepeatable(&broken).into_iter().map(str::to_owned).collect(),
        ];
        assert!(!found.concat().is_empty(), "{what}");
    }
}
