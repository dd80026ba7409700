"""What all parts of a release share: where things are, which version it is, and the environment of every tool."""

import json
import os
import pathlib
import re
import subprocess

from . import tools
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
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
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
        self.rust_flags = self._rust_flags()
        self.environment = self._environment() | ({} if optimized else UNOPTIMIZED)
        self.epoch = int(self.environment["SOURCE_DATE_EPOCH"])
        self.version = self._version()

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
            "SOURCE_DATE_EPOCH": self._epoch(),
            "TZ": "UTC",
        }

    def _rust_flags(self) -> list[str]:
        """The texts of panics name source files: not where they were on this machine."""
        sysroot = self._said("rustc", "--print", "sysroot")
        commit = re.search("^commit-hash: (.*)$", self._said("rustc", "-vV"), re.MULTILINE)
        places = {SOURCE: "libarcidentity"}
        # As the compiler's own developers have it, whether this machine has the sources or not.
        places[pathlib.Path(sysroot) / "lib/rustlib/src/rust"] = f"/rustc/{commit[1] if commit else 'unknown'}"
        metadata = json.loads(self._said("cargo", "metadata", "--locked", "--format-version", "1"))
        for package in metadata["packages"]:
            if package["source"]:
                places[pathlib.Path(package["manifest_path"]).parents[1]] = "crates"
        return [f"--remap-path-prefix={place}={name}" for place, name in places.items()]

    @staticmethod
    def _said(*command: str) -> str:
        return subprocess.run(command, cwd=SOURCE, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def python(self, *arguments: object) -> None:
        """Runs Python with the tools from PyPI."""
        self.run(self.tools / "bin/python", *arguments)

    def demand_target(self, target: str) -> None:
        """Makes sure that Rust's standard library for a target is here."""
        if pathlib.Path(self.output("rustc", "--print", "target-libdir", "--target", target).strip()).is_dir():
            return
        try:
            subprocess.run(["rustup", "target", "add", target], env=self.environment, check=True, timeout=300)
        except (OSError, subprocess.SubprocessError) as error:
            raise SystemExit(f"Rust's standard library for {target} is not here, and rustup does not bring it: {error}")

    @staticmethod
    def _epoch() -> str:
        """The time of the commit, so that the same source gives the same bytes."""
        given = os.environ.get("SOURCE_DATE_EPOCH")
        log = ["git", "log", "-1", "--format=%ct"]
        return given or subprocess.run(log, cwd=SOURCE, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def _version(self) -> str:
        metadata = json.loads(self.output("cargo", "metadata", "--no-deps", "--format-version", "1"))
        (version,) = {package["version"] for package in metadata["packages"] if package["name"] == "arcidentity-ffi"}
        return version

    @property
    def zig(self) -> pathlib.Path:
        """Where Zig is, with the C libraries that it brings."""
        (directory,) = self.tools.glob("lib/python3*/site-packages/ziglang")
        return directory
