"""What all parts of a release share: where things are, which version it is, and the environment of every tool."""

import json
import os
import pathlib
import re
import subprocess

from . import epoch, tools
from .tools import SOURCE

# The variables of whoever builds that tools get: where things are, and how the network is reached. There is no end of
# those that would change what is built, such as DESTDIR, CPATH, MAKEFLAGS and all that compilers have.
KEPT = {
    "CARGO_BUILD_JOBS", "CARGO_HOME", "HOME", "LD_LIBRARY_PATH", "PATH", "RUSTUP_DIST_SERVER", "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN", "RUSTUP_UPDATE_ROOT", "SSL_CERT_DIR", "SSL_CERT_FILE", "TERM", "TMPDIR",
}  # fmt: skip
KEPT_WITH = re.compile(r"CARGO_(HTTP|NET|TERM)_.*|(all|https?|no)_proxy", re.IGNORECASE)

# For tests of how things are packed: optimizing is most of the time of a build.
UNOPTIMIZED = {
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
}


class Context:
    """One run of `release/build`."""

    def __init__(self, out: pathlib.Path | None = None, optimized: bool = True) -> None:
        self.out = (out or tools.TARGET / "release-files").resolve()
        self.work = tools.WORK
        self.tools = tools.DIRECTORY
        self.out.mkdir(parents=True, exist_ok=True)
        self.work.mkdir(parents=True, exist_ok=True)
        self.optimized = optimized
        self.sysroot = pathlib.Path(self._said("rustc", "--print", "sysroot"))
        metadata = json.loads(self._said("cargo", "metadata", "--locked", "--format-version", "1"))
        # All that Cargo.lock names, by name and version; those of the workspace have no source.
        self.crates = {(crate["name"], crate["version"]): crate for crate in metadata["packages"]}
        self.rust_flags = self._rust_flags()
        self.environment = self._environment() | ({} if optimized else UNOPTIMIZED)
        self.epoch = int(self.environment["SOURCE_DATE_EPOCH"])
        (self.version,) = (version for name, version in self.crates if name == "arcidentity-ffi")

    def level(self, best: int) -> int:
        """How much something is compressed: as little as can be where only a test of the packages unpacks it."""
        return best if self.optimized else 1

    def run(self, *command: object, cwd: pathlib.Path = SOURCE, **variables: str) -> None:
        """Runs a tool; where it fails, so does the build."""
        subprocess.run([str(word) for word in command], cwd=cwd, env=self.environment | variables, check=True)

    def output(self, *command: object, cwd: pathlib.Path = SOURCE) -> str:
        """What a tool prints."""
        words = [str(word) for word in command]
        return subprocess.run(
            words, cwd=cwd, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def _environment(self) -> dict[str, str]:
        # Nothing of the machine, the user and the hour may come into a file.
        kept = {name: value for name, value in os.environ.items() if name in KEPT or KEPT_WITH.fullmatch(name)}
        return kept | {
            "CARGO_INCREMENTAL": "0",
            "LC_ALL": "C.UTF-8",
            "PATH": f"{self.tools / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(self.rust_flags),
            "SOURCE_DATE_EPOCH": epoch.epoch(),
            "TZ": "UTC",
        }

    def _rust_flags(self) -> list[str]:
        """The texts of panics name source files: not where they were on this machine."""
        commit = re.search("^commit-hash: (.*)$", self._said("rustc", "-vV"), re.MULTILINE)
        places = {SOURCE: "libarcidentity"}
        # As the compiler's own developers have it, whether this machine has the sources or not.
        places[self.sysroot / "lib/rustlib/src/rust"] = f"/rustc/{commit[1] if commit else 'unknown'}"
        for crate in self.crates.values():
            if crate["source"]:
                places[pathlib.Path(crate["manifest_path"]).parents[1]] = "crates"
        return [f"--remap-path-prefix={place}={name}" for place, name in places.items()]

    @staticmethod
    def _said(*command: str) -> str:
        return subprocess.run(command, cwd=SOURCE, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def python(self, *arguments: object) -> None:
        """Runs Python with the tools from PyPI."""
        self.run(self.tools / "bin/python", *arguments)

    @property
    def zig(self) -> pathlib.Path:
        """Where Zig is, with the C libraries that it brings."""
        (directory,) = self.tools.glob("lib/python3*/site-packages/ziglang")
        return directory
