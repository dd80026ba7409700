"""Cargo, for the oldest C library that a release supports."""

import pathlib

from .context import Context

# The newest version of glibc whose symbols a file may need: RHEL 7's, as in manylinux2014.
GLIBC_FLOOR = "2.17"


def build(context: Context, package: str, target: str) -> pathlib.Path:
    """Builds a package of the workspace for a Rust target, and gives the directory of what was built."""
    directory = context.work / "cargo"
    version = f".{GLIBC_FLOOR}" if target.endswith("-gnu") and "linux" in target else ""
    command = "zigbuild" if "linux" in target else "build"
    context.run(
        "cargo", command, "--release", "--locked", "--package", package,
        "--target", target + version, "--target-dir", directory,
    )  # fmt: skip
    return directory / target / "release"
