"""What all parts of a release share: where things are, which version it is, and the environment of every tool."""

import json
import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]


class Context:
    """One run of `release/build`."""

    def __init__(self, out: pathlib.Path | None = None) -> None:
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", SOURCE / "target")).resolve()
        self.out = (out or target / "release-files").resolve()
        self.work = target / "release-work"
        self.out.mkdir(parents=True, exist_ok=True)
        self.work.mkdir(parents=True, exist_ok=True)
        self.environment = self._environment()
        self.version = self._version()
        self._install_tools()

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
        cargo_home = os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo"))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CARGO_", "RUST", "LC_"))}
        kept |= {name: os.environ[name] for name in ("CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN") if name in os.environ}
        return kept | {
            "CARGO_INCREMENTAL": "0",
            "LC_ALL": "C.UTF-8",
            "PATH": f"{self.work / 'tools/bin'}{os.pathsep}{os.environ['PATH']}",
            "RUSTFLAGS": f"--remap-path-prefix={cargo_home}=cargo --remap-path-prefix={SOURCE}=libarcidentity",
            "SOURCE_DATE_EPOCH": self._epoch(),
            "TZ": "UTC",
        }

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

    def _install_tools(self) -> None:
        tools = self.work / "tools"
        if not (tools / "bin/pip").exists():
            self.run(sys.executable, "-m", "venv", tools)
        wanted = SOURCE / "release/tools.txt"
        self.run(tools / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", wanted)
