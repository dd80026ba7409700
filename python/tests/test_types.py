"""What type checkers make of the package."""

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import arcidentity
import pytest
from conftest import SOURCE

pytest.importorskip("mypy")

# Each line that is an error says so.
PROGRAM = """
from datetime import datetime

import arcidentity
from arcidentity.emulator import ArcEmulator, Emulator

class Agent(Emulator):
    name = "my agent"

class Machine(ArcEmulator):
    place = "my machine"

with Machine(lenient=True) as machine:
    place: str = machine.place

with Agent(lifetime=600.0) as agent:
    client = arcidentity.Client(agent.endpoint, agent.key_directory, timeout=10)
    name: str = agent.name
    number: int = agent  # wrong
header: str = f"Bearer {client.get_token('x', force_refresh=True).token}"
left: int = client.get_token("x").expires_on - client.get_token("x").refresh_on
end: datetime = client.get_token("x").expires_at
called: str = client.get_metadata()["compute"]["name"]
arcidentity.get_token(1)  # wrong
arcidentity.Client(timeout="1")  # wrong
arcidentity.get_token("x").token = "y"  # wrong
text: int = arcidentity.get_token("x").token  # wrong
try:
    arcidentity.get_token("x")
except arcidentity.ArcError as error:
    reason: tuple[int, int | None, str | None, str | None]
    reason = (error.status, error.http_status, error.code, error.hint)
    hint: str = error.hint  # wrong
report = client.diagnose()
report = arcidentity.diagnose("x")
if report.error:
    raise report.error
for check in report.checks:
    if check.outcome == "failed":
        print(check.id, check.title, check.seen, *check.remedy, check.details["user"])
    if check.outcome == "fail":  # wrong
        print(check)
document: str = report.to_json()
report.ok = True  # wrong
auth = arcidentity.BearerAuth("x", client=client, allow_http=True)
arcidentity.BearerAuth(client)  # wrong
arcidentity.nothing  # wrong
"""

# The same with the packages that it is used with.
GUEST = """
import arcidentity
import httpx
import requests
from arcidentity.azure import ArcCredential
from arcidentity.azure.aio import ArcCredential as AsyncArcCredential
from azure.core.credentials import SupportsTokenInfo, TokenCredential
from azure.core.credentials_async import AsyncSupportsTokenInfo, AsyncTokenCredential
from azure.storage.blob import BlobServiceClient
from azure.storage.blob.aio import BlobServiceClient as AsyncBlobServiceClient

a: TokenCredential = ArcCredential(timeout=10, client_id="x")
b: SupportsTokenInfo = ArcCredential(arcidentity.Client())
c: AsyncTokenCredential = AsyncArcCredential(timeout=10, client_id="x")
d: AsyncSupportsTokenInfo = AsyncArcCredential(arcidentity.Client())
e: AsyncTokenCredential = ArcCredential()  # wrong
f: TokenCredential = AsyncArcCredential()  # wrong
ArcCredential(timeouts=10)  # wrong
ArcCredential(timeout="10")  # wrong
BlobServiceClient("https://x.blob.core.windows.net", ArcCredential())
AsyncBlobServiceClient("https://x.blob.core.windows.net", AsyncArcCredential())

auth = arcidentity.BearerAuth("x")
requests.get("https://x", auth=auth)
requests.Session().auth = auth
httpx.get("https://x", auth=auth)
httpx.AsyncClient(auth=auth)
"""

Checker = Callable[..., "subprocess.CompletedProcess[str]"]


def mypy(*files: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    return run("-m", "mypy", "--strict", "--python-executable", python, *files)


def pyright(*files: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    if shutil.which("node") is None:
        pytest.skip("needs node: pyright is a program for Node.js")
    Path("pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    return run("-m", "pyright", "--pythonpath", python, *files)


both = pytest.mark.parametrize("checker", [mypy, pyright])


def run(*command: str) -> subprocess.CompletedProcess[str]:
    # pyright looks for packages where the first Python on the path has them, and else for news.
    programs = Path(sys.executable).parent
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    return subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(autouse=True)
def elsewhere(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work where nothing of the source tree is on the path, and learn from the tests before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MYPY_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "mypy"))


def test_the_stubs_match() -> None:
    stubtest = run("-m", "mypy.stubtest", "arcidentity")
    assert stubtest.returncode == 0, stubtest.stdout + stubtest.stderr


def test_the_package_is_typed() -> None:
    checked = mypy("-p", "arcidentity")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_all_that_is_public_is_typed() -> None:
    verified = pyright("--verifytypes", "arcidentity", "--ignoreexternal")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "arcidentity.azure.aio" in verified.stdout
    assert "Type completeness score: 100%" in verified.stdout


@both
def test_programs_are_checked(checker: Checker) -> None:
    assert_found(checker, {"program.py": PROGRAM, "guest.py": GUEST})


@both
def test_a_program_is_checked_where_no_other_package_is(checker: Checker, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    venv.create(bare, symlinks=True)
    (packages,) = bare.glob("lib/*/site-packages")
    (packages / "arcidentity").symlink_to(Path(arcidentity.__file__).parent)
    assert_found(checker, {"program.py": PROGRAM}, python=str(bare / "bin/python"))


def assert_found(checker: Checker, programs: dict[str, str], **settings: str) -> None:
    """The checker finds an error in each line that says so, and no other one."""
    wrong = set()
    for name, program in programs.items():
        Path(name).write_text(program)
        lines = enumerate(program.splitlines(), 1)
        wrong |= {(name, str(number)) for number, line in lines if "# wrong" in line}
    output = checker(*programs, **settings).stdout
    found = re.findall(r"(\w+\.py):(\d+)(?::\d+ -|:) error", output)
    assert set(found) == wrong, output


@both
def test_the_examples_are_typed(checker: Checker) -> None:
    files: list[str] = []
    examples = re.findall(r"```python\n(.*?)```", (SOURCE / "README.md").read_text(), re.DOTALL)
    assert examples
    for example in examples:
        files.append(f"example{len(files)}.py")
        Path(files[-1]).write_text(example)
    checked = checker(*files)
    assert checked.returncode == 0, checked.stdout + checked.stderr
