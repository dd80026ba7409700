"""What the pages for people say about Python is true."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from conftest import SOURCE

MOVING_OVER = (SOURCE.parent / "docs/moving-over.md").read_text()
README = (SOURCE / "README.md").read_text()
MACHINE = SOURCE.parent / "tests/services/machine.py"

# What it ends with where the system forbids such machines.
NO_MACHINE = 77

FENCE = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
PAIR = re.compile(r"Before:\n\n```(\w+)\n(.*?)```\n\nAfter:\n\n```\1\n(.*?)```", re.DOTALL)
PAIRS = PAIR.findall(MOVING_OVER)

BLOCKS = [code for language, code in FENCE.findall(MOVING_OVER) if language == "python"]
README_BLOCKS = [code for language, code in FENCE.findall(README) if language == "python"]

# An agent at its own port.
AGENT = ["arcidentity", "emulator", "--port", "40342", "--"]

INTERPRETERS = {
    "sh": ["bash", "-e", "-u", "-o", "pipefail"],
    "powershell": ["pwsh", "-NoProfile", "-File"],
    "python": [sys.executable],
}
# What the tests of the workspace call these programs.
NEEDS = {"pwsh": "powershell"}
SUFFIXES = {"sh": "sh", "powershell": "ps1", "python": "py"}


def on_a_machine(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program where there are a Key Vault and no agent but the emulator."""
    programs = Path(sys.executable).parent
    run = subprocess.run(
        [sys.executable, MACHINE, "--secret", "my-secret=s3cret", "--", *command],
        env={"PATH": f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode == NO_MACHINE:
        pytest.skip(f"needs namespaces: {run.stderr.strip()}")
    return run


def test_every_block_of_the_page_is_in_a_pair() -> None:
    assert len(FENCE.findall(MOVING_OVER)) == 2 * len(PAIRS) > 0


@pytest.mark.parametrize(("language", "before", "after"), PAIRS)
def test_after_does_what_before_did(tmp_path: Path, language: str, before: str, after: str) -> None:
    interpreter = INTERPRETERS[language]
    for program in {interpreter[0], *(["curl"] if language == "sh" else [])}:
        if shutil.which(program) is None:
            pytest.skip(f"needs {NEEDS.get(program, program)}: there is no program {program}")
    files = [tmp_path / f"{name}.{SUFFIXES[language]}" for name in ("before", "after")]
    for file, code in zip(files, (before, after)):
        file.write_text(code)
    script = "".join(
        f'{shlex.join(interpreter)} "${number}" >"${number}.out"\n' for number in (1, 2)
    )
    run = on_a_machine(*AGENT, "sh", "-e", "-c", script, "sh", *files)
    assert run.returncode == 0, run.stderr
    printed = [Path(f"{file}.out").read_text() for file in files]
    assert printed[0] == printed[1]
    assert "s3cret" in printed[0] or printed[0].startswith("Authorization: Bearer eyJ")
    # Both have done the whole handshake.
    for status in (401, 200):
        assert run.stderr.count(f"/oauth2/token {status} ") == 2, run.stderr


@pytest.mark.parametrize("code", README_BLOCKS)
def test_the_blocks_of_the_readme_run(tmp_path: Path, code: str) -> None:
    file = tmp_path / "block.py"
    file.write_text(code)
    arguments = ["https://my-vault.vault.azure.net", "my-secret"] if "sys.argv" in code else []
    if "def test_" in code:
        run = on_a_machine(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", file)
    else:
        run = on_a_machine(*AGENT, sys.executable, file, *arguments)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout
    assert "my-secret" not in code or run.stdout == "s3cret\n"


def test_the_blocks_of_the_page_are_typed(tmp_path: Path) -> None:
    files = []
    for number, code in enumerate(BLOCKS):
        files.append(tmp_path / f"block{number}.py")
        files[-1].write_text(code)
    # MSAL has no types.
    mypy = [sys.executable, "-m", "mypy", "--strict", "--disable-error-code=import-untyped"]
    run = subprocess.run([*mypy, *files], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.skipif(sys.version_info < (3, 10), reason="CPython 3.9 has older ones")
def test_the_versions_are_those_of_the_tests() -> None:
    assert f"**azure-identity {metadata.version('azure-identity')}**" in MOVING_OVER
    assert f"**MSAL for Python {metadata.version('msal')}**" in MOVING_OVER


def test_the_table_of_errors() -> None:
    _, section = MOVING_OVER.split("## Which error becomes which\n")
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    told = {what.strip(): [cell.strip() for cell in cells] for what, *cells in lines[2:]}
    run = on_a_machine(sys.executable, SOURCE / "tests/client_errors.py")
    assert run.returncode == 0, run.stderr
    assert told == json.loads(run.stdout)
