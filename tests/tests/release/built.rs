//! The files of a release, and those of the next one.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_needs::{LINTIAN, Need, PYTHON, RPM, RPMLINT, RUST_MUSL, RUST_X86_64, are_met};
use arcidentity_tests::{scratch, succeed, workspace};

use super::artifacts::{AARCH64, Artifact, Machine, X86_64, artifacts};
use super::given::{given, has, has_no, has_part};
use super::parts::build;

const PARTS: [&str; 1] = ["linux-x86_64"];
/// Where they are built.
const PLACE: &str = "target here";
const NEEDS: [Need; 6] = [PYTHON, RUST_X86_64, RUST_MUSL, LINTIAN, RPM, RPMLINT];

/// A release that was built, with what is in its files.
pub struct Release {
    pub version: String,
    pub artifacts: Vec<Artifact>,
}

impl Release {
    fn of(directory: &Path, version: &str) -> Release {
        let there = |machine: &Machine| has(directory, &format!("-{}-linux.tar.gz", machine.name));
        let machines = [X86_64, AARCH64].into_iter().filter(there);
        let artifacts = machines.flat_map(|machine| artifacts(directory, version, machine)).collect();
        Release { version: version.to_owned(), artifacts }
    }

    /// A file for a machine that it has files for.
    pub fn find(&self, kind: &str, machine: Machine) -> &Artifact {
        let mut found = self.artifacts.iter().filter(|artifact| artifact.machine == machine);
        found.find(|artifact| artifact.kind == kind).unwrap()
    }

    /// What this machine can run.
    pub fn own(&self, kind: &str) -> &Artifact {
        self.find(kind, X86_64)
    }

    /// The machines that it has files for.
    pub fn machines(&self) -> Vec<Machine> {
        let mut machines: Vec<Machine> = self.artifacts.iter().map(|artifact| artifact.machine).collect();
        machines.dedup();
        machines
    }
}

/// The files of today's sources. None where this machine cannot build them, or they were left out.
pub fn release() -> Option<&'static Release> {
    static RELEASE: OnceLock<Release> = OnceLock::new();
    let is_there = match given() {
        Some(directory) => has_part(&directory, "linux-x86_64 or linux-aarch64", "-linux.tar.gz"),
        None => are_met(&NEEDS),
    };
    let make = || {
        let directory = given().unwrap_or_else(|| build(&sources(), &PARTS, "today", PLACE, &home()));
        Release::of(&directory, env!("CARGO_PKG_VERSION"))
    };
    is_there.then(|| RELEASE.get_or_init(make))
}

/// The same, for a test that needs files for this machine or another. None where those were not built.
pub fn release_for(machine: Machine) -> Option<&'static Release> {
    let release = release()?;
    if release.machines().contains(&machine) {
        return Some(release);
    }
    has_no(format!("there are no files for {}", machine.name));
    None
}

/// The files of the next release, whose ABI is that of today. None where this machine cannot build them.
pub fn next() -> Option<&'static Release> {
    static NEXT: OnceLock<Release> = OnceLock::new();
    let make = || {
        // Built in the same place, where the tools are already.
        release();
        let sources = sources();
        let version = make_next(&sources);
        let directory = build(&sources, &PARTS, "next", PLACE, &strange_environment());
        Release::of(&directory, &version)
    };
    are_met(&NEEDS).then(|| NEXT.get_or_init(make))
}

/// A copy of the sources, for both releases in the same place: where they are is one of rustc's flags, and with
/// other flags cargo compiles the crates of others anew.
fn sources() -> PathBuf {
    let copy = scratch("release").join("sources here");
    let _ = fs::remove_dir_all(&copy);
    fs::create_dir(&copy).unwrap();
    let entries = fs::read_dir(workspace()).unwrap().map(|entry| entry.unwrap());
    for entry in entries.filter(|entry| entry.file_name() != "target" && entry.file_name() != ".git") {
        succeed(Command::new("cp").arg("-R").arg(entry.path()).arg(&copy));
    }
    copy
}

/// Makes the version of a copy of the sources one higher, and gives that. Nobody but its owner may read the copy then.
fn make_next(copy: &Path) -> String {
    succeed(Command::new("chmod").args(["--recursive", "go="]).arg(copy));
    let (version, patch) = (env!("CARGO_PKG_VERSION"), env!("CARGO_PKG_VERSION_PATCH"));
    let next = format!("{}{}", version.strip_suffix(patch).unwrap(), patch.parse::<u32>().unwrap() + 1);
    succeed(Command::new("python3").arg(copy.join("release/set-version")).arg(&next));
    next
}

/// A home for both builds, with the user's caches. In one is Zig's linker, and cargo compiles anew where another
/// links.
fn home() -> Vec<(&'static str, OsString)> {
    let home = scratch("release/home");
    let own = PathBuf::from(env::var_os("HOME").unwrap());
    fs::create_dir_all(own.join(".cache")).unwrap();
    let _ = symlink(own.join(".cache"), home.join(".cache"));
    let place = |name, directory| env::var_os(name).unwrap_or_else(|| own.join(directory).into());
    vec![
        ("CARGO_HOME", place("CARGO_HOME", ".cargo")),
        ("RUSTUP_HOME", place("RUSTUP_HOME", ".rustup")),
        ("HOME", home.into()),
    ]
}

/// What whoever builds may have set, and no file may show.
fn strange_environment() -> Vec<(&'static str, OsString)> {
    let macros = scratch("release/home").join(".rpmmacros");
    fs::write(macros, "%packager Somebody\n%vendor Somebody\n").unwrap();
    let mut strange = home();
    strange.extend([
        ("CFLAGS", "--no-such-flag".into()),
        ("CPATH", workspace().join("tests").into()),
        ("DESTDIR", scratch("release/strange-destination").into()),
        ("MAKEFLAGS", "--dry-run".into()),
    ]);
    strange
}
