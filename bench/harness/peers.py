"""Other clients of the agent, from their registries. What cannot be had here is left out, with the reason."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from harness.places import BENCH, made
from harness.program import Built, Program, Size, Whose
from harness.python import Environment
from harness.shell import Failed, run

PEERS = BENCH / "peers"
RESOURCE = "https://vault.azure.net"
# What is said of peers that no registry of a language has.
ELSEWHERE = [("azure-identity for C++", "comes with vcpkg only, which the benchmark does not use")]

MSAL_TOKEN = f"""
import msal, requests
client = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=requests.Session())
print(client.acquire_token_for_client(resource="{RESOURCE}")["access_token"])
"""
AZURE_IDENTITY_TOKEN = f"""
from azure.identity import ManagedIdentityCredential
print(ManagedIdentityCredential().get_token("{RESOURCE}/.default").token)
"""


def build() -> Built:
    built = Built(absent=list(ELSEWHERE))
    parts: list[tuple[str, Callable[[], Built]]] = [
        ("MSAL for Python", _msal),
        ("azure-identity for Python", _azure_identity),
        ("azure_identity for Rust", _rust),
        ("@azure/identity for Node", _node),
    ]
    for name, part in parts:
        print(f"  {name}", file=sys.stderr)
        try:
            built.add(part())
        except Failed as error:
            built.absent.append((name, str(error).splitlines()[-1]))
    return built


def _peer(name: str, command: list[str | Path], actions: set[str], **more: object) -> Program:
    words = tuple(str(word) for word in command)
    return Program(name, Whose.PEER, words, frozenset(actions), keeps_connection=True, **more)  # type: ignore[arg-type]


def _pinned(*names: str) -> list[str]:
    lines = (PEERS / "requirements.txt").read_text().splitlines()
    return [line for line in lines if line.split("==")[0] in names]


def _environment(name: str, *packages: str) -> tuple[Environment, Size]:
    environment = Environment(name)
    environment.install(*_pinned(*packages))
    note = f"{len(environment.packages())} packages"
    return environment, Size(f"{name} for Python, installed", Whose.PEER, environment.bytes(), note)


def _msal() -> Built:
    environment, size = _environment("MSAL", "msal", "requests")
    python = environment.python
    program = _peer(
        "MSAL Python",
        [python, PEERS / "msal_client.py", "client"],
        {"new", "same", "cached", "threads", "beside"},
        start=(str(python), "-c", MSAL_TOKEN),
        started="start-python",
    )
    return Built([program], [size])


def _azure_identity() -> Built:
    environment, size = _environment("azure-identity", "azure-identity", "azure-core", "aiohttp")
    python = environment.python
    script = PEERS / "azure_identity_client.py"
    programs = [
        _peer(
            "azure-identity Python",
            [python, script, "credential"],
            {"new", "same", "cached", "threads", "beside"},
            start=(str(python), "-c", AZURE_IDENTITY_TOKEN),
            started="start-python",
        ),
        _peer(
            "azure-identity Python, aio",
            [python, script, "asynchronous"],
            {"new", "same", "cached", "beside"},
        ),
    ]
    return Built(programs, [size])


def _rust() -> Built:
    target = made("peers-rust")
    env = os.environ | {"CARGO_TARGET_DIR": str(target)}
    run(["cargo", "build", "--release"], cwd=PEERS / "rust", env=env)
    command = target / "release/bench-azure-identity"
    program = _peer(
        "azure_identity Rust",
        [command],
        {"new", "same", "cached", "threads", "beside"},
        start=(str(command), "token"),
        counted=True,
    )
    return Built(
        [program], [Size("azure_identity for Rust, in a program", Whose.PEER, command.stat().st_size)]
    )


def _node() -> Built:
    directory = made("node")
    for file in ("package.json", "identity.js"):
        shutil.copy2(PEERS / "node" / file, directory)
    run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=directory)
    script = directory / "identity.js"
    program = _peer(
        "@azure/identity Node",
        ["node", script],
        {"new", "same", "cached", "beside"},
        start=("node", str(script), "token"),
    )
    modules = directory / "node_modules"
    packages = json.loads((modules / ".package-lock.json").read_text())["packages"]
    size = Size(
        "@azure/identity for Node, installed",
        Whose.PEER,
        sum(file.stat().st_size for file in modules.rglob("*") if file.is_file()),
        f"{len(packages)} packages",
    )
    return Built([program], [size])
