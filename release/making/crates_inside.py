"""The crates in a file: in a binary those of cargo-auditable's list in it that cargo links, in a static library what
cargo links, and of source code the crate itself."""

import io
import pathlib
import re
from typing import NamedTuple

from elftools.elf.elffile import ELFFile

from . import auditable, cargo
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
    # The list is made with the features that the whole workspace asks for, which may bring crates that are not linked.
    linked = cargo.linked_crates(context, crates.root[0], target_of(content))
    if not linked <= crates.needs.keys():
        raise SystemExit(f"{name} has a list without {sorted(linked - crates.needs.keys())}")
    return Crates(crates.root, {crate: sorted(linked & set(crates.needs[crate])) for crate in linked})


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
    linked = cargo.linked_crates(context, "arcidentity-ffi", target_of(next(auditable.objects(content))))
    root = ("arcidentity-ffi", context.version)
    return Crates(root, {root: sorted(linked - {root})} | {crate: [] for crate in linked - {root}})


def target_of(content: bytes) -> str:
    """The target that a binary is for. The crates are the same for each C library of Linux."""
    if content.startswith(auditable.PE):
        return "x86_64-pc-windows-gnu"
    machine = ELFFile(io.BytesIO(content)).get_machine_arch()
    return {"x64": "x86_64", "AArch64": "aarch64"}[machine] + "-unknown-linux-gnu"
