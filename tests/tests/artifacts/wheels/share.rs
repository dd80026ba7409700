//! What the wheel installs beside the package: the command's manual page and completions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{MAN, are_met};
use arcidentity_tests::{Python, path_with, pip, succeed, workspace};

use super::distributions::{ABI3, X86_64, files, wheel};
use super::environment::environment;

/// Each file below `share`, in order.
const FILES: [&str; 4] = [
    "bash-completion/completions/arcidentity",
    "fish/vendor_completions.d/arcidentity.fish",
    "man/man1/arcidentity.1",
    "zsh/site-functions/_arcidentity",
];

#[test]
fn pip_installs_the_manual_and_completions_and_takes_them_away() {
    if !X86_64.is_possible() {
        return;
    }
    let environment = environment(Path::new("python3"), "share");
    let share = environment.directory().join("share");
    environment.pip_install(&["--no-index", &wheel(ABI3, X86_64).to_string_lossy()]);
    assert_eq!(installed(&share), FILES.map(PathBuf::from));
    assert_complete(&environment, &share);
    if are_met(&[MAN]) {
        let mut man = Command::new("man");
        man.args(["--where", "arcidentity"]).env_remove("MANPATH");
        let found = succeed(man.env("PATH", path_with(&environment.directory().join("bin"))));
        assert_eq!(Path::new(found.trim()), share.join("man/man1/arcidentity.1"));
    }

    let mut uninstall = pip();
    uninstall.arg("--python").arg(environment.program("python")).args(["uninstall", "--yes", "arcidentity"]);
    succeed(&mut uninstall);
    assert_eq!(installed(&share), Vec::<PathBuf>::new());
}

/// The files below a directory that may be gone.
fn installed(share: &Path) -> Vec<PathBuf> {
    let found = if share.exists() { files(share) } else { Vec::new() };
    let mut found: Vec<_> = found.iter().map(|file| file.strip_prefix(share).unwrap().to_owned()).collect();
    found.sort();
    found
}

/// They are those of the command beside them, and of this source.
fn assert_complete(environment: &Python, share: &Path) {
    for (shell, file) in [("bash", FILES[0]), ("fish", FILES[1]), ("zsh", FILES[3])] {
        let printed = succeed(environment.command("arcidentity").args(["completions", shell]));
        assert!(printed == fs::read_to_string(share.join(file)).unwrap(), "{file}");
    }
    let manual = workspace().join("cli/man/arcidentity.1");
    assert!(fs::read(share.join(FILES[2])).unwrap() == fs::read(manual).unwrap());
}
