//! Programs that link the installed libraries, by what pkg-config says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_emulator::Emulator;
use arcidentity_needs::{CLANG, CMAKE, LIBC_STATIC, NAMESPACES, PKG_CONFIG, PYTHON, are_met, needs};
use arcidentity_tests::{python, succeed, workspace};

use super::installation::{Installation, empty, installed};
use super::properties::readelf_of;
use crate::programs::{agent, beside, command};

/// How a program gets the library.
#[derive(Debug, Clone, Copy)]
enum Linkage {
    Shared,
    Static,
    /// A program that needs no library at all.
    WhollyStatic,
}

const LINKAGES: [Linkage; 3] = [Linkage::Shared, Linkage::Static, Linkage::WhollyStatic];

/// Sources of the workspace, compiled as the manual says. It takes longer than to link them.
struct Objects {
    compiler: &'static str,
    flags: Vec<&'static str>,
    directory: PathBuf,
    files: Vec<PathBuf>,
}

impl Objects {
    fn compile(name: &str, compiler: &'static str, flags: &[&'static str], sources: &[&str]) -> Objects {
        let directory = empty(&format!("link-{name}"));
        let compiled = sources.iter().map(|source| {
            let object = directory.join(Path::new(source).with_extension("o").file_name().unwrap());
            let mut compile = Command::new(compiler);
            compile.args(["-Wall", "-Wextra", "-Wpedantic", "-Werror"]).args(flags).arg("-o").arg(&object);
            compile.arg("-c").arg(workspace().join(source));
            succeed(compile.args(installed().pkg_config(&["--cflags"])));
            object
        });
        let files = compiled.collect();
        Objects { compiler, flags: flags.to_owned(), directory, files }
    }

    fn link(&self, linkage: Linkage) -> PathBuf {
        self.link_with(linkage, &[])
    }

    /// The same with further libraries.
    fn link_with(&self, linkage: Linkage, others: &[&str]) -> PathBuf {
        let program = self.directory.join(format!("{linkage:?}"));
        let mut link = Command::new(self.compiler);
        link.args(&self.flags).arg("-o").arg(&program).args(&self.files);
        succeed(link.args(libraries(installed(), linkage)).args(others));
        program
    }
}

/// Runs a program, which finds the installed library.
fn check(program: PathBuf, agent: &Emulator) {
    succeed(command(program, agent).env("LD_LIBRARY_PATH", &installed().libdir));
}

fn libraries(here: &Installation, linkage: Linkage) -> Vec<String> {
    match linkage {
        Linkage::Shared => here.pkg_config(&["--libs"]),
        // The linker takes the shared library where it has the choice.
        Linkage::Static => {
            let archive = here.libdir.join("libarcidentity.a").display().to_string();
            let all = here.pkg_config(&["--static", "--libs"]);
            all.into_iter().map(|flag| if flag == "-larcidentity" { archive.clone() } else { flag }).collect()
        }
        // glibc warns of what a static program cannot do, such as to look up names.
        Linkage::WhollyStatic => {
            let flags = ["-static", "-Wl,--fatal-warnings"].map(str::to_owned);
            flags.into_iter().chain(here.pkg_config(&["--static", "--libs"])).collect()
        }
    }
}

#[test]
fn every_compiler_and_linkage_gives_a_program_that_runs() {
    needs!(CMAKE, PKG_CONFIG, LIBC_STATIC);
    let mut compilers =
        vec![("gcc", "-std=c99", "tests/c/smoke.c"), ("g++", "-std=c++17", "tests/cpp/smoke.cpp")];
    if are_met(&[CLANG]) {
        compilers.extend([
            ("clang", "-std=c11", "tests/c/smoke.c"),
            ("clang++", "-std=c++20", "tests/cpp/smoke.cpp"),
        ]);
    }
    for (compiler, standard, source) in compilers {
        let objects = Objects::compile(compiler, compiler, &[standard], &[source]);
        for linkage in LINKAGES {
            let program = objects.link(linkage);
            let is_wholly_static = matches!(linkage, Linkage::WhollyStatic);
            assert_eq!(!readelf_of(&program, "--dynamic").contains("(NEEDED)"), is_wholly_static);
            check(program, &agent());
        }
    }
}

/// The plugin of Clang's that a linker then has knows no newer LLVM than Clang's own.
#[test]
fn clang_may_optimize_while_it_links() {
    needs!(CMAKE, PKG_CONFIG, CLANG);
    let objects = Objects::compile("clang-lto", "clang", &["-std=c11", "-flto"], &["tests/c/smoke.c"]);
    for linkage in [Linkage::Shared, Linkage::Static] {
        check(objects.link(linkage), &agent());
    }
}

