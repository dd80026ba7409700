"""azure-identity's own credentials beside those of this package, on one agent."""

import sys
from pathlib import Path

import pytest
from test_microsoft_clients import in_private_var_opt


def test_they_get_the_same_token() -> None:
    try:
        trial = in_private_var_opt("true")
    except FileNotFoundError as error:
        pytest.skip(f"needs namespaces: {error}")
    if trial.returncode != 0:
        pytest.skip(f"needs namespaces: {trial.stderr.strip()}")
    program = Path(__file__).with_name("azure_identity_program.py")
    run = in_private_var_opt(sys.executable, str(program))
    assert run.returncode == 0, run.stderr
    assert run.stdout == "8\n"
