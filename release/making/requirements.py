"""What the parts of a release need of the machine, beside Python and the tools that come from PyPI and crates.io."""

import pathlib
import shutil

BUILDING = {
    "cargo": "Rust, from rustup",
    "cc": "gcc and libc6-dev",
    "git": "git",
}
PACKING_FOR_LINUX = {
    "dpkg-deb": "dpkg",
    "make": "make",
    "rpm2archive": "rpm",
    "rpmbuild": "rpm",
}
BUILDING_FOR_WINDOWS = {"x86_64-w64-mingw32-gcc-posix": "g++-mingw-w64-x86-64-posix"}

# Programs, with the package of Debian that has them.
PARTS = {
    "linux-x86_64": PACKING_FOR_LINUX,
    "linux-aarch64": PACKING_FOR_LINUX,
    "windows": BUILDING_FOR_WINDOWS | {"make": "make", "mandoc": "mandoc"},
    "wheels": BUILDING_FOR_WINDOWS,
}


def demand(parts: list[str], work: pathlib.Path) -> None:
    """Ends the build where what one of the parts needs is missing, or would fail in the directory where it works."""
    if lines := missing_programs(parts) + unusable_place(parts, work):
        raise SystemExit("\n".join(f"release/build: {line}" for line in lines))


def missing_programs(parts: list[str]) -> list[str]:
    missing = {}
    for needs in (BUILDING, *(PARTS.get(part, {}) for part in parts)):
        missing |= {program: package for program, package in needs.items() if not shutil.which(program)}
    return [f"there is no {program}; Debian: {package}" for program, package in missing.items()]


def unusable_place(parts: list[str], work: pathlib.Path) -> list[str]:
    for_windows = [part for part in parts if BUILDING_FOR_WINDOWS.items() <= PARTS.get(part, {}).items()]
    if not for_windows or len(str(work).split()) == 1:
        return []
    names = " and ".join(for_windows)
    return [f"{names}: MinGW's dlltool takes no directory with a space: set CARGO_TARGET_DIR to another than {work}"]
