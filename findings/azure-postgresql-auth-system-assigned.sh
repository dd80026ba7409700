#!/bin/sh
# Seen with azure-postgresql-auth 1.1.0, azure-core 1.41.0 and psycopg 3.3.9, and CPython 3.11 on Linux.
#
# azure-postgresql-auth signs in to Azure Database for PostgreSQL with a credential of the Azure SDK, and finds the name of
# the database's user in the token. It finds that of a user-assigned identity. In the token of a system-assigned one stands
# the machine, whose name the user usually has, but it does not take that. It asks for another token, for Azure Resource
# Manager, which says the same, and gives up. One would expect that `user=` helps. It does not: where there is no password
# as well, the name is looked for all the same. So neither a virtual machine nor one of Azure Arc gets in with its own
# identity. What helps is to give psycopg itself the user, and the credential's token as the password.
#
# Seen output:
#   userAssignedIdentities/app: user app, after a token for ossrdbms-aad.database.windows.net
#   virtualMachines/host: UsernameExtractionError, after tokens for ossrdbms-aad.database.windows.net, management.azure.com
#   machines/host: UsernameExtractionError, after tokens for ossrdbms-aad.database.windows.net, management.azure.com
#   machines/host with user="host": EntraConnectionValueError, no connection is tried
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check azure-postgresql-auth==1.1.0 azure-core==1.41.0 \
    'psycopg[binary]==3.3.9'
cat > "$directory/see.py" <<'END'
import base64
import json
import socket
import sys
from urllib.parse import urlsplit

import psycopg
from azure.core.credentials import AccessToken
from azure_postgresql_auth.core import get_entra_conninfo
from azure_postgresql_auth.psycopg3 import EntraConnection

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/group/providers"
USER_ASSIGNED = f"{GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/app"
VIRTUAL_MACHINE = f"{GROUP}/Microsoft.Compute/virtualMachines/host"
ARC_MACHINE = f"{GROUP}/Microsoft.HybridCompute/machines/host"


def part(claims):
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


class Credential:
    """That of a managed identity, whose tokens say in `xms_mirid` which one it is."""

    def __init__(self, resource):
        self.token = f"{part({'alg': 'none'})}.{part({'oid': 'identity', 'xms_mirid': resource})}.signature"
        self.asked = []

    def get_token(self, *scopes, **_):
        self.asked += [urlsplit(scope).netloc for scope in scopes]
        return AccessToken(self.token, 2**32)


def outcome(resource):
    credential = Credential(resource)
    try:
        found = f"user {get_entra_conninfo(credential)['user']}, after a token for "
    except Exception as error:
        found = f"{type(error).__name__}, after tokens for "
    return found + ", ".join(credential.asked)


def connection(port):
    try:
        EntraConnection.connect(host="127.0.0.1", port=port, user="host", credential=Credential(ARC_MACHINE))
    except psycopg.OperationalError:
        return "a connection is tried"
    except Exception as error:
        return f"{type(error).__name__}, no connection is tried"


# Nothing listens there: to try is enough.
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    seen = [
        f"userAssignedIdentities/app: {outcome(USER_ASSIGNED)}",
        f"virtualMachines/host: {outcome(VIRTUAL_MACHINE)}",
        f"machines/host: {outcome(ARC_MACHINE)}",
        f'machines/host with user="host": {connection(free.getsockname()[1])}',
    ]
print("\n".join(seen))
DATABASE, MANAGER = "ossrdbms-aad.database.windows.net", "management.azure.com"
nameless = f"UsernameExtractionError, after tokens for {DATABASE}, {MANAGER}"
sys.exit(seen != [
    f"userAssignedIdentities/app: user app, after a token for {DATABASE}",
    f"virtualMachines/host: {nameless}",
    f"machines/host: {nameless}",
    'machines/host with user="host": EntraConnectionValueError, no connection is tried',
])
END
"$directory/venv/bin/python" "$directory/see.py"