#[test]
fn a_panic_is_an_error_with_every_compiler_and_linkage() {
    needs!(CMAKE, PKG_CONFIG, LIBC_STATIC);
    let compilers = if are_met(&[CLANG]) { vec!["gcc", "clang"] } else { vec!["gcc"] };
    for compiler in compilers {
        let name = format!("panicking-{compiler}");
        let objects = Objects::compile(&name, compiler, &["-std=c11"], &["tests/c/panicking.c"]);
        for linkage in LINKAGES {
            check(objects.link(linkage), &agent());
        }
    }
}

#[test]
fn cpp_without_exceptions_uses_the_c_header() {
    needs!(CMAKE, PKG_CONFIG);
    let compilers = if are_met(&[CLANG]) { vec!["g++", "clang++"] } else { vec!["g++"] };
    for compiler in compilers {
        let flags = ["-std=c++17", "-fno-exceptions", "-fno-rtti"];
        let source = ["tests/cpp/without_exceptions.cpp"];
        let objects = Objects::compile(&format!("plain-{compiler}"), compiler, &flags, &source);
        check(objects.link(Linkage::Shared), &agent());
    }
}

#[test]
fn two_units_may_include_the_cpp_header() {
    needs!(CMAKE, NAMESPACES, PKG_CONFIG, LIBC_STATIC);
    let sources = ["tests/cpp/two_units.cpp", "tests/cpp/two_units_other.cpp"];
    let objects = Objects::compile("units", "c++", &["-std=c++17"], &sources);
    for linkage in LINKAGES {
        let agent = agent();
        let program = command(objects.link(linkage), &agent);
        succeed(beside(&agent, &program).env("LD_LIBRARY_PATH", &installed().libdir));
    }
}

/// The standard library leaves destructors with each thread that was inside: a library that was really unloaded
/// would crash the thread when it ends.
#[test]
fn it_can_be_loaded_and_unloaded_by_programs_with_threads() {
    needs!(CMAKE, PKG_CONFIG);
    let objects = Objects::compile("dlopen", "cc", &["-pthread"], &["tests/c/plugin.c"]);
    let program = objects.link_with(Linkage::Shared, &["-ldl"]);
    succeed(command(program, &agent()).arg(installed().libdir.join("libarcidentity.so")));
}

/// The program has functions of the same names, and shows them to the loader. The library brings its own to a plugin, which
/// finds them by name, or is inside the plugin.
#[test]
fn it_lives_beside_another_version_in_one_process() {
    needs!(CMAKE, PKG_CONFIG);
    let names = fs::read_to_string(workspace().join("tests/abi/symbols.txt")).unwrap();
    let traps = names.lines().map(|name| format!("void {name}(void) {{ __builtin_trap(); }}\n"));
    let other = empty("another-version").join("other.c");
    fs::write(&other, traps.collect::<String>()).unwrap();
    let sources = ["tests/c/plugin.c", other.to_str().unwrap()];
    let objects = Objects::compile("another", "cc", &["-pthread"], &sources);
    let program = objects.link_with(Linkage::Shared, &["-ldl", "-rdynamic"]);
    succeed(command(program, &agent()).arg(installed().libdir.join("libarcidentity.so")));

    let flags = ["-shared", "-fPIC", "-std=c11", "-Dmain=ask"];
    let plugin = Objects::compile("inside", "cc", &flags, &["tests/c/smoke.c"]);
    let plugin = plugin.link_with(Linkage::Static, &["-Wl,--exclude-libs,libarcidentity.a"]);
    let sources = ["tests/c/host.c", other.to_str().unwrap()];
    let host = Objects::compile("host", "cc", &["-pthread"], &sources);
    let program = host.link_with(Linkage::Shared, &["-ldl", "-rdynamic"]);
    succeed(command(program, &agent()).arg(plugin));
}

/// Each has a copy of everything, and neither sees the other's.
#[test]
fn it_lives_beside_the_wheel_in_one_process() {
    needs!(CMAKE, PYTHON);
    let agent = agent();
    let mut program = command(python().directory().join("bin/python"), &agent);
    program.arg(workspace().join("tests/python/beside.py")).arg(installed().libdir.join("libarcidentity.so"));
    succeed(&mut program);
    assert_eq!(agent.requests().len(), 4, "two handshakes");
}
