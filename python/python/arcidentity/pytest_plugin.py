"""The pytest fixture `arc_emulator`: an Azure Arc agent for your tests, which fails when told to.

pytest finds it by itself where this package is installed. The plugin's name is `arcidentity`:
`-p no:arcidentity` leaves it out, and `-p arcidentity` brings it in where pytest looks for no
plugins (PYTEST_DISABLE_PLUGIN_AUTOLOAD). A complete example, with the code under test:

    import arcidentity
    import pytest
    from arcidentity.emulator import ArcEmulator


    def authorization() -> str:
        try:
            return "Bearer " + arcidentity.get_token("https://vault.azure.net").token
        except arcidentity.AccessDeniedError as error:
            raise SystemExit(f"cannot read the agent's key: {error.hint}") from error


    def test_the_token_is_for_key_vault(arc_emulator: ArcEmulator) -> None:
        assert authorization().startswith("Bearer eyJ")
        assert arc_emulator.requests[0].query["resource"] == "https://vault.azure.net"


    def test_a_missing_group_is_explained(arc_emulator: ArcEmulator) -> None:
        arc_emulator.fail_with(arcidentity.AccessDeniedError)
        with pytest.raises(SystemExit, match="cannot read the agent's key"):
            authorization()


    @pytest.mark.parametrize("reason", [arcidentity.UnavailableError, arcidentity.ServiceError])
    def test_other_failures_get_through(
        arc_emulator: ArcEmulator, reason: type[arcidentity.ArcError]
    ) -> None:
        arc_emulator.fail_with(reason)
        with pytest.raises(reason):
            authorization()
        arc_emulator.reset()
        assert authorization()

The mark `arc_emulator` has the arguments of `ArcEmulator`, such as `lenient`, `lifetime` and `like`, by
their names. Those of a test are added to those of its class and module:

    @pytest.mark.arc_emulator(lifetime=60)
    def test_tokens_end_soon(arc_emulator: ArcEmulator) -> None:
        token = arcidentity.get_token("https://vault.azure.net")
        assert token.expires_on - token.refresh_on <= 30

Programs with azure-identity, which reads keys where the agent has them and nowhere else, are started
with `arc_emulator.run([...])`. For tests that use it themselves run pytest as
`python -m arcidentity emulator -- python -m pytest`. Both are for Linux, in most places without root.
For one emulator in more than one test, write a fixture of your own with `ArcEmulator`.
"""

# The plugin is in each run of pytest, whatever its version: older ones do not tell their types.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from arcidentity.emulator import ArcEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["arc_emulator"]


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        "arc_emulator(lifetime, lenient, like, ...): the arguments of arc_emulator's ArcEmulator",
    )


@pytest.fixture
def arc_emulator(request: pytest.FixtureRequest) -> Iterator[ArcEmulator]:
    """Run an emulated Azure Arc agent, from which this test gets its tokens."""
    arguments: dict[str, Any] = {}
    # The closest one comes first, and has the last word.
    for mark in reversed(list(request.node.iter_markers("arc_emulator"))):
        if mark.args:
            wrong = ", ".join(map(repr, mark.args))
            raise pytest.UsageError(
                f"the mark arc_emulator has arguments with names only, not {wrong}"
            )
        arguments.update(mark.kwargs)
    with ArcEmulator(**arguments) as emulator:
        yield emulator
