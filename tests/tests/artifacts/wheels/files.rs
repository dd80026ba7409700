//! Names, sizes and contents.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{PYTHON, needs};
use arcidentity_tests::{run, scratch, succeed, workspace};
use serde_json::Value;

use super::distributions::{ABI3, ABI3T, X86_64, all, files, source, unpacked, wheel, wheels};
use super::environment::tools;

/// The largest that a wheel may be.
const BUDGET: u64 = 3 << 19;

#[test]
fn there_are_two_wheels_for_each_system_and_the_source() {
    needs!(PYTHON);
    // Each build makes the source distribution.
    let (sources, found): (BTreeSet<PathBuf>, BTreeSet<PathBuf>) =
        all().into_iter().partition(|file| file.extension().is_some_and(|end| end == "gz"));
    assert_eq!(found, wheels().into_iter().collect());
    assert!(sources.iter().all(|file| file.file_name() == source().file_name()), "{sources:?}");
    // Those that are optimized.
    for file in [wheel(ABI3, X86_64), wheel(ABI3T, X86_64), source()] {
        let size = fs::metadata(&file).unwrap().len();
        assert!(size <= BUDGET, "{}: {size} bytes", file.display());
    }
}

#[test]
fn packagers_tools_have_nothing_to_say() {
    needs!(PYTHON);
    let mut twine = Command::new(tools().join("twine"));
    succeed(twine.args(["check", "--strict"]).args(all()));
    for wheel in wheels() {
        assert_eq!(foreign_symbols(&wheel), Vec::<String>::new(), "{}", wheel.display());
    }
}

/// The functions that a wheel's library uses and its stable ABI does not have.
fn foreign_symbols(wheel: &Path) -> Vec<String> {
    let report = run(Command::new(tools().join("abi3audit")).arg("--report").arg(wheel));
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    let libraries = report["specs"][wheel.to_str().unwrap()]["wheel"].as_array().unwrap();
    assert_eq!(libraries.len(), 1);
    let result = &libraries[0]["result"];
    assert_eq!(result["is_abi3_baseline_compatible"], true, "{report}");
    let mut symbols: Vec<String> = serde_json::from_value(result["non_abi3_symbols"].clone()).unwrap();
    // The module's own function, which the tool knows under its name in abi3 only.
    let defined = if wheel.to_string_lossy().contains(ABI3T) { "PyModExport__native" } else { "" };
    symbols.retain(|symbol| symbol != defined);
    symbols
}

#[test]
fn they_say_nothing_about_the_machine_that_built_them() {
    needs!(PYTHON);
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let places = [home, cargo, Some(workspace().to_owned()), Some(scratch(""))];
    let places: Vec<PathBuf> =
        places.into_iter().flatten().filter(|place| place.parent().is_some()).collect();
    for wheel in wheels() {
        let unpacked = unpacked(&wheel, "zipfile");
        for file in files(unpacked.path()) {
            let content = fs::read(&file).unwrap();
            // Searched as a text, which takes less time than to compare every part.
            let content = String::from_utf8_lossy(&content);
            for place in places.iter().map(|place| place.to_string_lossy()) {
                assert!(!content.contains(&*place), "{} names {place}", file.display());
            }
        }
    }
}
