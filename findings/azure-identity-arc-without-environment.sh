#!/bin/sh
# Seen with azure-identity 1.27.0, MSAL 1.39.0, requests 2.34.2 and aiohttp 3.14.5, and CPython 3.11 on Linux.
#
# On a Linux machine with Azure Arc the variables that name the agent are set for system services alone: a shell, a cron
# job or a container has none. The synchronous ManagedIdentityCredential finds the agent all the same, as MSAL looks for
# its program. One would expect that of the credentials around it. DefaultAzureCredential has a ManagedIdentityCredential,
# but lets it first ask the address of Azure's virtual machines, where nobody answers, and goes on without. The
# asynchronous ones do not use MSAL and know that address alone. So a program works as a service and not in a shell, or
# no more when it becomes asynchronous. The agent's program and the proxy that sees the requests are stand-ins.
#
# Seen output (of the agent at localhost:40342 and virtual machines' 169.254.169.254, what is asked):
#   ManagedIdentityCredential, sync: the agent
#   ManagedIdentityCredential, async: 169.254.169.254
#   DefaultAzureCredential, sync: 169.254.169.254
#   DefaultAzureCredential, async: 169.254.169.254
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check \
    azure-identity==1.27.0 azure-core==1.41.0 msal==1.39.0 requests==2.34.2 aiohttp==3.14.5
cat > "$directory/see.py" <<'END'
import asyncio
import http.server
import logging
import os
import sys
import threading
from unittest import mock

import azure.identity
import azure.identity.aio
from azure.core.exceptions import ClientAuthenticationError

PROGRAM = "/opt/azcmagent/bin/himds"
SCOPE = "https://storage.azure.com/.default"
HOSTS = {"http://localhost:40342": "the agent", "http://169.254.169.254": "169.254.169.254"}
asked = set()
exists = os.path.exists


class Proxy(http.server.BaseHTTPRequestHandler):
    """Sees whom a request is for, and ends it without an answer: none of the hosts is there."""

    def do_GET(self):
        asked.add(HOSTS[self.path.partition("/metadata/")[0]])
        self.close_connection = True

    def log_message(self, *_):
        pass


async def sync(name):
    with getattr(azure.identity, name)(retry_total=0) as credential:
        credential.get_token(SCOPE)


async def asynchronous(name):
    async with getattr(azure.identity.aio, name)(retry_total=0) as credential:
        await credential.get_token(SCOPE)


logging.disable()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in list(os.environ):
    if "PROXY" in name.upper() or name.startswith(("AZURE_", "IDENTITY_", "IMDS_", "MSI_")):
        del os.environ[name]
os.environ["HTTP_PROXY"] = f"http://127.0.0.1:{server.server_port}"
seen = []
with mock.patch("os.path.exists", lambda path: path == PROGRAM or exists(path)):
    for name in ("ManagedIdentityCredential", "DefaultAzureCredential"):
        for kind, ask in (("sync", sync), ("async", asynchronous)):
            asked.clear()
            try:
                asyncio.run(ask(name))
            except ClientAuthenticationError:
                pass  # Nobody answers.
            seen.append(sorted(asked))
            print(f"{name}, {kind}: {', '.join(seen[-1])}")
machine = ["169.254.169.254"]
sys.exit(seen != [["the agent"], machine, machine, machine])
END
PATH=/usr/bin:/bin HOME=$directory "$directory/venv/bin/python" "$directory/see.py"
