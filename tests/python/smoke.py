"""What a wheel does on a system where pytest is not at hand."""

import os
import platform

import arcidentity

client = arcidentity.Client(endpoint=os.environ["ENDPOINT"], key_directory=os.environ["KEYS"])
token = client.get_token("https://vault.azure.net")
assert token.token.startswith("eyJ")
assert client.get_token("https://vault.azure.net/.default").token == token.token
assert client.get_token("https://vault.azure.net", force_refresh=True).token != token.token
assert client.get_metadata()["compute"]["name"] == "arcbox-ubuntu-01"
try:
    arcidentity.Client(endpoint="http://example.com")
except arcidentity.UntrustedAgentError as error:
    assert error.status == 6
else:
    raise SystemExit("a foreign endpoint was accepted")
print(platform.machine(), platform.python_version(), arcidentity.__version__)
