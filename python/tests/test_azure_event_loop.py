"""The credential for asynchronous clients: event loops that go on, and tasks that are cancelled."""

import asyncio
import gc
import logging
import multiprocessing
import os
import subprocess
import threading
import time
import traceback
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import arcidentity
import pytest
import trio
from arcidentity._native import replace_default_client
from arcidentity.azure.aio import ArcCredential
from arcidentity.emulator import Emulator
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure_credentials import SCOPE
from conftest import PATIENCE, STORAGE, connect, start, wait_for_request
from gate import Gate

TASKS = 64

T = TypeVar("T")


def request_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "arcidentity"]


def join_request_threads() -> None:
    for thread in request_threads():
        thread.join(PATIENCE)
        assert not thread.is_alive()


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run an event loop."""
    return asyncio.run(asyncio.wait_for(main, PATIENCE))


async def until_asked(gate: Gate) -> None:
    """Let the other tasks run until the agent has a request, and then for a while."""
    while not gate.asked.is_set():
        await asyncio.sleep(0)
    for _ in range(100):
        await asyncio.sleep(0)


async def tokens_of(credential: ArcCredential, tasks: int = TASKS) -> set[AccessToken]:
    return set(await asyncio.gather(*(credential.get_token(SCOPE) for _ in range(tasks))))


def test_the_event_loop_goes_on_while_the_agent_is_slow() -> None:
    async def main() -> AccessToken:
        task = asyncio.create_task(ArcCredential(gate.client()).get_token(SCOPE))
        await until_asked(gate)
        assert not task.done()
        gate.opened.set()
        return await task

    with Gate() as gate:
        assert run(main()).token == "a-token"


def test_tasks_share_one_request_and_few_threads() -> None:
    async def main() -> None:
        tasks = asyncio.create_task(tokens_of(ArcCredential(gate.client())))
        await until_asked(gate)
        assert len(request_threads()) <= 2
        gate.opened.set()
        assert len(await tasks) == 1

    with Gate() as gate:
        run(main())
        assert len(gate.requests) == 1


def test_tasks_with_a_credential_each_share_their_threads() -> None:
    async def main() -> None:
        asked = [asyncio.create_task(ArcCredential().get_token(SCOPE)) for _ in range(TASKS)]
        await until_asked(gate)
        assert len(request_threads()) <= 2
        gate.opened.set()
        assert len(set(await asyncio.gather(*asked))) == 1

    with Gate() as gate:
        replace_default_client(gate.client())
        try:
            run(main())
        finally:
            replace_default_client(None)


def test_tasks_with_claims_share_one_request_too() -> None:
    async def main() -> None:
        credential = ArcCredential(gate.client())
        asked = [
            asyncio.create_task(credential.get_token(SCOPE, claims="{}")) for _ in range(TASKS)
        ]
        await until_asked(gate)
        gate.opened.set()
        assert len(set(await asyncio.gather(*asked))) == 1

    with Gate() as gate:
        run(main())
        assert len(gate.requests) == 1
        assert "bypass_cache=true" in gate.requests[0]


def test_event_loops_in_threads_share_one_request() -> None:
    with Gate() as gate, ThreadPoolExecutor(4) as pool:
        credential = ArcCredential(gate.client())
        running = [pool.submit(run, tokens_of(credential)) for _ in range(4)]
        assert gate.asked.wait(PATIENCE)
        gate.opened.set()
        assert len(set.union(*(run.result(PATIENCE) for run in running))) == 1
        assert len(gate.requests) == 1


def test_a_hanging_resource_delays_no_other(client: arcidentity.Client, agent: Emulator) -> None:
    async def main() -> None:
        credential = ArcCredential(client)
        hanging = asyncio.create_task(credential.get_token(STORAGE))
        while not agent.requests:
            await asyncio.sleep(0)
        assert await credential.get_token(SCOPE)
        assert not hanging.done()

    agent.respond(delay=3600)
    run(main())


def test_one_cancelled_task_takes_the_token_from_no_other() -> None:
    async def main() -> None:
        credential = ArcCredential(gate.client())
        tasks = [asyncio.create_task(credential.get_token(SCOPE)) for _ in range(TASKS)]
        await until_asked(gate)
        # The first one started the request.
        assert tasks[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]
        gate.opened.set()
        assert len(set(await asyncio.gather(*tasks[1:]))) == 1

    with Gate() as gate:
        run(main())
        assert len(gate.requests) == 1


def test_what_a_cancelled_task_asked_for_is_remembered() -> None:
    async def cancelled(credential: ArcCredential) -> None:
        task = asyncio.create_task(credential.get_token(SCOPE))
        await until_asked(gate)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with Gate() as gate:
        credential = ArcCredential(gate.client())
        run(cancelled(credential))
        gate.opened.set()
        join_request_threads()
        assert {token.token for token in run(tokens_of(credential))} == {"a-token"}
        assert len(gate.requests) == 1


def outcome(program: subprocess.Popen[str], input: str) -> tuple[int, str, str]:
    """How a program ends that reads this, and what it has written."""
    try:
        output, errors = program.communicate(input, timeout=PATIENCE)
    finally:
        program.kill()
    return program.returncode, output, errors


@pytest.mark.parametrize("ending", ["pass", "await cancel(tasks)"], ids=["ended", "cancelled"])
def test_a_program_ends_at_once_and_quietly_while_tasks_wait(agent: Emulator, ending: str) -> None:
    agent.respond(delay=3600)
    code = f"""
