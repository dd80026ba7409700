//! What `release/build` does before it builds anything.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_needs::{GIT, PYTHON, needs};
use arcidentity_tests::{path_with, run, scratch, succeed, workspace, write_script};

use super::built::release;

fn empty(name: &str) -> PathBuf {
    let directory = scratch("release/building").join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir(&directory).unwrap();
    directory
}

/// What a build says that ends before it begins.
fn refusal(build: &mut Command) -> String {
    let output = run(build);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && !errors.contains("Traceback"), "{errors}");
    errors
}

/// Where the tools are, which nobody has installed yet where the files of a release are given.
pub fn tools() -> PathBuf {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        succeed(build(Path::new("")).arg("--help"));
    });
    scratch("release/target here").join("release-work/tools")
}

fn tool(name: &str) -> PathBuf {
    tools().join("bin").join(name)
}

/// A program in Python that uses `release/making` of these sources.
fn making(python: impl AsRef<OsStr>, sources: &Path, code: &str) -> Command {
    let mut program = Command::new(python);
    let code = format!("import pathlib, sys\nsys.path.insert(0, sys.argv[1])\n{code}");
    program.args(["-B", "-c", &code]).arg(sources.join("release"));
    program
}

/// In the place where the tools are already.
fn build(out: &Path) -> Command {
    let mut build = Command::new("python3");
    build.arg(workspace().join("release/build")).arg("--out").arg(out);
    build.env("CARGO_TARGET_DIR", scratch("release/target here"));
    build
}

#[test]
fn it_removes_nothing_that_is_not_of_a_release() {
    needs!(PYTHON);
    let Some(_) = release() else { return };
    for strange in ["notes.txt", "arcidentity-0.1.0-x86_64-linux.tar.gz.old", "SHA256SUMS.asc"] {
        let out = empty("strange");
        let old = out.join("arcidentity-0.0.1-x86_64-linux.tar.gz");
        fs::write(out.join(strange), "").unwrap();
        fs::write(&old, "").unwrap();
        let said = refusal(build(&out).arg("crates"));
        assert!(said.contains(&format!("{strange} is no file of a release")), "{said}");
        assert!(old.exists());
    }
    let out = empty("strange");
    fs::create_dir(out.join("SHA256SUMS")).unwrap();
    let said = refusal(build(&out).arg("crates"));
    assert!(said.contains("SHA256SUMS is no file of a release"), "{said}");
}

/// The bills of these files too, and the sums of all.
#[test]
fn a_part_takes_the_place_of_its_own_old_files() {
    needs!(PYTHON);
    let Some(_) = release() else { return };
    const CLEAR: &str = "
from making import outputs
outputs.clear(pathlib.Path(sys.argv[2]), sys.argv[3:])
";
    let clear = |out: &Path, parts: &[&str]| {
        succeed(making(tool("python"), workspace(), CLEAR).arg(out).args(parts));
        let mut left: Vec<_> =
            fs::read_dir(out).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        left
    };
    let out = empty("old");
    let linux = [
        "arcidentity-0.0.1-1.x86_64.rpm",
        "arcidentity-0.0.1-x86_64-linux.tar.gz",
        "arcidentity_0.0.1-1_amd64.deb",
        "libarcidentity-0.0.1-1.x86_64.rpm",
        "libarcidentity-0.0.1-x86_64-linux-gnu.tar.gz",
        "libarcidentity-0.0.1-x86_64-linux-musl.tar.gz",
        "libarcidentity-dev_0.0.1-1_amd64.deb",
        "libarcidentity-devel-0.0.1-1.x86_64.rpm",
        "libarcidentity0.0.1_0.0.1-1_amd64.deb",
        "libarcidentity-0.0.1-x86_64-linux-gnu.tar.gz.cdx.json",
        "SHA256SUMS",
    ];
    let others = [
        "arcidentity-0.0.1-cp39-abi3-win_amd64.whl",
        "arcidentity-0.0.1.tar.gz",
        "arcidentity-0.0.1.tar.gz.cdx.json",
        "arcidentity-core-0.0.1.crate",
        "arcidentity_0.0.1-1_arm64.deb",
        "libarcidentity-0.0.1-x86_64-windows.zip",
    ];
    for name in linux.iter().chain(&others) {
        fs::write(out.join(name), "").unwrap();
    }
    assert_eq!(clear(&out, &["linux-x86_64"]), others);
    fs::write(out.join("SHA256SUMS"), "").unwrap();
    let all = ["linux-x86_64", "linux-aarch64", "windows", "wheels", "crates", "sbom"];
    assert_eq!(clear(&out, &all), Vec::<String>::new());

    // A build that did not end has left no sums, and perhaps half a file.
    for name in others {
        fs::write(out.join(name), "").unwrap();
    }
    assert_eq!(clear(&out, &["linux-x86_64"]), Vec::<String>::new());
}

