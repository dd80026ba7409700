"""Pools of 64 workers get their tokens with one handshake for each process."""

import asyncio
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import arcidentity
import pytest
from arcidentity.azure import ArcCredential, aio
from arcidentity.emulator import Emulator
from azure.core.credentials import AccessToken
from azure_credentials import SCOPE
from conftest import PATIENCE
from pool_worker import WORKERS


def handshakes(agent: Emulator) -> int:
    statuses = [request.status for request in agent.requests]
    assert statuses.count(401) == statuses.count(200) == len(statuses) / 2
    return statuses.count(200)


def test_threads(client: arcidentity.Client, agent: Emulator) -> None:
    credential = ArcCredential(client)
    everybody = threading.Barrier(WORKERS)

    def ask(_number: int) -> AccessToken:
        everybody.wait(PATIENCE)
        return credential.get_token(SCOPE)

    with ThreadPoolExecutor(WORKERS) as pool:
        assert len(set(pool.map(ask, range(WORKERS)))) == 1
    assert handshakes(agent) == 1


def test_tasks(client: arcidentity.Client, agent: Emulator) -> None:
    async def main() -> list[AccessToken]:
        credential = aio.ArcCredential(client)
        return await asyncio.gather(*(credential.get_token(SCOPE) for _ in range(WORKERS)))

    assert len(set(asyncio.run(main()))) == 1
    assert handshakes(agent) == 1


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes(agent: Emulator, method: str) -> None:
    if method == "fork" and sys.platform == "win32":
        pytest.skip("no fork on this system")
    program = Path(__file__).with_name("pool_worker.py")
    pool = subprocess.run(
        [sys.executable, program, method, agent.endpoint, agent.key_directory],
        capture_output=True,
        text=True,
        check=False,
    )
    assert pool.returncode == 0, pool.stderr
    assert json.loads(pool.stdout) == {"processes": WORKERS, "tokens": 1}
    assert handshakes(agent) == WORKERS
