//! The archive for Windows, and a program as MSVC makes it from what is in there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_needs::{CLANG, RUST_LLD, needs};
use arcidentity_tests::{path_with, scratch, succeed, traces, unpack, workspace};

use super::built::release;
use crate::artifacts::for_windows::wine::{Wine, printed, wine};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is in the archive, below its own name.
fn tree() -> Option<&'static Path> {
    static TREE: OnceLock<PathBuf> = OnceLock::new();
    let directory = release("windows", "-windows.zip")?;
    Some(TREE.get_or_init(|| {
        let name = format!("libarcidentity-{VERSION}-x86_64-windows");
        let unpacked = scratch("release/unpacked/windows");
        let _ = fs::remove_dir_all(&unpacked);
        unpack(&directory.join(format!("{name}.zip")), "zipfile", &unpacked);
        let entries: Vec<_> =
            fs::read_dir(&unpacked).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(entries, [name.as_str()]);
        unpacked.join(name)
    }))
}

/// The files below a directory, by their names in it.
fn files(directory: &Path) -> BTreeSet<String> {
    let found = succeed(Command::new("find").arg(directory).args(["-type", "f", "-printf", "%P\n"]));
    found.lines().map(str::to_owned).collect()
}

#[test]
fn it_has_what_a_program_and_a_person_need() {
    let Some(tree) = tree() else { return };
    let list = fs::read_to_string(workspace().join("tests/release/windows.txt")).unwrap();
    assert_eq!(files(tree), list.lines().map(str::to_owned).collect());
    for name in ["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md", "include/arcidentity.h"] {
        assert!(fs::read(tree.join(name)).unwrap() == fs::read(workspace().join(name)).unwrap(), "{name}");
    }
    for (manual, word) in [("arcidentity", "arcidentity doctor"), ("libarcidentity", "arc_get_token")] {
        let text = fs::read_to_string(tree.join(format!("doc/{manual}.txt"))).unwrap();
        assert!(text.contains(word) && !text.contains('\u{8}'), "{manual}: {text}");
    }
    let package = fs::read_to_string(tree.join("lib/pkgconfig/arcidentity.pc")).unwrap();
    assert!(package.starts_with("prefix=${pcfiledir}/../..\n"), "{package}");
}

#[test]
fn it_names_no_place_of_the_machine_that_built_it() {
    let Some(tree) = tree() else { return };
    let traces = traces();
    for name in files(tree) {
        let content = fs::read(tree.join(&name)).unwrap();
        let content = String::from_utf8_lossy(&content);
        for trace in &traces {
            assert!(!content.contains(trace.as_str()), "{name} names {trace}");
        }
    }
}

/// The functions that a library brings: of the DLL itself, or that an import library names.
fn functions(description: &str, before: &str) -> BTreeSet<String> {
    let words = description.lines().filter_map(|line| line.split_once(before));
    words.map(|(_, name)| name.trim().to_owned()).filter(|name| name.starts_with("arc_")).collect()
}

#[test]
fn both_import_libraries_have_the_functions_of_the_header() {
    let Some(tree) = tree() else { return };
    let list = fs::read_to_string(workspace().join("tests/abi/symbols.txt")).unwrap();
    let listed: BTreeSet<String> = list.lines().map(str::to_owned).collect();
    for library in ["lib/arcidentity.lib", "lib/libarcidentity.dll.a"] {
        let mut symbols = Command::new("x86_64-w64-mingw32-nm");
        let symbols = succeed(symbols.args(["--extern-only", "--quiet"]).arg(tree.join(library)));
        assert_eq!(functions(&symbols, " T "), listed, "{library}");
    }
    let definitions = fs::read_to_string(tree.join("lib/arcidentity.def")).unwrap();
    // Without it some tools make a library whose programs look for a DLL without a name.
    assert!(definitions.starts_with("LIBRARY arcidentity.dll\n"), "{definitions}");
}

/// Programs as MSVC's tools make them: clang compiles for that ABI, lld links by that library.
fn programs(tree: &Path) -> PathBuf {
    let directory = scratch("release/msvc");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    let kernel = directory.join("kernel32.lib");
    let mut import = Command::new("x86_64-w64-mingw32-dlltool");
    import.arg("-d").arg(workspace().join("tests/windows/msvc/kernel32.def")).arg("-l").arg(&kernel);
    succeed(&mut import);

    let sysroot = succeed(Command::new("rustc").args(["--print", "sysroot"]));
    let linker = Path::new(sysroot.trim()).join("lib/rustlib/x86_64-unknown-linux-gnu/bin/gcc-ld");
    let project = workspace().join("tests/windows/msvc");
    let build = directory.join("build");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(&project).arg("-B").arg(&build);
    configure.arg("--toolchain").arg(project.join("toolchain.cmake"));
    configure.arg(format!("-DCMAKE_PREFIX_PATH={}", tree.display()));
    configure.arg(format!("-DKERNEL32={}", kernel.display()));
    succeed(configure.env("PATH", path_with(&linker)));
    succeed(Command::new("cmake").arg("--build").arg(&build).env("PATH", path_with(&linker)));
    fs::copy(tree.join("bin/arcidentity.dll"), build.join("arcidentity.dll")).unwrap();
    build
}

/// The DLLs that a program asks for.
fn needed(program: &Path) -> BTreeSet<String> {
    let description = succeed(Command::new("x86_64-w64-mingw32-objdump").arg("-p").arg(program));
    let names = description.lines().filter_map(|line| line.trim().strip_prefix("DLL Name: "));
    names.map(str::to_owned).collect()
}

#[test]
fn a_program_that_lld_links_as_msvc_does_gets_a_token() {
    needs!(CLANG, RUST_LLD);
    let Some(tree) = tree() else { return };
    let programs = programs(tree);
    let program = programs.join("token.exe");
    let names = ["arcidentity.dll", "kernel32.dll"];
    assert_eq!(needed(&program), names.map(str::to_owned).into());

    let Some(wine) = wine() else { return };
    // The agent's own directory of keys is that of no other test.
    let wine = wine.another("wine-msvc");
    let token = under_emulator(&wine, tree, &program);
    assert!(token.starts_with("eyJ") && token.matches('.').count() == 2, "{token}");
}

/// What a program prints whose agent is the emulator of the command, with keys where an agent has them.
fn under_emulator(wine: &Wine, tree: &Path, program: &Path) -> String {
    fs::create_dir_all(wine.drive().join("ProgramData/AzureConnectedMachineAgent")).unwrap();
    let keys = r"--key-directory=C:\ProgramData\AzureConnectedMachineAgent\Tokens";
    let arguments = ["emulator", keys, "--", program.to_str().unwrap()];
    printed(&mut wine.command(tree.join("bin/arcidentity.exe"), &arguments))
}
