//! The library for other systems, built on this one.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{
    CMAKE, GCC_AARCH64, LIBC_AARCH64, MUSL, PKG_CONFIG, QEMU_AARCH64, RUST_AARCH64, RUST_MUSL, needs,
};
use arcidentity_tests::{UNOPTIMIZED, shipping_for, succeed, workspace};

use super::installation::{Installation, build_of, empty};
use super::properties::readelf_of;
use crate::cancellation::{KINDS, cancel};
use crate::programs::{agent, command};

/// The directory of rustc's own libraries for `target`.
fn rust_libraries(target: &str) -> PathBuf {
    let rustc = Path::new(env!("CARGO")).with_file_name("rustc");
    let directory = succeed(Command::new(rustc).args(["--print", "target-libdir", "--target", target]));
    PathBuf::from(directory.trim())
}

/// The library for `target`, installed under a prefix of its own.
fn install(target: &str, compiler: &str, arguments: &[&str]) -> PathBuf {
    let settings = [
        &format!("-DARCIDENTITY_RUST_TARGET={target}"),
        &format!("-DCMAKE_C_COMPILER={compiler}"),
        "-DCMAKE_INSTALL_LIBDIR=lib",
    ];
    let unoptimized = UNOPTIMIZED.map(|(name, value)| (name, value.into()));
    let cargo = [&shipping_for(target)[..], &unoptimized].concat();
    let build = build_of(workspace(), target, &[&settings, arguments].concat(), &cargo);
    let prefix = empty(&format!("{target}-usr"));
    succeed(Command::new("cmake").arg("--install").arg(build).arg("--prefix").arg(&prefix));
    prefix
}

/// `tests/c/NAME.c`, linked to a library of `prefix`.
fn program(name: &str, compiler: &str, prefix: &Path, linkage: &[impl AsRef<OsStr>]) -> PathBuf {
    let program = prefix.join(format!("{name}-{}", linkage.len()));
    let mut compile = Command::new(compiler);
    compile.args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o"]).arg(&program);
    compile.arg(workspace().join(format!("tests/c/{name}.c"))).arg("-I").arg(prefix.join("include"));
    succeed(compile.arg("-L").arg(prefix.join("lib")).args(linkage));
    program
}

#[test]
fn it_works_on_64_bit_arm() {
    needs!(CMAKE, RUST_AARCH64, GCC_AARCH64, LIBC_AARCH64, QEMU_AARCH64);
    let compiler = "aarch64-linux-gnu-gcc";
    let cross = ["-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64"];
    let prefix = install("aarch64-unknown-linux-gnu", compiler, &cross);
    for linkage in [&["-larcidentity"][..], &["-l:libarcidentity.a", "-pthread", "-ldl", "-lm"]] {
        for name in ["smoke", "panicking"] {
            let program = program(name, compiler, &prefix, linkage);
            let agent = agent();
            let mut emulated = command("qemu-aarch64", &agent);
            emulated.args(["-L", "/usr/aarch64-linux-gnu"]).arg("-E");
            emulated.arg(format!("LD_LIBRARY_PATH={}", prefix.join("lib").display()));
            succeed(emulated.arg(program));
        }
    }
}

#[test]
fn it_is_part_of_a_program_that_needs_no_library_at_all() {
    needs!(CMAKE, PKG_CONFIG, RUST_MUSL, MUSL);
    let prefix = install("x86_64-unknown-linux-musl", "musl-gcc", &["-DARCIDENTITY_SHARED=OFF"]);
    assert!(!prefix.join("lib/libarcidentity.so").exists());
    // Debian's musl-gcc has no unwinder but glibc's. Rust has one for musl.
    let unwinder =
        format!("-L{}", rust_libraries("x86_64-unknown-linux-musl").join("self-contained").display());
    let here = Installation { libdir: prefix.join("lib"), prefix };
    let mut linkage = here.pkg_config(&["--static", "--libs"]);
    linkage.extend(["-static".to_owned(), unwinder, "-lunwind".to_owned()]);
    let smoke = program("smoke", "musl-gcc", &here.prefix, &linkage);
    assert!(!readelf_of(&smoke, "--dynamic").contains("(NEEDED)"));
    // Where the unwinder looks when a panic is to be caught.
    assert!(readelf_of(&smoke, "--segments").contains("GNU_EH_FRAME"));
    succeed(&mut command(smoke, &agent()));
    let panicking = program("panicking", "musl-gcc", &here.prefix, &linkage);
    succeed(&mut command(panicking, &agent()));

    let cancelled = program("cancelled", "musl-gcc", &here.prefix, &linkage);
    for kind in KINDS {
        let agent = agent();
        cancel(command(&cancelled, &agent), &agent, kind, "deferred");
    }
}
