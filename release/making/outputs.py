"""The directory that a release goes into: what an earlier build has left there."""

import pathlib
import re

from . import sbom, sums

VERSION = r"\d+\.\d+\.\d+"


def linux(name: str, debian: str) -> str:
    return (
        rf"(lib)?arcidentity-{VERSION}-{name}-linux(-gnu|-musl)?\.tar\.gz"
        rf"|(lib)?arcidentity(-dev|\d[.\d]*)?_{VERSION}-1_{debian}\.deb"
        rf"|(lib)?arcidentity(-devel)?-{VERSION}-1\.{name}\.rpm"
    )


# What the files of a part are called, in any version.
FILES = {
    "linux-x86_64": linux("x86_64", "amd64"),
    "linux-aarch64": linux("aarch64", "arm64"),
    "windows": rf"libarcidentity-{VERSION}-x86_64-windows\.zip",
    "wheels": rf"arcidentity-{VERSION}(-.*\.whl|\.tar\.gz)",
    "crates": rf"arcidentity-[a-z-]+-{VERSION}\.crate",
    "sbom": rf".*{re.escape(sbom.SUFFIX)}",
}


def clear(directory: pathlib.Path, parts: list[str]) -> None:
    """Removes what these parts build anew, and what tells of it. Nothing that is no file of a release is there then.

    Where there are no sums, the last build did not end, and any file may be half written: all go.
    """
    known = re.compile("|".join((*FILES.values(), re.escape(sums.NAME))))
    list_of_sums = directory / sums.NAME
    replaced = re.compile("|".join(FILES[part] for part in (parts if list_of_sums.exists() else FILES)))
    files = sorted(directory.iterdir())
    for file in files:
        if not known.fullmatch(file.name) or not file.is_file():
            raise SystemExit(f"release/build: {file} is no file of a release; remove it, or choose another --out")
    for file in files:
        if replaced.fullmatch(file.name.removesuffix(sbom.SUFFIX)) or replaced.fullmatch(file.name):
            file.unlink()
    list_of_sums.unlink(missing_ok=True)
