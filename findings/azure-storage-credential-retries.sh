#!/bin/sh
# Seen with azure-storage-blob 12.31.1, azure-storage-queue 12.18.1 and azure-data-tables 12.7.0, on azure-core 1.41.0, and
# CPython 3.11 on Linux.
#
# A credential that cannot have a token raises ClientAuthenticationError, which is final: azure-core's own retry policy raises
# it at once, and so do the clients of tables. Those of blobs and queues have a retry policy of their own, which takes it for
# a failure that passes. They ask the credential four times, and the program learns after more than a minute that it has, say,
# no right to read a key file.
#
# Seen output (the pauses are drawn by lot, and not slept):
#   blob: credential asked 4 times, in 79 s
#   queue: credential asked 4 times, in 83 s
#   table: credential asked 1 time, in 0 s
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check azure-core==1.41.0 azure-storage-blob==12.31.1 \
    azure-storage-queue==12.18.1 azure-data-tables==12.7.0
cat > "$directory/see.py" <<'END'
import sys
import time

from azure.core.exceptions import ClientAuthenticationError
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

pauses = []
time.sleep = pauses.append


class Credential:
    asked = 0

    def get_token(self, *scopes, **options):
        self.asked += 1
        raise ClientAuthenticationError("this user may not read the key file")


CLIENTS = {
    "blob": lambda credential: BlobServiceClient("https://127.0.0.1:1/account", credential).list_containers(),
    "queue": lambda credential: QueueServiceClient("https://127.0.0.1:1/account", credential).list_queues(),
    "table": lambda credential: TableServiceClient("https://127.0.0.1:1/account", credential=credential).list_tables(),
}

seen = []
for name, ask in CLIENTS.items():
    credential = Credential()
    pauses.clear()
    try:
        list(ask(credential))
    except ClientAuthenticationError:
        pass
    asked, seconds = credential.asked, round(sum(pauses))
    print(f"{name}: credential asked {asked} time{'s' * (asked > 1)}, in {seconds} s")
    seen.append((asked, seconds > 60))
sys.exit(seen != [(4, True), (4, True), (1, False)])
END
"$directory/venv/bin/python" "$directory/see.py"
