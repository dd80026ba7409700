//! What loaders and linkers see of the programs and libraries.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_tests::{LARGEST_LIBRARY, succeed, workspace};

use super::artifacts::{Artifact, so_version};
use super::built::release;
use super::given::given;

/// The newest version of glibc whose symbols a file may need: RHEL 7's.
pub const FLOOR: (u32, u32) = (2, 17);

pub fn readelf(file: &Path, questions: &[&str]) -> String {
    succeed(Command::new("readelf").env("LC_ALL", "C").arg("--wide").args(questions).arg(file))
}

/// The files whose first bytes are these.
fn starting_with(artifact: &Artifact, magic: &[u8]) -> Vec<PathBuf> {
    let mut files = artifact.files();
    files.retain(|file| fs::read(file).unwrap().starts_with(magic));
    files
}

/// Programs and shared libraries, as a pair of their file and whether it is a library.
fn binaries(artifact: &Artifact) -> Vec<(PathBuf, bool)> {
    let files = starting_with(artifact, b"\x7fELF").into_iter();
    files.map(|file| (file.clone(), file.to_string_lossy().contains(".so."))).collect()
}

/// The versions of glibc that a text of readelf names.
pub fn glibc_versions(text: &str) -> BTreeSet<(u32, u32)> {
    let versions = text.split("GLIBC_").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let mut numbers = rest[..end].split('.').map(|number| number.parse().unwrap_or_default());
        Some((numbers.next()?, numbers.next()?))
    });
    versions.collect()
}

#[test]
fn no_file_needs_a_newer_glibc_than_the_oldest_system_has() {
    assert_eq!(glibc_versions("a@GLIBC_2.2.5 (2) b@GLIBC_2.34"), BTreeSet::from([(2, 2), (2, 34)]));
    let Some(release) = release() else { return };
    for artifact in &release.artifacts {
        for (file, is_library) in binaries(artifact) {
            let versions = glibc_versions(&readelf(&file, &["--version-info", "--dyn-syms"]));
            assert_eq!(!versions.is_empty(), is_library, "{}", file.display());
            assert!(versions.last() <= Some(&FLOOR), "{}: {versions:?}", file.display());
        }
    }
}

#[test]
fn the_library_has_its_name_and_its_flags_and_the_program_needs_nothing() {
    let Some(release) = release() else { return };
    let soname = format!("Library soname: [libarcidentity.so.{}]", so_version(&release.version));
    let mut seen = Vec::new();
    for artifact in &release.artifacts {
        for (file, is_library) in binaries(artifact) {
            let told = readelf(&file, &["--dynamic", "--segments", "--notes", "--sections"]);
            let has = |what: &str| assert!(told.contains(what), "{} lacks {what}: {told}", file.display());
            has("Build ID: ");
            assert!(!told.contains(".debug_") && !told.contains("PATH)"), "{told}");
            if is_library {
                ["Flags: NOW NODELETE", "GNU_RELRO", "GNU_EH_FRAME", &soname].into_iter().for_each(has);
                let needed = told.lines().filter(|line| line.contains("(NEEDED)"));
                let foreign = needed.filter(|line| {
                    let its_own = ["[libc.so.6]", "[ld-linux-", "[libpthread.so.0]", "[libdl.so.2]"];
                    !its_own.iter().any(|name| line.contains(name))
                });
                assert_eq!(foreign.collect::<Vec<_>>(), Vec::<&str>::new());
            } else {
                assert!(!told.contains("(NEEDED)") && !told.contains("INTERP"), "{told}");
            }
            seen.push(artifact.kind);
        }
    }
    seen.sort_unstable();
    seen.dedup();
    let kinds =
        ["library-gnu.tar", "program.deb", "program.rpm", "program.tar", "runtime.deb", "runtime.rpm"];
    assert_eq!(seen, kinds);
}

#[test]
fn an_optimized_library_is_small() {
    // Those that tests build are not optimized.
    let Some(release) = given().and_then(|_| release()) else { return };
    for artifact in &release.artifacts {
        for (file, _) in binaries(artifact).iter().filter(|(_, is_library)| *is_library) {
            let size = fs::metadata(file).unwrap().len();
            assert!(size <= LARGEST_LIBRARY, "{}: {size} bytes", file.display());
        }
    }
}

/// The global functions of ours that `nm` finds.
fn functions(file: &Path, more: &[&str]) -> BTreeSet<String> {
    let mut nm = Command::new("nm");
    nm.args(["--defined-only", "--extern-only", "--format=posix", "--quiet"]).args(more).arg(file);
    let symbols = succeed(&mut nm);
    let code = symbols.lines().filter_map(|line| line.split_once(" T "));
    code.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn libraries_have_the_functions_of_the_header() {
    let Some(release) = release() else { return };
    let list = fs::read_to_string(workspace().join("tests/abi/symbols.txt")).unwrap();
    let listed: BTreeSet<String> = list.lines().map(str::to_owned).collect();
    for artifact in &release.artifacts {
        for (file, _) in binaries(artifact).iter().filter(|(_, is_library)| *is_library) {
            assert_eq!(functions(file, &["--dynamic"]), listed, "{}", file.display());
        }
        let archives = starting_with(artifact, b"!<arch>\n").into_iter();
        for archive in archives.filter(|archive| archive.ends_with("libarcidentity.a")) {
            let mut ours = functions(&archive, &[]);
            ours.retain(|name| name.starts_with("arc_"));
            assert_eq!(ours, listed, "{}", archive.display());
            let sections = readelf(&archive, &["--sections"]);
            let needless = [".debug_", ".llvmbc"].into_iter().find(|name| sections.contains(name));
            assert_eq!(needless, None, "{}", archive.display());
        }
    }
}