import asyncio, sys, warnings
from arcidentity.azure.aio import ArcCredential
warnings.simplefilter("error")

async def cancel(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)

async def main():
    credential = ArcCredential(key_directory=sys.argv[1], timeout=3000)
    tasks = [asyncio.create_task(credential.get_token({SCOPE!r})) for _ in range({TASKS})]
    await asyncio.sleep(0)
    await asyncio.to_thread(sys.stdin.readline)
    {ending}
    print("ending")

asyncio.run(main())
"""
    program = start(agent, code)
    wait_for_request(agent, program)
    assert outcome(program, "\n") == (0, "ending\n", "")


def test_a_program_may_end_just_as_an_answer_comes(agent: Emulator) -> None:
    code = """
import asyncio, sys
from arcidentity.azure.aio import ArcCredential

async def main():
    credential = ArcCredential(key_directory=sys.argv[1])
    for number in range(32):
        asyncio.create_task(credential.get_token("https://service.example/%d" % number))
    await asyncio.sleep(float(sys.stdin.readline()))

asyncio.run(main())
"""
    for delay in ("0", "0.002", "0.004"):
        assert outcome(start(agent, code), delay) == (0, "", "")


def test_an_event_loop_may_be_closed_while_a_request_runs(caplog: pytest.LogCaptureFixture) -> None:
    with Gate() as gate, caplog.at_level(logging.DEBUG):
        credential = ArcCredential(gate.client())
        loop = asyncio.new_event_loop()
        task = loop.create_task(credential.get_token(SCOPE))
        loop.run_until_complete(until_asked(gate))
        loop.close()
        gate.opened.set()
        join_request_threads()
        assert not task.done()
        del task, loop
        gc.collect()
        assert run(tokens_of(credential))
        assert len(gate.requests) == 1
    said = [record.message for record in caplog.records if record.levelno > logging.DEBUG]
    # By asyncio, about the task that was left behind.
    assert [line for line in said if not line.startswith("Task was destroyed")] == []


def test_all_who_wait_get_the_error_with_a_traceback_of_their_own() -> None:
    async def main() -> None:
        credential = ArcCredential(gate.client())
        tasks = [asyncio.create_task(credential.get_token(SCOPE)) for _ in range(TASKS)]
        await until_asked(gate)
        gate.opened.set()
        errors = await asyncio.gather(*tasks, return_exceptions=True)
        assert len(set(map(id, errors))) == TASKS
        for error in errors:
            assert type(error) is ClientAuthenticationError
            assert type(error.__cause__) is arcidentity.RefusedError
            assert len(traceback.extract_tb(error.__cause__.__traceback__)) < 10

    with Gate(400, {"error": "no"}) as gate:
        run(main())
        assert len(gate.requests) <= 2


def test_an_error_leaves_nothing_to_the_garbage_collector(agent: Emulator) -> None:
    async def main() -> None:
        with suppress(ClientAuthenticationError):
            await ArcCredential(connect(agent)).get_token(SCOPE)

    agent.respond(400, {"error": "no"}, times=None)
    gc.collect()
    gc.disable()
    try:
        asyncio.run(main())
        join_request_threads()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        assert [left for left in gc.garbage if isinstance(left, arcidentity.ArcError)] == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def test_whoever_comes_second_gets_the_old_token_while_the_first_renews_it(
    client: arcidentity.Client,
) -> None:
    class Renewing:
        """A client that is asked in the time when one caller renews and the others need not wait."""

        def __init__(self) -> None:
            self.renewing = threading.Lock()
            self.renewed = threading.Event()
            self._access_tokens: dict[str, tuple[str, int]] = {}

        def get_token(self, resource: str, *, force_refresh: bool = False) -> arcidentity.Token:
            if self.renewing.acquire(blocking=False):
                assert self.renewed.wait(PATIENCE)
            return client.get_token(resource)

        def _cached_token(self, _resource: str) -> None:
            return None

    async def main() -> None:
        renewing = Renewing()
        credential = ArcCredential(renewing)  # type: ignore[arg-type]
        first = asyncio.create_task(credential.get_token(SCOPE))
        while not renewing.renewing.locked():
            await asyncio.sleep(0)
        assert len(await tokens_of(credential)) == 1
        assert not first.done()
        renewing.renewed.set()
        await first

    run(main())


def test_a_token_in_memory_needs_no_thread(
    client: arcidentity.Client, agent: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        credential = ArcCredential(client)
        first = await credential.get_token(SCOPE)
        with monkeypatch.context() as patched:
            patched.delattr(threading.Thread, "start")
            assert await tokens_of(credential) == {first}
        assert len(agent.requests) == 2

    run(main())


def test_where_no_thread_can_start_the_error_is_the_sdks(client: arcidentity.Client) -> None:
    credential = ArcCredential(client)
    # More than there is.
    before = threading.stack_size(1 << 46)
    try:
        for _ in range(3):
            with pytest.raises(ClientAuthenticationError) as caught:
                run(tokens_of(credential, 1))
    finally:
        threading.stack_size(before)
    assert "no thread to ask the agent: can't start new thread" in caught.value.message
    assert "Hint: raise the limit of threads" in caught.value.message
    assert isinstance(caught.value.__cause__, arcidentity.ArcError)
    assert isinstance(caught.value.__cause__.__cause__, RuntimeError)
    assert run(tokens_of(credential, 1))


def test_trio() -> None:
    async def main() -> None:
        credential = ArcCredential(gate.client())
        tokens = []

        async def ask() -> None:
            tokens.append(await credential.get_token(SCOPE))

        with trio.CancelScope() as scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(ask)
                while not gate.asked.is_set():
                    await trio.lowlevel.checkpoint()
                scope.cancel()
        assert tokens == []
        async with trio.open_nursery() as nursery:
            for _ in range(TASKS):
                nursery.start_soon(ask)
            for _ in range(10):
                await trio.lowlevel.checkpoint()
            gate.opened.set()
        assert len(tokens) == TASKS
        assert len(set(tokens)) == 1
        assert len(gate.requests) == 1

    async def limited() -> None:
        with trio.fail_after(PATIENCE):
            await main()

    with Gate() as gate:
        trio.run(limited)


def test_trio_may_end_while_a_request_runs(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(credential.get_token, SCOPE)
                while not gate.asked.is_set():
                    await trio.lowlevel.checkpoint()
                scope.cancel()

    with Gate() as gate:
        credential = ArcCredential(gate.client())
        trio.run(main)
        gate.opened.set()
        join_request_threads()
    assert caplog.text == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_forked_while_tasks_wait_asks_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    # As the first process of a PID namespace that makes another one.
    monkeypatch.setattr(os, "getpid", lambda: 1)

    def in_child() -> None:
        assert len(run(tokens_of(credential))) == 1

    with Gate() as gate, ThreadPoolExecutor(1) as pool:
        credential = ArcCredential(gate.client())
        waiting = pool.submit(run, tokens_of(credential))
        assert gate.asked.wait(PATIENCE)
        while len(request_threads()) < 2:
            time.sleep(0.01)
        child = multiprocessing.get_context("fork").Process(target=in_child)
        child.start()
        try:
            end = time.monotonic() + PATIENCE
            while len(gate.requests) < 2:
                assert child.exitcode is None
                assert time.monotonic() < end, "the child did not ask"
                time.sleep(0.01)
            gate.opened.set()
            child.join(PATIENCE)
            assert child.exitcode == 0
        finally:
            child.kill()
        assert len(waiting.result(PATIENCE)) == 1
        assert len(gate.requests) == 2
