"""Logs in with the Azure CLI, beside a stand-in for Azure Resource Manager; tests/src/bin/client-bench/program.rs tells
how.
"""

import contextlib
import io
import os
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import azure.cli.core

sys.path.append(str(Path(__file__).parents[2] / "services"))

from asked import Outcome, answer_all, in_process
from server import Answer, Request, Server

SUBSCRIPTION = "33333333-3333-3333-3333-333333333333"
SUBSCRIPTIONS = {
    "value": [
        {
            "id": f"/subscriptions/{SUBSCRIPTION}",
            "subscriptionId": SUBSCRIPTION,
            "tenantId": "22222222-2222-2222-2222-222222222222",
            "displayName": "My subscription",
            "state": "Enabled",
        }
    ]
}


def az(*arguments: str) -> int:
    with open(os.devnull, "w") as nothing:
        return int(azure.cli.core.get_default_cli().invoke(arguments, out_file=nothing))


def login(server: Server, resource: str, identity: str | None) -> Outcome:
    """Logs in to a cloud whose Resource Manager takes tokens for this resource."""
    name = resource.removeprefix("https://")
    cloud = ["--endpoint-resource-manager", server.url, "--endpoint-active-directory", server.url]
    cloud += ["--endpoint-active-directory-resource-id", resource]
    chosen = ["--client-id", identity] if identity else []
    with contextlib.redirect_stderr(io.StringIO()) as said:
        az("cloud", "register", "--name", name, "--skip-endpoint-discovery", *cloud)
        az("cloud", "set", "--name", name)
        status = az("login", "--identity", *chosen)
    return {"outcome": f"exit status {status}" if status else "token", "text": said.getvalue()}


def resource_manager(request: Request) -> Answer:
    return Answer.json(200 if request.token else 401, SUBSCRIPTIONS)


with TemporaryDirectory() as settings, Server(resource_manager) as server:
    os.environ.update(
        AZURE_CONFIG_DIR=settings,
        AZURE_CORE_COLLECT_TELEMETRY="false",
        REQUESTS_CA_BUNDLE=server.ca_file,
    )
    answer_all(partial(in_process, {"az login": partial(login, server)}))
