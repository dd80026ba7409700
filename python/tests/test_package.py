"""What is installed."""

from __future__ import annotations

import ast
import inspect
import pydoc
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module, metadata
from modulefinder import ModuleFinder
from pathlib import Path

import arcidentity
import pytest
from arcidentity import _native

PUBLIC = [
    "arcidentity",
    "arcidentity.azure",
    "arcidentity.azure.aio",
    "arcidentity.emulator",
    "arcidentity.pytest_plugin",
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where nothing of the source tree is on the path."""
    monkeypatch.chdir(tmp_path)


def run(*command: str | Path) -> str:
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def test_the_installed_files() -> None:
    files = {str(file) for file in metadata.files("arcidentity") or []}
    files = {file for file in files if "__pycache__" not in file and ".dist-info" not in file}
    native = Path(_native.__file__ or "").name
    assert native.startswith("_native.")
    assert {file for file in files if not file.startswith("..")} == {
        "arcidentity/__init__.py",
        "arcidentity/__main__.py",
        "arcidentity/_auth.py",
        "arcidentity/_child_settings.py",
        "arcidentity/_destination.py",
        "arcidentity/_errors.py",
        "arcidentity/_event_loop.py",
        "arcidentity/_greenlets.py",
        "arcidentity/_header.py",
        "arcidentity/_launcher.py",
        f"arcidentity/{native}",
        "arcidentity/_native.pyi",
        "arcidentity/_renewal.py",
        "arcidentity/_requests.py",
        "arcidentity/azure/__init__.py",
        "arcidentity/azure/_credential.py",
        "arcidentity/azure/_errors.py",
        "arcidentity/azure/_settings.py",
        "arcidentity/azure/aio.py",
        "arcidentity/emulator.py",
        "arcidentity/py.typed",
        "arcidentity/pytest_plugin.py",
    }
    # The command and, with its name too, bash's completions; and those of others, and the manual.
    others = {Path(file).name for file in files if file.startswith("..")}
    assert {name.replace(".exe", "") for name in others} == {
        "arcidentity",
        "arcidentity.1",
        "arcidentity.fish",
        "_arcidentity",
    }


def test_the_metadata() -> None:
    about = metadata.metadata("arcidentity")
    assert about["Version"] == arcidentity.__version__
    assert about["License-Expression"] == "MIT OR Apache-2.0"
    assert about.get_all("License-File") == ["LICENSE-APACHE", "LICENSE-MIT"]
    assert about["Requires-Python"] == ">=3.9"


def test_it_needs_no_other_package() -> None:
    assert metadata.metadata("arcidentity").get_all("Provides-Extra") == ["azure"]
    assert metadata.requires("arcidentity") == ["azure-core>=1.31 ; extra == 'azure'"]


def test_the_entry_points() -> None:
    points = metadata.distribution("arcidentity").entry_points
    assert {(point.group, point.name, point.value) for point in points} == {
        ("console_scripts", "arcidentity", "arcidentity.__main__:main"),
        ("pytest11", "arcidentity", "arcidentity.pytest_plugin"),
    }


@pytest.mark.skipif(sys.platform != "linux", reason="ELF")
def test_the_library_exports_only_its_init_function() -> None:
    symbols = run("nm", "-D", "--defined-only", Path(_native.__file__ or ""))
    (symbol,) = symbols.splitlines()
    # By the stable ABI of all versions, and by that of 3.15.
    assert symbol.split()[-1] in ("PyInit__native", "PyModExport__native")


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_public_is_documented(name: str) -> None:
    module = import_module(name)
    assert module.__doc__
    for public in module.__all__:
        thing = getattr(module, public)
        if public == "__version__":
            continue
        assert thing.__doc__, public
        assert thing.__module__ == name or "._" in thing.__module__, public
        for member in public_members(thing):
            assert member.__doc__, member


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_that_users_call_has_an_example(name: str) -> None:
    module = import_module(name)
    errors = {error.__name__ for error in arcidentity.ArcError.__subclasses__()}
    got_from_others = {"Request", "__version__"}
    for public in set(module.__all__) - errors - got_from_others:
        mentioned = [text for text in examples(module) if re.search(rf"\b{public}\b", text)]
        assert mentioned or examples(getattr(module, public)), public


def examples(thing: object) -> list[str]:
    """The blocks of its documentation that are programs."""
    blocks = re.findall(r"(?:^|(?<=\n))(?:    .*\n)+", f"{inspect.getdoc(thing)}\n")
    return [block for block in blocks if is_program(inspect.cleandoc(f"\n{block}"))]


def is_program(text: str) -> bool:
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except SyntaxError:
        return False
    return any(isinstance(node, (ast.Call, ast.FunctionDef)) for node in nodes)


def public_members(thing: object) -> Iterator[object]:
    for name, member in vars(thing).items() if inspect.isclass(thing) else ():
        if not name.startswith("_") and not isinstance(member, int):
            yield member


def test_help_reads_well() -> None:
    shown = pydoc.plain(pydoc.render_doc(arcidentity))
    assert "get_token(resource)" in shown
    assert "diagnose(resource=None)" in shown
    assert "get_token(self, /, resource, *, force_refresh=False)" in shown
    for name in set(arcidentity.__all__) - {"__version__"}:
        assert name in shown


def test_each_error_says_what_to_do() -> None:
    for error in arcidentity.ArcError.__subclasses__():
        cause, _, remedy = (inspect.getdoc(error) or "").partition("\n\n")
        assert cause.endswith(".")
        assert remedy.endswith(".")


def imported_by(code: str) -> set[str]:
    """The modules that a program brings into a fresh interpreter."""
    program = f"import sys\nbefore = set(sys.modules)\n{code}\nprint(*set(sys.modules) - before)"
    return set(run(sys.executable, "-I", "-c", program).split())


def test_importing_it_imports_little() -> None:
    own = {"__future__", "arcidentity", "arcidentity._errors", "arcidentity._native"}
    assert imported_by("import arcidentity") == own
    assert imported_by("from arcidentity import *") >= own | {"arcidentity._auth"}


@pytest.mark.parametrize(
    ("code", "spared"),
    [
        ("arcidentity.BearerAuth('x')", ["asyncio", "requests", "httpx", "azure", "pytest"]),
        ("import arcidentity.emulator", ["typing", "asyncio", "json", "pytest"]),
        ("import arcidentity.azure", ["asyncio", "azure.identity", "requests", "pytest"]),
        ("import arcidentity.azure.aio", ["azure.identity", "requests", "aiohttp", "pytest"]),
    ],
)
def test_nobody_gets_what_he_does_not_use(code: str, spared: list[str]) -> None:
    assert not imported_by(f"import arcidentity\n{code}") & set(spared)


def test_a_frozen_program_has_what_the_native_half_imports(tmp_path: Path) -> None:
    """Programs are frozen, by PyInstaller for example, with what their code says that it imports."""
    program = tmp_path / "program.py"
    program.write_text("import arcidentity")
    others = ["asyncio", "httpx", "multiprocessing", "requests", "subprocess", "trio", "typing"]
    finder = ModuleFinder(excludes=others)
    finder.run_script(str(program))
    assert {"arcidentity._errors", "arcidentity._greenlets", "json"} <= set(finder.modules)


def test_an_attribute_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="'arcidentity' has no attribute 'nothing'"):
        arcidentity.nothing  # type: ignore[attr-defined]  # noqa: B018
    assert set(arcidentity.__all__) <= set(dir(arcidentity))
