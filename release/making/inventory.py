"""What an SBOM says of a crate, and of Rust's standard library."""

import re

from .context import SOURCE, Context


class Inventory:
    """The crates of Cargo.lock, with what their authors and the lock say of them."""

    def __init__(self, context: Context) -> None:
        self.crates = context.crates
        self.checksums = checksums((SOURCE / "Cargo.lock").read_text())
        self.rust = context.output("rustc", "--version").split()[1]

    def crate(self, name: str, version: str) -> dict:
        known = self.crates[name, version]
        checksum = self.checksums.get((name, version))
        return {
            "type": "library",
            "bom-ref": purl(name, version),
            "name": name,
            "version": version,
            "description": known["description"],
            "licenses": [{"expression": known["license"].replace("/", " OR ")}],
            "purl": purl(name, version),
        } | ({"hashes": [{"alg": "SHA-256", "content": checksum}]} if checksum else {})

    def standard_library(self) -> dict:
        return {
            "type": "library",
            "bom-ref": "rust-std",
            "name": "rust-std",
            "version": self.rust,
            "description": "Rust's standard library",
            "licenses": [{"expression": "MIT OR Apache-2.0"}],
            "purl": f"pkg:github/rust-lang/rust@{self.rust}",
        }


def purl(name: str, version: str) -> str:
    """The name of a crate among the packages of all languages."""
    return f"pkg:cargo/{name}@{version}"


def checksums(lock: str) -> dict[tuple[str, str], str]:
    """What Cargo.lock says of each crate of the registry."""
    entry = r'name = "(.*)"\nversion = "(.*)"\nsource = ".*"\nchecksum = "(.*)"'
    return {(name, version): checksum for name, version, checksum in re.findall(entry, lock)}
