"""Runs the scripts of docs/recipes.md on a machine where the services that they speak to are.

    python recipes.py --scripts DIRECTORY --azurite NODE_MODULES

Each directory below DIRECTORY holds a script `run`, which is started there. What it prints is left in
`stdout` and `stderr` beside it, and its exit status in `status`. The machine is that of machine.py, with
an agent in its own place, which is the emulator of the `arcidentity` in PATH. Every program trusts the
services.

Ends with 77 where the system forbids such machines.
"""

import argparse
import base64
import contextlib
import os
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import trustme

sys.path.append(str(Path(__file__).parents[1] / "clients"))

import azurite

import kafka
import machine
import postgresql
import repository
from json_api import JsonApi
from keyvault import KeyVault
from server import Server, Service
from stream import StreamServer

VAULT = "my-vault.vault.azure.net"
RESOURCE_MANAGER = "management.azure.com"
DEVOPS = "dev.azure.com"
CLUSTER = "my-cluster-dns.hcp.westeurope.azmk8s.io"
DATABASE = "my-server.postgres.database.azure.com"
HUBS = "my-hubs.servicebus.windows.net"
ACCOUNT, CONTAINER = "myaccount", "mycontainer"
STORAGE = [f"{ACCOUNT}.blob.core.windows.net", f"{ACCOUNT}.dfs.core.windows.net"]

NAMES = [VAULT, RESOURCE_MANAGER, DEVOPS, CLUSTER, DATABASE, HUBS]
# Each has an address of its own, and the two of Storage one together.
ADDRESSES = {name: f"127.0.0.{number}" for number, name in enumerate(NAMES, 10)}
STORAGE_ADDRESS = "127.0.0.30"

SUBSCRIPTION = "33333333-3333-3333-3333-333333333333"
REPOSITORY = "/my-organization/my-project/_git/my-repository"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


def web(directory: Path) -> dict[str, Service]:
    """The services that speak HTTP."""
    subscription = {
        "id": f"/subscriptions/{SUBSCRIPTION}",
        "subscriptionId": SUBSCRIPTION,
        "tenantId": "22222222-2222-2222-2222-222222222222",
        "displayName": "My subscription",
        "state": "Enabled",
    }
    namespaces = {
        "kind": "NamespaceList",
        "apiVersion": "v1",
        "items": [{"metadata": {"name": "default"}}],
    }
    return {
        VAULT: KeyVault({"my-secret": "s3cret"}),
        RESOURCE_MANAGER: JsonApi(
            {"/subscriptions": {"value": [subscription]}},
            "https://management.azure.com",
            "https://management.azure.com/",
            "https://management.core.windows.net/",
        ),
        DEVOPS: repository.Repository(REPOSITORY, bare_repository(directory / "repository")),
        CLUSTER: JsonApi(
            {"/api/v1/namespaces": namespaces}, "6dae42f8-4368-4678-94ff-3960e28e3630"
        ),
    }


def bare_repository(directory: Path) -> Path:
    """A repository with one commit, as it is served without a program of git."""
    work, bare = directory / "work", directory / "bare"
    identity = ["-c", "user.name=A user", "-c", "user.email=user@example.com"]
    commands: list[list[str | Path]] = [
        ["init", "--quiet", "--initial-branch=main", work],
        ["-C", work, *identity, "commit", "--quiet", "--allow-empty", "--message=First"],
        ["clone", "--quiet", "--bare", work, bare],
        ["-C", bare, "update-server-info"],
    ]
    for arguments in commands:
        subprocess.run(["git", *arguments], check=True)
    return bare


def tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


@contextlib.contextmanager
def services(authority: trustme.CA, directory: Path) -> Iterator[None]:
    with contextlib.ExitStack() as started:
        for name, service in web(directory).items():
            started.enter_context(
                Server(service, name=name, address=ADDRESSES[name], port=443, authority=authority)
            )
        database = (ADDRESSES[DATABASE], 5432)
        started.enter_context(
            StreamServer(postgresql.session, database, tls(authority, DATABASE), postgresql.prelude)
        )
        broker = kafka.Kafka(HUBS, 9093, ["readings"])
        started.enter_context(StreamServer(broker, (ADDRESSES[HUBS], 9093), tls(authority, HUBS)))
        yield


@contextlib.contextmanager
def storage(authority: trustme.CA, directory: Path, modules: Path) -> Iterator[None]:
    """Azurite with an account that has a container."""
    certificate, key = directory / "storage.pem", directory / "storage-key.pem"
    issued = authority.issue_cert(*STORAGE)
    issued.private_key_pem.write_to_path(str(key))
    issued.cert_chain_pems[0].write_to_path(str(certificate))
    command = azurite.blob_command(modules, certificate, key, STORAGE_ADDRESS, 443)
    accounts = {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{base64.b64encode(b'unused').decode()}"}
    with azurite.started(command, directory, 1, os.environ | accounts):
        azurite.make_container(f"https://{STORAGE[0]}", CONTAINER, Path(CERTIFICATES))
        yield


def trust(authority: trustme.CA, directory: Path) -> None:
    """Makes every program trust the services: some read no variable."""
    file = directory / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    subprocess.run(["mount", "--bind", file, CERTIFICATES], check=True)


@contextlib.contextmanager
def agent() -> Iterator[None]:
    """An agent at its own port; nothing in the environment tells of it."""
    emulator = ["arcidentity", "emulator", "--port", "40342"]
    with subprocess.Popen(emulator, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        if not any(line.startswith("Key files are in ") for line in running.stderr):
            sys.exit("the emulator does not start")
        # Nobody reads what it says of requests, and it is not to wait for that.
        threading.Thread(target=running.stderr.read).start()
        try:
            yield
        finally:
            running.terminate()


def run(script: Path) -> None:
    """Runs a script as in a shell that knows of no agent."""
    directory = script.parent
    environment = machine.environment(CERTIFICATES) | {"HOME": str(directory)}
    with (directory / "stdout").open("wb") as out, (directory / "stderr").open("wb") as err:
        nothing = subprocess.DEVNULL
        ended = subprocess.run(
            [script],
            cwd=directory,
            env=environment,
            stdin=nothing,
            stdout=out,
            stderr=err,
            check=False,
        )
    (directory / "status").write_text(str(ended.returncode))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(machine.INSIDE, action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--scripts", type=Path, required=True, metavar="DIRECTORY")
    parser.add_argument("--azurite", type=Path, required=True, metavar="NODE_MODULES")
    chosen = parser.parse_args()
    if not chosen.inside:
        machine.enter()

    authority = trustme.CA()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as started:
        directory = Path(name)
        machine.furnish(directory, ADDRESSES | dict.fromkeys(STORAGE, STORAGE_ADDRESS))
        trust(authority, directory)
        started.enter_context(services(authority, directory))
        started.enter_context(storage(authority, directory, chosen.azurite))
        started.enter_context(agent())
        # Most of them wait most of the time.
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(run, sorted(chosen.scripts.glob("*/run"))))


if __name__ == "__main__":
    main()
