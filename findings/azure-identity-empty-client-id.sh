#!/bin/sh
# Seen with azure-identity 1.27.0 and MSAL 1.39.0 for Python, azidentity 1.15.0 for Go, and CPython 3.11 and Go 1.26 on
# Linux. Needs Go 1.25 or later.
#
# The client id of a user-assigned identity comes from a variable or a file of settings, and is an empty text where that is
# there and has no value. One would expect that all credentials take it for no id, or all for a wrong one. azidentity for
# Go refuses it, as does MSAL for Python. azure-identity for Python, which stands on MSAL, takes it for no id and asks for
# the token of the machine's own identity, which has other roles: the error comes from the service, as a 403.
# DefaultAzureCredential knows it from none, too: without the argument AZURE_CLIENT_ID counts, and with an empty one not.
#
# Seen output:
#   ManagedIdentityCredential for Python: asks for the machine's identity
#   DefaultAzureCredential for Python, AZURE_CLIENT_ID: asks for the machine's identity
#   DefaultAzureCredential for Python, AZURE_CLIENT_ID, no argument: asks for the identity of AZURE_CLIENT_ID
#   MSAL for Python: refuses it
#   azidentity for Go: refuses it
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check azure-identity==1.27.0 azure-core==1.41.0 msal==1.39.0
cat > see.py <<'END'
import http.server
import json
import os
import threading
import time
from urllib.parse import parse_qs, urlsplit

import msal
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential

asked = []


class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(parse_qs(urlsplit(self.path).query).get("client_id", ["the machine's identity"])[0])
        body = json.dumps({
            "access_token": "token",
            "expires_on": str(int(time.time()) + 86400),
            "resource": "https://storage.azure.com",
            "token_type": "Bearer",
        }).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def see(what, make):
    asked.clear()
    try:
        make().get_token("https://storage.azure.com/.default")
    except ValueError:
        print(f"{what}: refuses it")
    else:
        print(f"{what}: asks for {asked[0]}")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in list(os.environ):
    if "PROXY" in name.upper() or name.startswith("AZURE_"):
        del os.environ[name]
os.environ["IDENTITY_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}/token"
os.environ["IDENTITY_HEADER"] = "header"
see("ManagedIdentityCredential for Python", lambda: ManagedIdentityCredential(client_id=""))
os.environ["AZURE_CLIENT_ID"] = "the identity of AZURE_CLIENT_ID"
default = "DefaultAzureCredential for Python, AZURE_CLIENT_ID"
see(default, lambda: DefaultAzureCredential(managed_identity_client_id=""))
see(f"{default}, no argument", DefaultAzureCredential)
see("MSAL for Python", lambda: msal.UserAssignedManagedIdentity(client_id=""))
END
cat > see.go <<'END'
package main

import (
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

func main() {
	options := azidentity.ManagedIdentityCredentialOptions{ID: azidentity.ClientID("")}
	if _, err := azidentity.NewManagedIdentityCredential(&options); err != nil {
		fmt.Println("azidentity for Go: refuses it")
	} else {
		fmt.Println("azidentity for Go: takes it")
	}
}
END
export GOFLAGS=-buildvcs=false
go mod init see 2> log
go get github.com/Azure/azure-sdk-for-go/sdk/azidentity@v1.15.0 2> log
go mod tidy 2> log
seen=$(
    venv/bin/python see.py
    go run .
)
echo "$seen"
[ "$seen" = "ManagedIdentityCredential for Python: asks for the machine's identity
DefaultAzureCredential for Python, AZURE_CLIENT_ID: asks for the machine's identity
DefaultAzureCredential for Python, AZURE_CLIENT_ID, no argument: asks for the identity of AZURE_CLIENT_ID
MSAL for Python: refuses it
azidentity for Go: refuses it" ]
