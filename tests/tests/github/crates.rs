//! What publishes the crates, beside a cargo that only notes what it is asked.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use arcidentity_tests::{copy_program, path_with, run, workspace, write_script};

/// Packages what is in `packaged`, and knows a registry that has what is in `registry`.
const CARGO: &str = "#!/bin/sh
echo \"$*\" >>log
case $1 in
package) mkdir -p target/publish/package && cp packaged/*.crate target/publish/package ;;
info) for last; do :; done && [ -e \"registry/$last\" ] ;;
esac
";

struct Release {
    root: tempfile::TempDir,
}

impl Release {
    /// A checkout with two crates, the release of them, and a registry that has these.
    fn new(registry: &[&str]) -> Release {
        let root = tempfile::tempdir().unwrap();
        let path = root.path();
        for directory in ["release", "files", "packaged", "registry", "bin"] {
            fs::create_dir(path.join(directory)).unwrap();
        }
        copy_program(&workspace().join("release/publish-crates"), &path.join("release/publish-crates"));
        for directory in ["files", "packaged"] {
            for name in ["arcidentity-core", "arcidentity-app-service"] {
                fs::write(path.join(directory).join(format!("{name}-0.2.0.crate")), name).unwrap();
            }
        }
        for name in registry {
            fs::write(path.join("registry").join(name), "").unwrap();
        }
        write_script(CARGO, &path.join("bin/cargo"));
        Release { root }
    }

    fn path(&self) -> &Path {
        self.root.path()
    }

    fn publish(&self) -> Output {
        let mut program = Command::new(self.path().join("release/publish-crates"));
        run(program.arg(self.path().join("files")).env("PATH", path_with(&self.path().join("bin"))))
    }

    /// The crates that cargo was told to publish, in one call if there are any.
    fn published(&self) -> Vec<String> {
        let log = fs::read_to_string(self.path().join("log")).unwrap();
        let calls: Vec<&str> = log.lines().filter(|line| line.starts_with("publish ")).collect();
        assert!(calls.iter().all(|call| call.contains("--no-verify")), "{log}");
        let words = calls.iter().flat_map(|call| call.split(' '));
        let names: Vec<String> =
            words.filter_map(|word| word.strip_prefix("--package=")).map(str::to_owned).collect();
        assert_eq!(calls.len(), usize::from(!names.is_empty()), "{log}");
        names
    }
}

#[test]
fn those_that_the_registry_lacks_are_published() {
    for (registry, expected) in [
        (&[][..], &["arcidentity-app-service", "arcidentity-core"][..]),
        (&["arcidentity-core@0.2.0"], &["arcidentity-app-service"]),
        (&["arcidentity-core@0.1.0"], &["arcidentity-app-service", "arcidentity-core"]),
        (&["arcidentity-core@0.2.0", "arcidentity-app-service@0.2.0"], &[]),
    ] {
        let release = Release::new(registry);
        let output = release.publish();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(release.published(), expected, "{registry:?}");
    }
}

#[test]
fn nothing_is_published_where_one_is_another() {
    let release = Release::new(&[]);
    fs::write(release.path().join("files/arcidentity-core-0.2.0.crate"), "other").unwrap();
    assert!(!release.publish().status.success());
    assert_eq!(release.published(), [""; 0]);
}
