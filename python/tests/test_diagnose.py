"""Reports of what a token needs."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable

import arcidentity
import pytest
from arcidentity.emulator import Emulator
from conftest import STORAGE, VAULT, connect, finish, in_place, interrupt, start, wait_for_request

MANAGEMENT = "https://management.azure.com/"


def failed(report: arcidentity.Report) -> list[str]:
    return [check.id for check in report.checks if check.outcome == "failed"]


def test_a_report_of_a_machine_that_has_all_it_needs(client: arcidentity.Client) -> None:
    report = client.diagnose(VAULT)
    assert report.ok
    assert report.error is None
    assert report.resource == VAULT
    assert failed(report) == []
    assert str(report).startswith(f"The agent gave a token for {VAULT}\n")
    assert not str(report).endswith("\n")
    assert repr(report) == f"<arcidentity.Report ok resource={VAULT}>"


def test_a_report_names_what_failed_and_what_mends_it(agent: Emulator) -> None:
    challenge = f"Basic realm={agent.key_directory}/gone.key"
    agent.respond(401, headers={"WWW-Authenticate": challenge}, times=None)
    report = connect(agent).diagnose(VAULT)
    assert not report.ok
    (check,) = [check for check in report.checks if check.outcome == "failed"]
    assert repr(check) == f"<arcidentity.Check {check.id} failed>"
    assert repr(report) == f"<arcidentity.Report failed={check.id} resource={VAULT}>"
    assert type(report.error) is arcidentity.AccessDeniedError
    assert check.remedy
    lines = str(report).splitlines()
    assert lines[0].startswith(f"No token for {VAULT} ")
    assert check.seen in lines[2]
    assert check.remedy[0] in lines[3]


@pytest.mark.parametrize(
    ("resource", "reported"),
    [(None, MANAGEMENT), (STORAGE, STORAGE), (f"{VAULT}/.default", VAULT)],
)
def test_the_resource(
    client: arcidentity.Client, agent: Emulator, resource: str | None, reported: str
) -> None:
    assert client.diagnose(resource).resource == reported
    assert agent.requests[-1].query["resource"] == reported


def test_a_resource_that_makes_no_sense_is_a_finding(client: arcidentity.Client) -> None:
    report = client.diagnose("a b")
    assert failed(report) == ["resource"]
    assert type(report.error) is arcidentity.InvalidArgumentError
    with pytest.raises(arcidentity.InvalidArgumentError):
        client.diagnose("\ud800")
    with pytest.raises(TypeError):
        client.diagnose(1)  # type: ignore[arg-type]


def test_json_and_attributes_say_the_same(client: arcidentity.Client) -> None:
    report = client.diagnose()
    document = json.loads(report.to_json())
    assert document["version"] == 1
    assert document["library"] == arcidentity.__version__
    assert (document["ok"], document["status"]) == (True, 0)
    assert document["resource"] == report.resource
    names = ["id", "title", "outcome", "seen", "remedy", "details"]
    assert document["checks"] == [
        {name: listed(getattr(check, name)) for name in names} for check in report.checks
    ]


def listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def test_details_are_facts_for_programs(client: arcidentity.Client, agent: Emulator) -> None:
    # The same answers, each after this many seconds.
    agent.respond(delay=0.05, times=None)
    checks = {check.id: check for check in client.diagnose(VAULT).checks}
    assert checks["token"].details["audience"] == VAULT
    assert type(checks["token"].details["expires_on"]) is int
    assert checks["handshake"].details["answer_ms"] >= 50
    compute = client.get_metadata()["compute"]
    assert checks["metadata"].details["name"] == compute["name"]
    checks["token"].details.clear()
    assert checks["token"].details


def test_a_report_cannot_be_changed_or_made(client: arcidentity.Client) -> None:
    report = client.diagnose(VAULT)
    for thing in [report, report.checks[0]]:
        for name in ["ok", "id", "other"]:
            with pytest.raises(AttributeError):
                setattr(thing, name, "x")
        with pytest.raises(TypeError):
            type(thing)()


def test_its_error_can_be_raised(client: arcidentity.Client, agent: Emulator) -> None:
    agent.close()
    report = client.diagnose(VAULT)
    assert failed(report) == ["port"]
    assert json.loads(report.to_json())["status"] == 3
    assert report.error is not None
    assert report.error.hint
    with pytest.raises(arcidentity.UnavailableError):
        raise report.error


def test_tokens_in_memory_are_neither_used_nor_changed(
    client: arcidentity.Client, agent: Emulator
) -> None:
    client.diagnose(VAULT)
    before = len(agent.requests)
    token = client.get_token(VAULT)
    assert len(agent.requests) == before + 2
    client.diagnose(VAULT)
    between = len(agent.requests)
    assert between > before + 2
    assert client.get_token(VAULT).token == token.token
    assert len(agent.requests) == between


def test_the_default_client_is_the_one_that_gets_tokens(agent: Emulator) -> None:
    code = """
import arcidentity, os
from arcidentity import _native

def report(call):
    print(type(call().error).__name__)

report(arcidentity.diagnose)
arcidentity.get_metadata()
# From here on there is a client, whatever the environment says.
os.environ["IDENTITY_ENDPOINT"] = "http://example.com"
report(arcidentity.diagnose)
_native.replace_default_client(arcidentity.Client("http://127.0.0.1:1", max_attempts=1))
report(arcidentity.diagnose)
report(_native.default_client().diagnose)
"""
    shown = finish(start(agent, code, in_place(agent))).split()
    assert shown == ["NoneType", "NoneType", "UnavailableError", "UnavailableError"]


def test_an_endpoint_that_is_not_on_this_machine_is_a_finding(agent: Emulator) -> None:
    code = f"""
import arcidentity
from arcidentity import _native
for report in [arcidentity.diagnose({VAULT!r}), _native.default_client().diagnose({VAULT!r})]:
    print(*[check.id for check in report.checks if check.outcome == "failed"])
    print(type(report.error).__name__, "example.com" in str(report))
"""
    elsewhere = "http://example.com/metadata/identity/oauth2/token"
    shown = finish(start(agent, code, IDENTITY_ENDPOINT=elsewhere)).splitlines()
    assert shown == ["endpoint", "UntrustedAgentError True"] * 2
    assert agent.requests == []


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("call", ["client.diagnose()", "arcidentity.diagnose()"])
def test_ctrl_c_ends_it(agent: Emulator, call: str) -> None:
    agent.respond(delay=3600, times=None)
    code = f"""
import arcidentity, sys
client = arcidentity.Client(key_directory=sys.argv[1], timeout=3000)
{call}
"""
    program = start(agent, code)
    wait_for_request(agent, program)
    assert interrupt(program).endswith("KeyboardInterrupt\n")
    # What else it would have asked.
    assert len(agent.requests) == 1


def test_other_threads_go_on(agent: Emulator) -> None:
    agent.respond(delay=3600, times=None)
    reports = []
    thread = threading.Thread(target=lambda: reports.append(connect(agent).diagnose(VAULT)))
    thread.start()
    wait_for_request(agent)
    # The other one still waits for its first answer.
    assert len(agent.requests) == 1
    agent.close()
    thread.join()
    assert not reports[0].ok


@pytest.mark.parametrize("show", [str, repr, arcidentity.Report.to_json])
def test_no_report_shows_a_token(
    client: arcidentity.Client, show: Callable[[arcidentity.Report], str]
) -> None:
    secret = client.get_token(VAULT).token.rpartition(".")[2]
    report = client.diagnose(VAULT)
    assert report.ok
    assert secret not in show(report)
    assert secret not in str([check.details for check in report.checks])
