"""What the parts of a release need of the machine, beside Python and the tools that come from PyPI and crates.io."""

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


def demand(parts: list[str]) -> None:
    """Ends the build where a program is missing that one of the parts needs."""
    missing = {}
    for needs in (BUILDING, *(PARTS.get(part, {}) for part in parts)):
        missing |= {program: package for program, package in needs.items() if not shutil.which(program)}
    if missing:
        lines = (f"release/build: there is no {program}; Debian: {package}" for program, package in missing.items())
        raise SystemExit("\n".join(lines))
