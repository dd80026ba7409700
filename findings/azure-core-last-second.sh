#!/bin/sh
# Seen with azure-core 1.41.0 and CPython 3.11 on Linux.
#
# A credential may say in `refresh_on` when its token is to be renewed, and azure-core asks for another one then: so it was up
# to the versions that draw a delay of up to a minute by lot, to spread the load. The delay ends no earlier than the token
# does. So a token that lives a minute after its `refresh_on` or less, as those of tests do, is mostly sent until its last
# second, and the service finds that it has ended. Without `refresh_on` such a token is renewed at each request, since it
# ends within five minutes: who says more about a token gets it renewed later.
#
# Seen output (of 1000 policies each with a token that ends in 10 s, and is to be renewed now):
#   with refresh_on: 857 keep it for its last second
#   without: 0 keep it
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check azure-core==1.41.0
cat > "$directory/see.py" <<'END'
import sys
import time
from unittest import mock

from azure.core.credentials import AccessToken, AccessTokenInfo
from azure.core.pipeline.policies import BearerTokenCredentialPolicy

POLICIES = 1000
LIFETIME = 10
NOW = int(time.time())


class WithRefreshOn:
    def get_token_info(self, *scopes, **options):
        return AccessTokenInfo("token", NOW + LIFETIME, refresh_on=NOW)


class Without:
    def get_token(self, *scopes, **options):
        return AccessToken("token", NOW + LIFETIME)


def kept(credential):
    """How many policies would send their token in its last second."""
    policies = [BearerTokenCredentialPolicy(credential, "scope") for _ in range(POLICIES)]
    for policy in policies:
        policy._request_token("scope")
    with mock.patch("time.time", return_value=NOW + LIFETIME - 1):
        return sum(not policy._need_new_token for policy in policies)


seen = kept(WithRefreshOn()), kept(Without())
print(f"with refresh_on: {seen[0]} keep it for its last second")
print(f"without: {seen[1]} keep it")
sys.exit(not (seen[0] > POLICIES / 2 and seen[1] == 0))
END
"$directory/venv/bin/python" "$directory/see.py"
