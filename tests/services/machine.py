"""Runs a program on a machine of its own, where a Key Vault is at https://my-vault.vault.azure.net.

    python machine.py --secret password=s3cret -- arcidentity emulator -- ./your-program

The machine is this one without its agent and its network: /var/opt is empty, 127.0.0.1 has no
listener but the vault, and only localhost and the vault have names. The program trusts the vault by
the variables of requests, OpenSSL and curl, and is root, if only there.

Ends with the program's exit status, or with 77 where the system forbids such machines.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from keyvault import KeyVault
from server import HOST, Answer, Request, Server, described

NAME = "my-vault.vault.azure.net"
SKIPPED = 77

LOOPBACK = Path(__file__).parent.parent / "isolated/loopback.py"

EMPTY_VAR_OPT = ["mount", "-t", "tmpfs", "tmpfs", "/var/opt"]

INSIDE = "--inside"


def enter() -> None:
    """Starts the running program again in new namespaces, with the same arguments."""
    privilege = [] if os.geteuid() == 0 else ["--map-root-user"]
    unshare = ["unshare", "--mount", "--net", "--propagation=private", *privilege, "--"]
    trial = [*unshare, *EMPTY_VAR_OPT]
    try:
        tried = subprocess.run(trial, capture_output=True, text=True, check=False)
        reason = tried.stderr.strip() if tried.returncode else None
    except FileNotFoundError as error:
        reason = str(error)
    if reason is not None:
        print(reason, file=sys.stderr)
        sys.exit(SKIPPED)
    os.execvp(unshare[0], [*unshare, sys.executable, sys.argv[0], INSIDE, *sys.argv[1:]])


def furnish(directory: Path, addresses: Mapping[str, str]) -> None:
    """Makes these namespaces a machine that knows these names, beside localhost."""
    hosts = directory / "hosts"
    named = "".join(f"{address} {name}\n" for name, address in addresses.items())
    hosts.write_text("127.0.0.1 localhost\n" + named)
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    subprocess.run(EMPTY_VAR_OPT, check=True)
    subprocess.run([sys.executable, LOOPBACK], check=True)


def environment(ca_file: str) -> dict[str, str]:
    """That of this process, with trust in the vault and no other Azure host's or proxy's variables."""
    foreign = ("IDENTITY_", "IMDS_", "MSI_", "AZURE_")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(foreign) and not name.lower().endswith("_proxy")
    }
    trust = ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"]
    return {**kept, **dict.fromkeys(trust, ca_file)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--secret", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--forbid", action="append", default=[], metavar="NAME")
    parser.add_argument("--log", type=Path, default=os.devnull, help="gets a line for each request")
    parser.add_argument("command", nargs="+")
    chosen = parser.parse_args()
    if not chosen.inside:
        enter()

    secrets = dict(secret.split("=", 1) for secret in chosen.secret)
    vault = KeyVault({**dict.fromkeys(chosen.forbid, ""), **secrets}, chosen.forbid)
    with tempfile.TemporaryDirectory() as directory, chosen.log.open("a") as log:
        furnish(Path(directory), {NAME: HOST})

        def write(request: Request, answer: Answer) -> None:
            log.write(json.dumps(described(request, answer)) + "\n")

        with Server(vault, observer=write, name=NAME, port=443) as server:
            program = subprocess.run(chosen.command, env=environment(server.ca_file), check=False)
    sys.exit(program.returncode)


if __name__ == "__main__":
    main()
