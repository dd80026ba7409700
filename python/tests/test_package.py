"""What is installed."""

import inspect
import pydoc
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import arcidentity
import pytest
from arcidentity import _native, emulator
from conftest import SOURCE

PACKAGE = Path(arcidentity.__file__).parent


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
        "arcidentity/_errors.py",
        f"arcidentity/{native}",
        "arcidentity/_native.pyi",
        "arcidentity/emulator.py",
        "arcidentity/py.typed",
    }
    scripts = {Path(file).stem for file in files if file.startswith("..")}
    assert scripts == {"arcidentity"}


def test_the_metadata() -> None:
    about = metadata.metadata("arcidentity")
    assert about["Version"] == arcidentity.__version__
    assert about["License-Expression"] == "MIT OR Apache-2.0"
    assert about.get_all("License-File") == ["LICENSE-APACHE", "LICENSE-MIT"]
    assert about["Requires-Python"] == ">=3.10"
    assert metadata.requires("arcidentity") is None


@pytest.mark.skipif(sys.platform != "linux", reason="ELF")
def test_the_library_exports_only_its_init_function() -> None:
    if shutil.which("nm") is None:
        pytest.skip("nm is not installed")
    symbols = run("nm", "-D", "--defined-only", Path(_native.__file__ or ""))
    assert [line.split()[-1] for line in symbols.splitlines()] == ["PyInit__native"]


def test_everything_public_is_documented() -> None:
    for module in [arcidentity, emulator]:
        assert module.__doc__
        for name in module.__all__:
            thing = getattr(module, name)
            if isinstance(thing, str):
                continue
            assert thing.__doc__, name
            assert thing.__module__ in (module.__name__, "arcidentity._native"), name
            members = vars(thing).items() if inspect.isclass(thing) else ()
            for member_name, member in members:
                is_public = not member_name.startswith("_") and not isinstance(member, int)
                assert not is_public or member.__doc__, f"{name}.{member_name}"


def test_help_reads_well() -> None:
    shown = pydoc.plain(pydoc.render_doc(arcidentity))
    assert "get_token(resource)" in shown
    assert "get_token(self, /, resource, *, force_refresh=False)" in shown
    for name in set(arcidentity.__all__) - {"__version__"}:
        assert name in shown


def test_importing_it_imports_little() -> None:
    code = """
import sys
before = set(sys.modules)
import arcidentity
print(*set(sys.modules) - before)
"""
    modules = run(sys.executable, "-I", "-c", code).split()
    assert set(modules) == {"arcidentity", "arcidentity._errors", "arcidentity._native"}


def test_the_stubs_match() -> None:
    run(sys.executable, "-m", "mypy.stubtest", "arcidentity")


def test_the_types_are_strict() -> None:
    run(sys.executable, "-m", "mypy", "--strict", "-p", "arcidentity")


def test_a_program_is_checked_against_them() -> None:
    right = """
import arcidentity
from arcidentity.emulator import Emulator

with Emulator(lifetime=600.0) as agent:
    client = arcidentity.Client(agent.endpoint, agent.key_directory, timeout=10)
    header: str = f"Bearer {client.get_token('x', force_refresh=True).token}"
    left: int = client.get_token("x").expires_on - client.get_token("x").refresh_on
    name: str = client.get_metadata()["compute"]["name"]
try:
    arcidentity.get_token("x")
except arcidentity.ArcError as error:
    reason: tuple[int, int | None, str | None, str | None]
    reason = (error.status, error.http_status, error.code, error.hint)
"""
    wrong = """
import arcidentity

arcidentity.get_token(1)
arcidentity.Client(timeout="1")
arcidentity.get_token("x").token = "y"
number: int = arcidentity.get_token("x").token
"""
    Path("right.py").write_text(right)
    Path("wrong.py").write_text(wrong)
    run(sys.executable, "-m", "mypy", "--strict", "right.py")
    with pytest.raises(AssertionError, match="Found 4 errors"):
        run(sys.executable, "-m", "mypy", "--strict", "wrong.py")


def test_the_examples_of_the_readme_are_typed() -> None:
    examples = re.findall(r"```python\n(.*?)```", (SOURCE / "README.md").read_text(), re.DOTALL)
    assert examples
    for number, example in enumerate(examples):
        file = Path(f"example{number}.py")
        file.write_text(example)
        run(sys.executable, "-m", "mypy", "--strict", file)