#[test]
fn it_names_each_program_that_is_missing_and_its_package() {
    needs!(PYTHON);
    let Some(_) = release() else { return };
    let programs = empty("programs");
    let find = |name: &str| {
        let path = std::env::var_os("PATH").unwrap();
        std::env::split_paths(&path)
            .map(|directory| directory.join(name))
            .find(|file| file.is_file())
            .unwrap()
    };
    for name in ["cargo", "cc"] {
        symlink(find(name), programs.join(name)).unwrap();
    }
    // The tools' own Python, which needs nothing of that path.
    let mut build = Command::new(tool("python"));
    build.arg(workspace().join("release/build")).arg("--out").arg(empty("nothing")).env("PATH", &programs);
    build.env("CARGO_TARGET_DIR", scratch("release/target here"));
    let said = refusal(build.args(["linux-x86_64", "windows"]));
    for (program, package) in [
        ("git", "git"),
        ("dpkg-deb", "dpkg"),
        ("mandoc", "mandoc"),
        ("rpmbuild", "rpm"),
        ("x86_64-w64-mingw32-gcc-posix", "g++-mingw-w64-x86-64-posix"),
    ] {
        let line = format!("release/build: there is no {program}; Debian: {package}\n");
        assert!(said.contains(&line), "{said}");
    }
    assert!(!said.contains("cargo"), "{said}");
}

/// Cargo makes the wrapper's path a part of all symbols.
#[test]
fn crates_are_compiled_as_in_any_other_directory() {
    needs!(PYTHON);
    let Some(_) = release() else { return };
    const WRAPPER: &str = "
from making import cargo
from making.context import Context
context = Context(pathlib.Path(sys.argv[2]), optimized=False)
print(cargo.auditing(context)['RUSTC_WORKSPACE_WRAPPER'])
";
    // One that is there is not compiled.
    let programs = empty("auditable");
    write_script("#!/bin/sh\n", &programs.join("cargo-auditable"));
    let mut wrapper = making(tool("python"), workspace(), WRAPPER);
    wrapper.arg(empty("wrapper")).env("PATH", path_with(&programs));
    let wrapper = succeed(wrapper.env("CARGO_TARGET_DIR", scratch("release/target here")));
    assert_eq!(wrapper, "cargo-auditable\n");
}

#[test]
fn it_says_where_nothing_can_be_built_for_windows() {
    needs!(PYTHON);
    let Some(_) = release() else { return };
    for part in ["windows", "wheels"] {
        let said = refusal(build(&empty("spaces")).arg(part));
        let line = format!("release/build: {part}: MinGW's dlltool takes no directory with a space: ");
        assert!(said.contains(&line), "{said}");
    }
}

