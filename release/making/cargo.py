"""Cargo, for the oldest C library that a release supports."""

import json
import pathlib
import shutil
import subprocess

from .context import Context

# The newest version of glibc whose symbols a file may need: RHEL 7's, as in manylinux2014.
GLIBC_FLOOR = "2.17"
# What leaves the list of its crates in each binary.
AUDITABLE = "cargo-auditable@0.7.7"


def build(context: Context, package: str, target: str) -> pathlib.Path:
    """Builds a package of the workspace for a Rust target, and gives the directory of what was built."""
    demand_target(context, target)
    directory = context.work / "cargo"
    command, version, flags, variables = "build", "", [], {}
    if target.endswith("-linux-gnu"):
        command, version = "zigbuild", f".{GLIBC_FLOOR}"
        flags = ["-Clink-arg=-Wl,--build-id=sha1"]
    if target.endswith("-linux-musl"):
        # Rust brings all that such a program is linked from, and the linker.
        variables[f"CARGO_TARGET_{target.upper().replace('-', '_')}_LINKER"] = "rust-lld"
        flags = ["-Clink-arg=--build-id=sha1"]
    if target.endswith("-windows-gnu"):
        # A library that is there already would keep the time of an earlier commit.
        flags = ["-Clink-arg=-Wl,--no-insert-timestamp"]
    context.run(
        "cargo", command, "--release", "--locked", "--package", package,
        "--target", target + version, "--target-dir", directory,
        **auditing(context), **variables, CARGO_ENCODED_RUSTFLAGS="\x1f".join(context.rust_flags + flags),
    )  # fmt: skip
    return directory / target / "release"


def auditing(context: Context) -> dict[str, str]:
    """For a build whose binaries shall hold the list of their crates, whatever it is that runs cargo."""
    if context.optimized or not shutil.which("cargo-auditable"):
        context.run(
            "cargo", "install", "--quiet", "--locked", "--root", context.tools,
            "--target-dir", context.work / "cargo-auditable", AUDITABLE, CARGO_ENCODED_RUSTFLAGS="",
        )  # fmt: skip
    # As `cargo auditable` sets them, but for the directory of the wrapper: cargo makes that a part of all symbols, and a
    # build elsewhere would not be the same.
    arguments = json.dumps({"offline": False, "frozen": False, "locked": True, "config": []})
    return {"RUSTC_WORKSPACE_WRAPPER": "cargo-auditable", "CARGO_AUDITABLE_ORIG_ARGS": arguments}


def native_libraries(context: Context, target: str) -> str:
    """What a C compiler links beside a static library of Rust for this target: ours needs what an empty one does."""
    list_of_them = context.work / f"native-static-libs-{target}.txt"
    empty = context.work / "empty.rs"
    empty.write_text("")
    context.run(
        "rustc", "--crate-type", "staticlib", "--target", target, "-o", context.work / "empty.a",
        f"--print=native-static-libs={list_of_them}", empty,
    )  # fmt: skip
    return list_of_them.read_text()


def linked_crates(context: Context, package: str, target: str) -> set[tuple[str, str]]:
    """The names and versions of what cargo links for a package of the workspace, itself included."""
    tree = context.output(
        "cargo", "tree", "--locked", "--package", package, "--target", target,
        "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}", "--no-dedupe",
    )  # fmt: skip
    return {tuple(line.replace(" v", " ").split()[:2]) for line in tree.splitlines()}


def demand_target(context: Context, target: str) -> None:
    """Makes sure that Rust's standard library for a target is here."""
    if target_libraries(context, target).is_dir():
        return
    try:
        subprocess.run(["rustup", "target", "add", target], env=context.environment, check=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        raise SystemExit(f"Rust's standard library for {target} is not here, and rustup does not bring it: {error}")


def target_libraries(context: Context, target: str) -> pathlib.Path:
    """Where rustc has its own libraries for a target."""
    return pathlib.Path(context.output("rustc", "--print", "target-libdir", "--target", target).strip())


def strip(context: Context, library: pathlib.Path) -> None:
    """Takes all from a static library that no linker needs, by rustc's own tool, which knows every target. Of LLVM's
    bitcode ffi/cmake/archive.cmake tells."""
    (objcopy,) = context.sysroot.glob("lib/rustlib/*/bin/rust-objcopy")
    # As rustc runs it.
    context.run(
        objcopy, "--strip-unneeded", "--remove-section=.llvmbc", "--remove-section=.llvmcmd", library,
        LD_LIBRARY_PATH=str(context.sysroot / "lib"),
    )  # fmt: skip
