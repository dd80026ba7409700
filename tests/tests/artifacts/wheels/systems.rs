//! The wheels for other systems than this one.

use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{MUSL as MUSL_LOADER, PYTHON_FOR_MUSL, PYTHON_FOR_WINDOWS, QEMU_AARCH64, needs};
use arcidentity_tests::{pip, run, succeed, workspace};

use super::debian;
use super::distributions::{AARCH64, ABI3, ABI3T, MUSL, WINDOWS, X86_64, files, unpacked, wheel};
use super::environment::empty;
use crate::programs::{agent, command};

#[test]
fn they_work_on_64_bit_arm() {
    needs!(QEMU_AARCH64);
    if !AARCH64.is_possible() {
        return;
    }
    let Some(python) = debian::pythons("arm64", 1).pop() else { return };
    let version = python.to_string_lossy().rsplit_once("python").unwrap().1.to_owned();
    for abi in [ABI3, ABI3T] {
        let directory = empty(&format!("arm64-{abi}"));
        let mut pip = pip();
        pip.args(["install", "--no-index", "--only-binary=:all:", "--platform=manylinux2014_aarch64"]);
        pip.arg(format!("--python-version={version}")).arg("--target").arg(&directory);
        succeed(pip.arg(wheel(abi, AARCH64)));

        let agent = agent();
        let mut smoke = command("qemu-aarch64", &agent);
        smoke.env("PYTHONPATH", &directory).arg(&python).arg(workspace().join("tests/python/smoke.py"));
        assert!(succeed(&mut smoke).starts_with(&format!("aarch64 {version}.")));
    }
}

const PARTS_OF_WINDOWS: [&str; 12] = [
    "advapi32",
    "bcryptprimitives",
    "combase",
    "iphlpapi",
    "kernel32",
    "msvcrt",
    "ntdll",
    "ole32",
    "secur32",
    "shell32",
    "userenv",
    "ws2_32",
];

/// The native module in an unpacked wheel.
fn library(wheel: &Path, extension: &str) -> PathBuf {
    let mut files = files(wheel).into_iter();
    files.find(|file| file.extension().is_some_and(|end| end == extension)).unwrap()
}

/// CPython may end a thread with the system's unwinder, whose state no other one can read.
#[test]
fn those_for_glibc_have_no_unwinder_of_their_own() {
    for system in [X86_64, AARCH64].into_iter().filter(|system| system.is_possible()) {
        for abi in [ABI3, ABI3T] {
            let unpacked = unpacked(&wheel(abi, system), "zipfile");
            let library = library(unpacked.path(), "so");
            let told =
                succeed(Command::new("readelf").args(["--wide", "--dynamic", "--dyn-syms"]).arg(library));
            assert!(told.contains("[libgcc_s.so.1]"), "{told}");
            for function in ["RaiseException", "Resume", "GetIP", "SetIP", "SetGR"] {
                assert!(told.contains(&format!(" UND _Unwind_{function}")), "{function}: {told}");
            }
        }
    }
}

/// As far as what they import can tell: there is no Python for Windows in any of these places either.
#[test]
fn they_need_nothing_but_windows_and_python() {
    if !WINDOWS.is_possible() {
        return;
    }
    for (abi, python) in [(ABI3, "python3.dll"), (ABI3T, "python3t.dll")] {
        let unpacked = unpacked(&wheel(abi, WINDOWS), "zipfile");
        let mut objdump = Command::new("x86_64-w64-mingw32-objdump");
        let described = succeed(objdump.arg("-p").arg(library(unpacked.path(), "pyd")));
        let imports = described.lines().filter_map(|line| line.trim().strip_prefix("DLL Name: "));
        let imports: Vec<String> =
            imports.map(str::to_lowercase).filter(|name| !is_part_of_windows(name)).collect();
        assert_eq!(imports, [python]);
    }
    PYTHON_FOR_WINDOWS.is_missing("the wheels for Windows are not imported");
}

fn is_part_of_windows(library: &str) -> bool {
    let (name, _) = library.rsplit_once('.').unwrap();
    name.starts_with("api-ms-win-") || PARTS_OF_WINDOWS.contains(&name)
}

/// As far as its loader can tell: there is no Python for musl in any of the places that these tests fetch from.
#[test]
fn they_need_nothing_but_musl_and_python() {
    let loader = "/lib/ld-musl-x86_64.so.1";
    needs!(MUSL_LOADER);
    if !MUSL.is_possible() {
        return;
    }
    for abi in [ABI3, ABI3T] {
        let unpacked = unpacked(&wheel(abi, MUSL), "zipfile");
        let output = run(Command::new(loader).arg("--list").arg(library(unpacked.path(), "so")));
        let needed = String::from_utf8_lossy(&output.stdout);
        assert!(needed.lines().all(|line| line.contains("ld-musl") || line.contains("libc.so")), "{needed}");
        let missing = String::from_utf8_lossy(&output.stderr);
        assert!(missing.contains(": PyUnicode_FromStringAndSize: symbol not found"), "{missing}");
        assert!(missing.lines().all(|line| line.contains(": Py") || line.contains(": _Py")), "{missing}");
    }
    PYTHON_FOR_MUSL.is_missing("the wheels for musl are not imported");
}
