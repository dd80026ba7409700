"""The crates in a file: in a binary as cargo-auditable left their list in it, in a static library as cargo would link
them, and of source code the crate itself."""

import io
import pathlib
import re
from typing import NamedTuple

from elftools.elf.elffile import ELFFile

from . import auditable
from .context import Context

Crate = tuple[str, str]

# Whose list a file has. Programs and the library are called alike, so that one could come with the list of the other.
ROOTS = {
    r"(lib)?arcidentity\.(a|dll|so[.0-9]*)": "arcidentity-ffi",
    r"arcidentity(\.exe)?": "arcidentity-cli",
    r"_native\..*": "arcidentity-python",
}


class Crates(NamedTuple):
    """The crate that a file is made from, and what each crate in it needs of the others."""

    root: Crate
    needs: dict[Crate, list[Crate]]
    compiled: bool = True


def find(context: Context, name: str, content: bytes) -> Crates | None:
    """The crates in a file of an artifact. None if it has none."""
    base = pathlib.PurePath(name).name
    if base == "Cargo.toml":
        return of_source(context, content.decode())
    if content.startswith(auditable.ARCHIVE):
        return of_static_library(context, content) if base == "libarcidentity.a" else None
    if not auditable.is_binary(content):
        return None
    packages = auditable.packages(content)
    if packages is None:
        raise SystemExit(f"{name} has no list of its crates")
    crates = of_list(packages)
    wanted = [root for pattern, root in ROOTS.items() if re.fullmatch(pattern, base)]
    if [crates.root[0]] != wanted:
        raise SystemExit(f"{name} has the list of {crates.root[0]}")
    return crates


def of_list(packages: list[dict]) -> Crates:
    """What cargo-auditable knows, without the crates that only the build has used."""
    inside = [package.get("kind") != "build" for package in packages]
    names = [(package["name"], package["version"]) for package in packages]
    needs = {
        names[index]: [names[other] for other in package.get("dependencies", []) if inside[other]]
        for index, package in enumerate(packages)
        if inside[index]
    }
    (root,) = (names[index] for index, package in enumerate(packages) if package.get("root"))
    return Crates(root, needs)


def of_source(context: Context, manifest: str) -> Crates | None:
    """The crate of a manifest, which has no name where it is that of a workspace."""
    found = re.search(r'^\[package\]\n(?:.+\n)*?name = "(.*)"$', manifest, re.MULTILINE)
    if not found:
        return None
    crate = (found[1], context.version)
    return Crates(crate, {crate: []}, compiled=False)


def of_static_library(context: Context, content: bytes) -> Crates:
    """Nothing is left in a static library, since a linker would leave it out again."""
    machine = ELFFile(io.BytesIO(next(auditable.objects(content)))).get_machine_arch()
    target = {"x64": "x86_64", "AArch64": "aarch64"}[machine] + "-unknown-linux-gnu"
    tree = context.output(
        "cargo", "tree", "--locked", "--package", "arcidentity-ffi", "--target", target,
        "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}", "--no-dedupe",
    )  # fmt: skip
    root, *others = dict.fromkeys(tuple(line.replace(" v", " ").split()[:2]) for line in tree.splitlines())
    return Crates(root, {root: others} | {other: [] for other in others})
