//! `arcidentity.dll`, and C and C++ programs that use it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_emulator::Emulator;
use arcidentity_tests::{scratch, succeed, workspace};

use super::page;
use super::rust::built;
use super::wine::{C, CPP, Wine, printed, wine};

/// What CMake needs to know of the compiler.
const CROSS: [&str; 4] = [
    "-DCMAKE_SYSTEM_NAME=Windows",
    "-DCMAKE_SYSTEM_PROCESSOR=AMD64",
    "-DCMAKE_C_COMPILER=x86_64-w64-mingw32-gcc-posix",
    "-DCMAKE_CXX_COMPILER=x86_64-w64-mingw32-g++-posix",
];

/// The library as the page installs it. Programs go beside the DLL, where Windows looks for it.
pub fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let prefix = scratch("windows/usr");
        page::install(&scratch("windows/build/ffi"), &prefix);
        prefix
    })
}

pub fn dll() -> PathBuf {
    library().join("bin/arcidentity.dll")
}

/// The program that gives another an emulated agent with everything that the test programs know.
fn against() -> PathBuf {
    built("against.exe")
}

/// A program of these sources below `tests`, linked so.
fn build(compiler: &str, name: &str, sources: &[&str], link: &[&str]) -> PathBuf {
    let program = library().join(format!("bin/{name}.exe"));
    let standard = if compiler == C { "-std=c11" } else { "-std=c++17" };
    let mut compile = Command::new(compiler);
    compile.args([standard, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o"]).arg(&program);
    compile.args(sources.iter().map(|source| workspace().join("tests").join(source)));
    compile.arg("-I").arg(library().join("include")).arg("-L").arg(library().join("lib"));
    // The compiler's own libraries are not beside the program.
    succeed(compile.arg("-static").args(link));
    program
}

fn run_against(wine: &Wine, program: &Path, arguments: &[&str]) -> String {
    let program = program.to_str().unwrap();
    printed(&mut wine.command(against(), &[&[program], arguments].concat()))
}

/// The import library that Rust makes, by which a program needs the DLL.
const SHARED: [&str; 1] = ["-l:libarcidentity.dll.a"];

#[test]
fn c_programs_work_with_the_dll() {
    let Some(wine) = wine() else { return };
    for name in ["smoke", "misuse", "metadata", "report"] {
        let program = build(C, name, &[&format!("c/{name}.c")], &SHARED);
        run_against(wine, &program, &[]);
    }
    let threads = build(C, "threads", &["c/threads.c"], &[&SHARED[..], &["-pthread"]].concat());
    run_against(wine, &threads, &["16", "4"]);
}

#[test]
fn cpp_programs_work_with_the_dll() {
    let Some(wine) = wine() else { return };
    run_against(wine, &build(CPP, "smoke-cpp", &["cpp/smoke.cpp"], &SHARED), &[]);
    // The header may be in two units.
    let both = ["cpp/two_units.cpp", "cpp/two_units_other.cpp"];
    build(CPP, "two-units", &both, &SHARED);
}

#[test]
fn a_c_program_works_with_the_static_library() {
    let Some(wine) = wine() else { return };
    // Without this macro of the header, the functions would be looked for in a DLL.
    let libraries = ["-DARC_STATIC", "-l:libarcidentity.a", "-lws2_32", "-luserenv", "-lntdll"];
    run_against(wine, &build(C, "smoke-static", &["c/smoke.c"], &libraries), &[]);
}

/// The examples, built with the installed library.
fn examples() -> PathBuf {
    let directory = scratch("windows/build/ffi/examples");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(workspace().join("ffi/examples")).arg("-B").arg(&directory).args(CROSS);
    configure.arg(format!("-Darcidentity_DIR={}", library().join("lib/cmake/arcidentity").display()));
    // The compiler's own libraries are not beside the programs.
    configure.arg("-DCMAKE_EXE_LINKER_FLAGS=-static");
    // What pkg-config finds on this system is not for Windows.
    succeed(configure.env("PKG_CONFIG_LIBDIR", "/nonexistent"));
    succeed(Command::new("cmake").arg("--build").arg(&directory));
    directory
}

#[test]
fn the_examples_build_from_the_package_of_cmake() {
    let Some(wine) = wine() else { return };
    let examples = examples();
    fs::copy(dll(), examples.join("arcidentity.dll")).unwrap();
    // Programs of Windows reach an emulator of Linux, but not its keys.
    let agent = Emulator::builder().require_challenge(false).start().unwrap();
    for program in ["token", "token-static", "token-cpp"] {
        let mut program = wine.command(examples.join(program).with_extension("exe"), &[]);
        let printed = printed(program.envs(agent.environment()));
        assert!(printed.starts_with("Authorization: Bearer eyJ"), "{printed}");
    }
}

#[test]
fn the_list_for_other_compilers_is_that_of_the_dll() {
    let Some(_) = wine() else { return };
    let list = fs::read_to_string(library().join("lib/arcidentity.def")).unwrap();
    let functions: BTreeSet<&str> =
        list.lines().skip_while(|line| *line != "EXPORTS").skip(1).map(str::trim).collect();
    let description = description();
    assert_eq!(functions, exported(&description));
}

/// What the compiler's objdump tells of the DLL.
fn description() -> String {
    let dump = Command::new("x86_64-w64-mingw32-objdump").arg("-p").arg(dll()).output();
    String::from_utf8_lossy(&dump.unwrap().stdout).into_owned()
}

#[test]
fn the_dll_exports_the_functions_of_the_header_and_no_others() {
    if wine().is_none() {
        return;
    }
    let description = description();
    let symbols = fs::read_to_string(workspace().join("tests/abi/symbols.txt")).unwrap();
    assert_eq!(exported(&description), symbols.lines().collect());
}

/// The functions in the description of a DLL.
fn exported(description: &str) -> BTreeSet<&str> {
    let (_, exports) = description.split_once("[Ordinal/Name Pointer] Table").unwrap();
    let names = exports.lines().skip(1).take_while(|line| !line.trim().is_empty());
    names.filter_map(|line| line.split_whitespace().last()).collect()
}

#[test]
fn the_dll_needs_nothing_that_windows_lacks() {
    if wine().is_none() {
        return;
    }
    let description = description();
    let needed: Vec<String> = description
        .lines()
        .filter_map(|line| line.trim().strip_prefix("DLL Name: "))
        .map(|name| name.trim().to_lowercase())
        .collect();
    let compilers = |name: &&String| name.starts_with("lib") || name.contains("winpthread");
    assert_eq!(needed.iter().find(compilers), None, "{needed:?}");
    assert!(needed.iter().any(|name| name == "iphlpapi.dll"), "{needed:?}");
}

#[test]
fn the_dll_says_its_version() {
    if wine().is_none() {
        return;
    }
    let content = fs::read(dll()).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    for (name, value) in
        [("ProductName", "libarcidentity"), ("ProductVersion", version), ("FileVersion", version)]
    {
        // A resource is UTF-16; between name and value is padding.
        let [wide_name, wide_value] =
            [name, value].map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        let at = content.windows(wide_name.len()).position(|part| part == wide_name).expect(name);
        let behind = &content[at + wide_name.len()..][..64];
        assert!(behind.windows(wide_value.len()).any(|part| part == wide_value), "{name}");
    }
}
