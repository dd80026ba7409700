"""The pytest plugin, in runs of pytest such as users have."""

import inspect
import re
import subprocess
import sys
from importlib import metadata

import pytest
from arcidentity import pytest_plugin
from conftest import SOURCE

pytest_plugins = "pytester"


@pytest.fixture
def example(pytester: pytest.Pytester) -> None:
    """The program in the plugin's documentation, as a file of tests."""
    text = inspect.getdoc(pytest_plugin) or ""
    code = [line for line in text.splitlines() if line.startswith("    ") or not line]
    pytester.makepyfile(test_example="\n".join(code))


def passed(pytester: pytest.Pytester, *options: str) -> int:
    """How many tests a run of pytest counts; all must pass, without a warning."""
    result = pytester.runpytest_subprocess(*options)
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}, result.stdout.str()
    return outcomes["passed"]


@pytest.mark.usefixtures("example")
def test_the_example_passes(pytester: pytest.Pytester) -> None:
    assert passed(pytester) == 5


def test_the_example_of_the_readme_passes(pytester: pytest.Pytester) -> None:
    examples = re.findall(r"```python\n(.*?)```", (SOURCE / "README.md").read_text(), re.DOTALL)
    (code,) = (code for code in examples if "arc_emulator" in code)
    pytester.makepyfile(test_readme=code)
    assert passed(pytester) == 2


@pytest.mark.usefixtures("example")
def test_workers_have_an_emulator_each(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    assert passed(pytester, "-n", "2") == 5


@pytest.mark.usefixtures("example")
def test_without_the_plugin_there_is_no_fixture(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("-p", "no:arcidentity")
    result.assert_outcomes(errors=5)
    result.stdout.fnmatch_lines(["*fixture 'arc_emulator' not found*"])


@pytest.mark.usefixtures("example")
def test_where_no_plugins_are_looked_for_it_is_named(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.runpytest_subprocess().assert_outcomes(errors=5)
    assert passed(pytester, "-p", "arcidentity") == 5


def test_the_mark_has_the_arguments(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import arcidentity
        import pytest

        pytestmark = pytest.mark.arc_emulator(lenient=True)

        def test_lenient(arc_emulator):
            assert arcidentity.get_token("https://my-vault.vault.azure.net").token

        @pytest.mark.arc_emulator(lifetime=60)
        def test_lenient_and_short(arc_emulator):
            token = arcidentity.get_token("https://my-vault.vault.azure.net")
            assert token.expires_on - token.refresh_on <= 30

        @pytest.mark.arc_emulator(lenient=False)
        def test_the_closest_mark_counts(arc_emulator):
            with pytest.raises(arcidentity.RefusedError):
                arcidentity.get_token("https://my-vault.vault.azure.net")
    """)
    assert passed(pytester, "--strict-markers") == 3


def test_the_mark_may_name_a_report(pytester: pytest.Pytester) -> None:
    pytester.makefile(".json", report='{"survey": 1, "machine": {"agent_version": "1.99.1"}}')
    pytester.makepyfile("""
        import json
        import urllib.request
        import pytest

        @pytest.mark.arc_emulator(like="report.json")
        def test_version(arc_emulator):
            without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with without_proxy.open(arc_emulator.imds_endpoint + "/agentstatus") as answer:
                assert json.load(answer)["agentVersion"] == "1.99.1"
    """)
    assert passed(pytester) == 1


def test_an_argument_of_the_mark_without_a_name_is_an_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.arc_emulator(60)
        def test_short(arc_emulator):
            pass
    """)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the mark arc_emulator has arguments with names only, not 60"])


def test_asynchronous_tests_have_it_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import arcidentity
        import httpx
        import pytest
        from arcidentity.azure.aio import ArcCredential

        pytestmark = pytest.mark.anyio

        async def test_a_credential(arc_emulator):
            token = await ArcCredential().get_token("https://vault.azure.net/.default")
            assert token.token == arcidentity.get_token("https://vault.azure.net").token
            assert len(arc_emulator.requests) == 2

        async def test_a_request(arc_emulator):
            arc_emulator.fail_with(arcidentity.ServiceError)
            async with httpx.AsyncClient(auth=arcidentity.BearerAuth("https://x")) as client:
                with pytest.raises(arcidentity.ServiceError):
                    await client.get("https://127.0.0.1:1")
    """)
    # On asyncio and trio.
    assert passed(pytester) == 4


def test_other_tests_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import os
        import arcidentity
        import pytest

        ENVIRONMENT = dict(os.environ)
        CREDENTIAL = arcidentity.BearerAuth("https://vault.azure.net")

        def test_before():
            arcidentity._native.replace_default_client(arcidentity.Client("http://127.0.0.1:1"))
            with pytest.raises(arcidentity.UnavailableError):
                arcidentity.get_token("https://vault.azure.net")

        @pytest.mark.parametrize("number", range(2))
        def test_with_an_emulator(arc_emulator, number):
            assert arcidentity.get_token("https://vault.azure.net")
            assert len(arc_emulator.requests) == 2

        def test_after():
            assert {**os.environ, "PYTEST_CURRENT_TEST": ""} == {**ENVIRONMENT, "PYTEST_CURRENT_TEST": ""}
            os.environ["IDENTITY_ENDPOINT"] = os.environ["IMDS_ENDPOINT"] = "http://127.0.0.1:1"
            with pytest.raises(arcidentity.UnavailableError):
                arcidentity.get_token("https://vault.azure.net")
    """)
    assert passed(pytester) == 4


def test_pytest_finds_it() -> None:
    points = metadata.distribution("arcidentity").entry_points
    (entry,) = (point for point in points if point.group == "pytest11")
    assert entry.load() is pytest_plugin


@pytest.mark.usefixtures("example")
def test_an_older_pytest_loads_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as the one of RHEL 9: all runs of pytest would end where the plugin cannot be loaded."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    code = """
import pytest
for name in ["Config", "FixtureRequest", "Parser", "Metafunc", "Stash"]:
    delattr(pytest, name)
raise SystemExit(pytest.main(["-p", "arcidentity"]))
"""
    result = pytester.run(sys.executable, "-c", code)
    result.assert_outcomes(passed=5)


def test_loading_it_loads_little() -> None:
    code = """
import pytest, sys
before = set(sys.modules)
import arcidentity.pytest_plugin
print(*set(sys.modules) - before)
"""
    command = [sys.executable, "-I", "-c", code]
    assert set(subprocess.check_output(command, text=True).split()) == {
        "arcidentity",
        "arcidentity._child_settings",
        "arcidentity._errors",
        "arcidentity._native",
        "arcidentity.emulator",
        "arcidentity.pytest_plugin",
    }
