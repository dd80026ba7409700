"""Ours, from release builds of a checkout: the C library, the command, the wheel and the crate."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from harness.places import BENCH, CARGO_TARGET, ROOT, made
from harness.program import Built, Program, Size, Whose
from harness.python import Environment
from harness.shell import run
from harness.tools import compile_c

RESOURCE = "https://vault.azure.net"
ALL = frozenset({"new", "same", "cached", "threads", "beside"})


class Checkout:
    """Sources, and where what is built of them goes."""

    def __init__(self, source: Path, target: Path, suffix: str, whose: Whose) -> None:
        self.source = source
        self.target = target
        self.directory = made(f"ours{suffix.replace(' ', '-')}")
        self.suffix = suffix
        self.whose = whose

    def cargo(self, *arguments: str, directory: Path | None = None, target: Path | None = None) -> None:
        env = os.environ | {"CARGO_TARGET_DIR": str(target or self.target)}
        run(["cargo", "build", "--release", *arguments], cwd=directory or self.source, env=env)

    def program(
        self, name: str, command: list[str | Path], actions: frozenset[str] = ALL, **more: object
    ) -> Program:
        words = tuple(str(word) for word in command)
        return Program(name + self.suffix, self.whose, words, actions, **more)  # type: ignore[arg-type]

    def size(self, what: str, path: Path) -> Size:
        return Size(what + self.suffix, self.whose, path.stat().st_size)


def this_checkout() -> Checkout:
    return Checkout(ROOT, CARGO_TARGET, "", Whose.OURS)


def earlier(revision: str) -> Checkout:
    """The sources of a commit, with the programs of today's benchmark."""
    commit = run(["git", "rev-parse", "--short", f"{revision}^{{commit}}"], cwd=ROOT).strip()
    directory = made("earlier", commit)
    source = directory / "source"
    # Files that are there already stay as they are, so that cargo has nothing to build again.
    if not source.exists():
        archive = directory / "source.tar"
        run(["git", "archive", "--prefix=source/", "--output", archive, commit], cwd=ROOT)
        run(["tar", "-xf", archive, "-C", directory])
    shutil.rmtree(source / "bench", ignore_errors=True)
    shutil.copytree(BENCH, source / "bench", ignore=shutil.ignore_patterns("Cargo.lock", "__pycache__"))
    return Checkout(source, directory / "target", f" at {commit}", Whose.EARLIER)


def build(checkout: Checkout) -> Built:
    built = Built()
    for part in (_native, _crate, _python):
        print(f"  ours{checkout.suffix}: {part.__name__.strip('_')}", file=sys.stderr)
        built.add(part(checkout))
    return built


def _native(checkout: Checkout) -> Built:
    """C, C++ and the command."""
    checkout.cargo("--locked", "--package", "arcidentity-ffi", "--package", "arcidentity-cli")
    release = checkout.target / "release"
    library = release / "libarcidentity.so"
    _lay_out(library, checkout.directory)
    linked: list[str | Path] = [
        "-I",
        checkout.source / "include",
        library,
        f"-Wl,-rpath,{checkout.directory}",
    ]
    ours = BENCH / "ours"
    c = compile_c(checkout.directory / "ours-c", [ours / "ours.c"], *linked)
    cpp = compile_c(checkout.directory / "ours-cpp", [ours / "ours.cpp"], *linked)
    token = compile_c(checkout.directory / "token", [ours / "token.c"], *linked)
    command = release / "arcidentity"
    return Built(
        [
            checkout.program("C", [c], ALL | {"resources"}, start=(str(token),), counted=True, plainest=True),
            checkout.program("C++", [cpp], ALL - {"beside"}, counted=True),
            checkout.program("command", [], frozenset(), start=(str(command), "token", RESOURCE)),
        ],
        [checkout.size("shared library, stripped", library), checkout.size("command", command)],
    )


def _lay_out(library: Path, directory: Path) -> None:
    """The loader looks for the name that the library bears."""
    name = re.search(rb"libarcidentity\.so\.[\d.]+", library.read_bytes())
    if name:
        shutil.copy2(library, directory / name.group().decode())


def _crate(checkout: Checkout) -> Built:
    """A Rust program, with the versions of this checkout and cargo's own release profile."""
    package = checkout.source / "bench/ours/rust"
    shutil.copy2(checkout.source / "Cargo.lock", package)
    target = checkout.directory / "cargo"
    checkout.cargo(directory=package, target=target)
    return Built([checkout.program("Rust", [target / "release/bench-ours"], counted=True)])


def _python(checkout: Checkout) -> Built:
    wheel = _wheel(checkout)
    environment = Environment(f"python{checkout.suffix.replace(' ', '-')}")
    environment.install("--force-reinstall", "--no-deps", str(wheel))
    environment.install(*_requirements())
    script = BENCH / "ours/client.py"
    get = f"import arcidentity; print(arcidentity.get_token('{RESOURCE}').token)"

    def program(name: str, which: str, **more: object) -> Program:
        actions = ALL if which != "asynchronous" else ALL - {"threads"}
        return checkout.program(name, [environment.python, script, which], actions, **more)

    programs = [
        program(
            "Python Client", "client", start=(str(environment.python), "-c", get), started="start-python"
        ),
        program("Python ArcCredential", "credential"),
        program("Python aio.ArcCredential", "asynchronous"),
    ]
    return Built(programs, [checkout.size("wheel", wheel)])


def _requirements() -> list[str]:
    """What ArcCredential needs, in the version that the peers have."""
    lines = (BENCH / "peers/requirements.txt").read_text().splitlines()
    return [line for line in lines if line.startswith("azure-core==")]


def _wheel(checkout: Checkout) -> Path:
    tools = Environment("wheel-tools")
    tools.install("--constraint", str(ROOT / "python/wheel-tools.txt"), "maturin")
    wheels = checkout.directory / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    env = os.environ | {"CARGO_TARGET_DIR": str(checkout.target)}
    maturin = tools.program("maturin")
    run(
        [maturin, "build", "--release", "--locked", "--interpreter", sys.executable, "--out", wheels],
        cwd=checkout.source / "python",
        env=env,
    )
    return next(wheels.glob("*.whl"))


def bare_interpreter() -> Program:
    """What every Python program costs from start to end."""
    python = Environment("python").python
    return Program(
        "bare interpreter", Whose.FLOOR, start=(str(python), "-c", "print('token')"), started="start-python"
    )
