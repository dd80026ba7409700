"""Emulators that play an agent of which there is a report."""

import json
import re
import urllib.request
from pathlib import Path

import arcidentity
import pytest
from arcidentity.emulator import ArcEmulator, Emulator
from conftest import VAULT, connect

# Those of the environment see nothing of this machine.
WITHOUT_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))

REPORT = {"survey": 1, "machine": {"agent_version": "1.99.1"}}


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.json"
    file.write_text(json.dumps(REPORT))
    return file


def version(agent: Emulator) -> object:
    with WITHOUT_PROXY.open(f"{agent.imds_endpoint}/agentstatus") as answer:
        return json.load(answer)["agentVersion"]


def test_it_does_what_the_report_says(report: Path) -> None:
    with Emulator(like=report) as agent:
        assert version(agent) == "1.99.1"
        assert connect(agent).get_token(VAULT).token
    with Emulator() as agent:
        assert version(agent) != "1.99.1"


def test_it_does_so_after_a_restart_without_the_file(report: Path) -> None:
    with ArcEmulator(like=str(report), lifetime=60) as agent:
        assert version(agent) == "1.99.1"
        report.unlink()
        agent.fail_with(arcidentity.UnavailableError)
        agent.reset()
        assert version(agent) == "1.99.1"
        token = arcidentity.get_token(VAULT)
        assert token.expires_on - token.refresh_on <= 30


def test_what_is_no_report_is_an_error_that_names_the_file(report: Path) -> None:
    for text in (b"{}", b"no JSON", b'{"survey": 99}'):
        report.write_bytes(text)
        with pytest.raises(ValueError, match=rf"{re.escape(str(report))}: .*report on an agent"):
            Emulator(like=report)
    report.write_bytes(b"\xff")
    with pytest.raises(ValueError, match=re.escape(str(report))):
        Emulator(like=report)
    report.unlink()
    for kind in (Emulator, ArcEmulator):
        with pytest.raises(FileNotFoundError, match=re.escape(str(report))) as missing:
            kind(like=report)
        assert missing.value.filename == str(report)
