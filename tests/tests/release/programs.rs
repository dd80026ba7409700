//! Programs that use the files of a release.

use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{
    CMAKE, DEBIAN_ARCHIVE, GCC_AARCH64, LIBC_AARCH64, MUSL, NAMESPACES, PKG_CONFIG, QEMU_AARCH64, needs,
};
use arcidentity_tests::{beside_no_agent, run, scratch, succeed, workspace};

use super::artifacts::{AARCH64, LIBRARY_GNU, LIBRARY_MUSL, PROGRAM, X86_64};
use super::built::{next, release_for};
use crate::programs::{agent, command};

/// What a compiler is told to link the library of a tree.
fn flags(tree: &Path, question: &[&str]) -> Vec<String> {
    let mut pkg_config = Command::new("pkg-config");
    pkg_config.env("PKG_CONFIG_LIBDIR", tree.join("lib/pkgconfig")).args(question).arg("arcidentity");
    // As a shell reads them: a path may have a space.
    let mut read = Command::new("sh");
    read.args(["-c", r#"eval "set -- $0"; printf '%s\n' "$@""#]).arg(succeed(&mut pkg_config).trim());
    succeed(&mut read).lines().map(str::to_owned).collect()
}

fn empty(name: &str) -> PathBuf {
    let directory = scratch("release/programs").join(name);
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir(&directory).unwrap();
    directory
}

/// Programs of the tests: a use of every function, a panic that becomes an error, and what a release keeps.
const SOURCES: [&str; 3] = ["tests/c/smoke.c", "tests/c/panicking.c", "tests/abi/program.c"];

/// Compiles such a program and runs it, by `runner` where there is one.
fn check(name: &str, compiler: &[&str], linkage: &[String], libraries: &Path, runner: &[PathBuf]) {
    let directory = empty(name);
    for source in SOURCES {
        let program = directory.join("program");
        let mut compile = Command::new(compiler[0]);
        compile.args(&compiler[1..]).args(["-std=c11", "-o"]).arg(&program).arg(workspace().join(source));
        succeed(compile.args(linkage));
        let agent = agent();
        let mut words = runner.iter().chain([&program]);
        let mut program = command(words.next().unwrap(), &agent);
        succeed(program.args(words).env("LD_LIBRARY_PATH", libraries));
    }
}

/// `-larcidentity` means the shared library where there is one.
fn statically(tree: &Path) -> Vec<String> {
    let archive = tree.join("lib/libarcidentity.a").display().to_string();
    let flags = flags(tree, &["--static", "--cflags", "--libs"]).into_iter();
    flags.map(|flag| if flag == "-larcidentity" { archive.clone() } else { flag }).collect()
}

#[test]
fn the_tree_works_wherever_it_is() {
    needs!(PKG_CONFIG);
    let Some(release) = release_for(X86_64) else { return };
    let tree = &release.own(LIBRARY_GNU).tree;
    let shared = flags(tree, &["--cflags", "--libs"]);
    check("shared", &["cc"], &shared, &tree.join("lib"), &[]);
    check("static", &["cc"], &statically(tree), Path::new(""), &[]);
}

#[test]
fn the_tree_for_musl_brings_what_a_compiler_lacks() {
    needs!(PKG_CONFIG, MUSL);
    let Some(release) = release_for(X86_64) else { return };
    let mut linkage = flags(&release.own(LIBRARY_MUSL).tree, &["--static", "--cflags", "--libs"]);
    linkage.push("-static".into());
    check("musl", &["musl-gcc"], &linkage, Path::new(""), &[]);
}

/// A program with CMake's target for the static library.
#[test]
fn cmake_links_it_too() {
    needs!(CMAKE, MUSL);
    let Some(release) = release_for(X86_64) else { return };
    for (kind, compiler, flags) in [(LIBRARY_GNU, "cc", ""), (LIBRARY_MUSL, "musl-gcc", "-static")] {
        let directory = empty(&format!("cmake-{compiler}"));
        let project = format!(
            "cmake_minimum_required(VERSION 3.16)\nproject(panicking LANGUAGES C)\n\
             find_package(arcidentity CONFIG REQUIRED)\n\
             add_executable(panicking \"{}\")\n\
             target_link_libraries(panicking PRIVATE arcidentity::static {flags})\n",
            workspace().join("tests/c/panicking.c").display()
        );
        std::fs::write(directory.join("CMakeLists.txt"), project).unwrap();
        let mut configure = Command::new("cmake");
        configure.arg("-S").arg(&directory).arg("-B").arg(directory.join("build"));
        configure.arg(format!("-DCMAKE_PREFIX_PATH={}", release.own(kind).tree.display()));
        succeed(configure.arg(format!("-DCMAKE_C_COMPILER={compiler}")));
        succeed(Command::new("cmake").arg("--build").arg(directory.join("build")));
        succeed(&mut command(directory.join("build/panicking"), &agent()));
    }
}

#[test]
fn a_program_of_this_release_runs_with_the_next() {
    needs!(PKG_CONFIG);
    let (Some(release), Some(next)) = (release_for(X86_64), next()) else { return };
    let shared = flags(&release.own(LIBRARY_GNU).tree, &["--cflags", "--libs"]);
    let program = empty("next").join("program");
    let mut compile = Command::new("cc");
    succeed(compile.arg("-o").arg(&program).arg(workspace().join("tests/abi/program.c")).args(shared));
    let libraries = next.own(LIBRARY_GNU).tree.join("lib");
    succeed(command(&program, &agent()).env("LD_LIBRARY_PATH", &libraries));
    let ldd = succeed(Command::new("ldd").arg(&program).env("LD_LIBRARY_PATH", &libraries));
    assert!(ldd.contains(&libraries.display().to_string()), "{ldd}");
}

/// The loader of Debian 11, the oldest release that can be had, whose glibc is 2.31. Where it cannot be had, why.
fn debian_11() -> Result<PathBuf, String> {
    let directory = scratch("release/debian-bullseye-amd64");
    let mut fetch = Command::new("sh");
    fetch.arg(workspace().join("tests/debian/programs.sh")).arg(&directory);
    let output = run(fetch.args(["amd64", "bullseye", "libc6", "1"]));
    let errors = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => Ok(directory.join("root/usr/lib/x86_64-linux-gnu")),
        Some(75) => Err(errors.trim().to_owned()),
        _ => panic!("{errors}"),
    }
}

/// By the compiler that the library comes from, for the oldest glibc.
#[test]
fn the_library_runs_on_debian_11() {
    needs!(PKG_CONFIG);
    let Some(release) = release_for(X86_64) else { return };
    let libraries = match debian_11() {
        Ok(libraries) => libraries,
        Err(why) => return DEBIAN_ARCHIVE.is_missing(why),
    };
    let tree = &release.own(LIBRARY_GNU).tree;
    let built = || scratch("release/target here").join("release-work/tools/bin/python-zig");
    let zig = std::env::var_os("ARCIDENTITY_ZIG").map_or_else(built, PathBuf::from).display().to_string();
    let compiler = [zig.as_str(), "cc", "-target", "x86_64-linux-gnu.2.17"];
    let loader = libraries.join("ld-linux-x86-64.so.2");
    let path: PathBuf = format!("{}:{}", libraries.display(), tree.join("lib").display()).into();
    let runner = [loader, "--library-path".into(), path];
    check("debian-11", &compiler, &flags(tree, &["--cflags", "--libs"]), Path::new(""), &runner);
    let mut linkage = statically(tree);
    // What gcc links by itself.
    linkage.push("-lunwind".into());
    check("debian-11-static", &compiler, &linkage, Path::new(""), &runner);
}

#[test]
fn the_command_needs_no_other_file() {
    needs!(NAMESPACES);
    let Some(release) = release_for(X86_64) else { return };
    let program = release.own(PROGRAM).tree.join("bin/arcidentity");
    let mut emulator = Command::new(&program);
    emulator.args(["emulator", "--"]).arg(&program).args(["token", "https://vault.azure.net"]);
    let Some(mut beside) = beside_no_agent(&emulator) else { return };
    assert!(succeed(&mut beside).starts_with("eyJ"));
}

#[test]
fn the_command_and_the_library_run_on_64_bit_arm() {
    needs!(PKG_CONFIG, QEMU_AARCH64, GCC_AARCH64, LIBC_AARCH64);
    let Some(release) = release_for(AARCH64) else { return };
    let program = release.find(PROGRAM, AARCH64).tree.join("bin/arcidentity");
    // Nothing of the system is asked for.
    let mut emulator = Command::new("qemu-aarch64");
    emulator.arg(&program).args(["emulator", "--", "qemu-aarch64"]).arg(&program);
    assert!(succeed(emulator.args(["token", "https://vault.azure.net"])).starts_with("eyJ"));

    let tree = &release.find(LIBRARY_GNU, AARCH64).tree;
    let libraries = format!("LD_LIBRARY_PATH={}", tree.join("lib").display());
    let runner = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", "-E", &libraries].map(PathBuf::from);
    let compiler = ["aarch64-linux-gnu-gcc"];
    check("aarch64", &compiler, &flags(tree, &["--cflags", "--libs"]), Path::new(""), &runner);
    check("aarch64-static", &compiler, &statically(tree), Path::new(""), &runner);
}
