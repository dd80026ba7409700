//! The Python package as a release has it: wheels, and the source distribution.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_tests::{scratch, succeed, traces, unpack, workspace};

use crate::release::binaries::{FLOOR, glibc_versions, readelf};
use crate::release::files::check_list;
use crate::release::given::given_part;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Whose sources the source distribution has.
const CRATES: [&str; 7] = ["app-service", "cli", "core", "emulator", "process", "python", "registers"];

/// A wheel, and a directory with what is in it.
struct Wheel {
    file: PathBuf,
    tree: PathBuf,
}

impl Wheel {
    fn name(&self) -> String {
        self.file.file_name().unwrap().to_string_lossy().into_owned()
    }

    /// The library in it.
    fn module(&self) -> PathBuf {
        let files = fs::read_dir(self.tree.join("arcidentity")).unwrap();
        let mut files = files.map(|file| file.unwrap().path());
        files.find(|file| file.extension().is_some_and(|end| end == "so" || end == "pyd")).unwrap()
    }
}

fn unpacked(archive: &Path, module: &str) -> PathBuf {
    let tree = scratch("release/unpacked wheels").join(archive.file_name().unwrap());
    let _ = fs::remove_dir_all(&tree);
    unpack(archive, module, &tree);
    tree
}

/// All wheels of a release.
fn wheels() -> Option<&'static [Wheel]> {
    static WHEELS: OnceLock<Vec<Wheel>> = OnceLock::new();
    let directory = given_part("wheels", ".whl")?;
    Some(WHEELS.get_or_init(|| {
        let files = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
        let wheels = files.filter(|file| file.extension().is_some_and(|end| end == "whl"));
        wheels.map(|file| Wheel { tree: unpacked(&file, "zipfile"), file }).collect()
    }))
}

/// Whether two directories have the same files, but for what is compiled.
fn assert_same(ours: &str, packed: &Path) {
    let mut diff = Command::new("diff");
    diff.args(["--recursive", "--exclude=__pycache__", "--exclude=*.so", "--exclude=*.pyd"]);
    succeed(diff.arg(workspace().join(ours)).arg(packed));
}

#[test]
fn each_has_what_its_list_says_and_nothing_else() {
    let Some(wheels) = wheels() else { return };
    for wheel in wheels {
        let mut list = Command::new("python3");
        let listed = succeed(list.arg(workspace().join("tests/release/wheel.py")).arg(&wheel.file));
        let module = wheel.module().file_name().unwrap().to_string_lossy().into_owned();
        check_list("wheel", &listed.replace(&module, "_native.EXTENSION").replace(VERSION, "VERSION"));
        assert_same("python/python/arcidentity", &wheel.tree.join("arcidentity"));
        let share = format!("arcidentity-{VERSION}.data/data/share");
        assert_same("python/wheel/data/share", &wheel.tree.join(share));
        let metadata = wheel.tree.join(format!("arcidentity-{VERSION}.dist-info/METADATA"));
        let metadata = fs::read_to_string(metadata).unwrap();
        let licences = ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.txt"];
        let licences = licences.map(|licence| format!("\nLicense-File: {licence}\n"));
        let source = concat!("\nProject-URL: Source, ", env!("CARGO_PKG_REPOSITORY"), "\n").to_owned();
        for line in licences.into_iter().chain([source]) {
            assert!(metadata.contains(&line), "{} has no {line}: {metadata}", wheel.name());
        }
    }
}

#[test]
fn each_module_is_what_python_looks_for_and_needs_no_newer_glibc() {
    let Some(wheels) = wheels() else { return };
    for wheel in wheels {
        let (name, module) = (wheel.name(), wheel.module());
        let entry = if name.contains("abi3t") { "PyModExport__native" } else { "PyInit__native" };
        if name.contains("win") {
            let mut objdump = Command::new("x86_64-w64-mingw32-objdump");
            let told = succeed(objdump.arg("-p").arg(&module));
            assert!(told.contains(&format!("\t[   0] {entry}\n")), "{name}: {told}");
            continue;
        }
        let mut nm = Command::new("nm");
        let symbols = succeed(nm.args(["--dynamic", "--defined-only", "--format=just-symbols"]).arg(&module));
        assert_eq!(symbols.trim(), entry, "{name}");
        let versions = glibc_versions(&readelf(&module, &["--version-info", "--dyn-syms"]));
        assert_eq!(!versions.is_empty(), name.contains("manylinux"), "{name}");
        assert!(versions.last() <= Some(&FLOOR), "{name}: {versions:?}");
    }
}

#[test]
fn none_names_the_machine_that_built_it() {
    let Some(wheels) = wheels() else { return };
    let traces = traces();
    for wheel in wheels {
        let found = succeed(Command::new("find").arg(&wheel.tree).args(["-type", "f"]));
        for file in found.lines() {
            let content = fs::read(file).unwrap();
            let content = String::from_utf8_lossy(&content);
            for trace in &traces {
                assert!(!content.contains(trace.as_str()), "{file} names {trace}");
            }
        }
    }
}

#[test]
fn the_source_distribution_has_all_that_the_wheels_are_built_from() {
    let Some(directory) = given_part("wheels", ".whl") else { return };
    let archive = directory.join(format!("arcidentity-{VERSION}.tar.gz"));
    let tree = unpacked(&archive, "tarfile").join(format!("arcidentity-{VERSION}"));
    for name in CRATES {
        assert_same(&format!("{name}/src"), &tree.join(name).join("src"));
    }
    assert_same("python/python/arcidentity", &tree.join("python/arcidentity"));
    assert_same("Cargo.lock", &tree.join("Cargo.lock"));
    assert_same("LICENSE-MIT", &tree.join("LICENSE-MIT"));
    assert_same("LICENSE-APACHE", &tree.join("LICENSE-APACHE"));
}