/// Such as one that Python left when it had no module for pip.
#[test]
fn it_makes_anew_an_environment_that_has_no_pip() {
    needs!(PYTHON);
    let target = empty("half");
    let tools = target.join("release-work/tools");
    fs::create_dir_all(&tools).unwrap();
    assert!(run(Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(&tools)).status.success());
    let mut build = build(&target.join("files"));
    // Nothing is fetched then.
    build.env("CARGO_TARGET_DIR", &target).env("PIP_NO_INDEX", "1");
    let said = refusal(&mut build);
    assert!(said.contains("release/build: pip does not install what "), "{said}");
    assert!(tools.join("bin/pip").exists());
}

/// As where someone has unpacked the archive of a release in a checkout of other sources.
#[test]
fn it_takes_the_time_of_its_own_commit_and_of_no_other() {
    needs!(GIT, PYTHON);
    const ASK: &str = "
from making import epoch
print(epoch.epoch())
";
    let outer = empty("outer");
    let sources = outer.join("sources");
    fs::create_dir_all(sources.join("release")).unwrap();
    succeed(
        Command::new("cp").arg("-R").arg(workspace().join("release/making")).arg(sources.join("release")),
    );
    let commit = |directory: &Path, time: &str| {
        succeed(Command::new("git").arg("init").arg("--quiet").arg(directory));
        let mut commit = Command::new("git");
        commit.current_dir(directory).args([
            "-c",
            "user.name=Somebody",
            "-c",
            "user.email=somebody@example.org",
        ]);
        commit.args(["commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message", "All"]);
        succeed(commit.env("GIT_COMMITTER_DATE", format!("{time} +0000")));
    };
    let ask = |given: &str| {
        let mut ask = making("python3", &sources, ASK);
        ask.env("SOURCE_DATE_EPOCH", given);
        ask
    };
    commit(&outer, "1000000000");
    let said = refusal(&mut ask(""));
    assert!(said.contains("sources is no checkout of git; set SOURCE_DATE_EPOCH"), "{said}");
    let said = refusal(&mut ask("yesterday"));
    assert!(said.contains("SOURCE_DATE_EPOCH is not a number of seconds: yesterday"), "{said}");
    assert_eq!(succeed(&mut ask("2000000000")), "2000000000\n");
    commit(&sources, "1500000000");
    assert_eq!(succeed(&mut ask("")), "1500000000\n");
}

#[test]
fn it_names_a_tool_that_fails() {
    needs!(PYTHON);
    let Some(_) = release() else { return };
    let programs = empty("failing");
    write_script("#!/bin/sh\necho 'no rustc today' >&2\nexit 7\n", &programs.join("rustc"));
    let mut build = build(&empty("nothing made"));
    let said = refusal(build.arg("crates").env("PATH", path_with(&programs)));
    assert_eq!(said, "no rustc today\nrelease/build: rustc --print sysroot failed\n");
}

/// Both would lay out their packages in the same directories, and one clears what the other has made.
#[test]
fn it_waits_for_another_build_in_the_same_place() {
    needs!(PYTHON);
    let Some(_) = release() else { return };
    // The kernel lists who waits for a lock.
    const HOLD: &str = "
import fcntl, os, subprocess, sys, time
lock = open(sys.argv[1], 'w')
fcntl.flock(lock, fcntl.LOCK_EX)
file = f':{os.fstat(lock.fileno()).st_ino} '
build = subprocess.Popen(sys.argv[2:])
while not any('->' in line and file in line for line in open('/proc/locks')):
    assert build.poll() is None, 'it has not waited'
    time.sleep(0.05)
lock.close()
sys.exit(build.wait())
";
    let out = empty("waiting");
    fs::write(out.join("notes.txt"), "").unwrap();
    let mut hold = Command::new("python3");
    hold.args(["-c", HOLD]).arg(tool("python").with_file_name("../../build.lock"));
    let build = build(&out);
    hold.arg(build.get_program()).args(build.get_args()).arg("crates");
    hold.env("CARGO_TARGET_DIR", scratch("release/target here"));
    let said = refusal(&mut hold);
    assert!(said.contains("notes.txt is no file of a release"), "{said}");
}
