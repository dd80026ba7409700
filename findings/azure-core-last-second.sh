#!/bin/sh
# Seen with azure-core 1.41.0 and CPython 3.11 on Linux.
#
# A credential may say in `refresh_on` when its token is to be renewed, and azure-core asks for another one then: so it was up
# to the versions that draw a delay of up to a minute by lot, to spread the load. The delay ends no later than the token
# does. So a token that lives for a minute after its `refresh_on` or less, as those of tests do, may be sent until its last
# second, and the service finds that it has ended. Without `refresh_on` such a token is renewed at each request, since it
# ends within five minutes: who says more about a token gets it renewed later.
#
# Seen output (of 1000 policies each):
#   a token of 10 s, refresh_on at half: 936 keep it for its last second
#   a token of 60 s, refresh_on at half: 498 keep it for its last second
#   a token of 90 s, refresh_on at half: 249 keep it for its last second
#   a token of 120 s, refresh_on at half: 17 keep it for its last second
#   a token of 124 s, refresh_on at half: 0 keep it for its last second
#   a token of 60 s without refresh_on: 0 keep it
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
NOW = int(time.time())


class RefreshedAtHalf:
    def __init__(self, lifetime):
        self.lifetime = lifetime

    def get_token_info(self, *scopes, **options):
        return AccessTokenInfo("token", NOW + self.lifetime, refresh_on=NOW + self.lifetime // 2)


class WithoutRefreshOn:
    def __init__(self, lifetime):
        self.lifetime = lifetime

    def get_token(self, *scopes, **options):
        return AccessToken("token", NOW + self.lifetime)


def kept(credential):
    """How many policies would send their token in its last second."""
    policies = [BearerTokenCredentialPolicy(credential, "scope") for _ in range(POLICIES)]
    for policy in policies:
        policy._request_token("scope")
    with mock.patch("time.time", return_value=NOW + credential.lifetime - 1):
        return sum(not policy._need_new_token for policy in policies)


seen = {lifetime: kept(RefreshedAtHalf(lifetime)) for lifetime in (10, 60, 90, 120, 124)}
for lifetime, count in seen.items():
    print(f"a token of {lifetime} s, refresh_on at half: {count} keep it for its last second")
without = kept(WithoutRefreshOn(60))
print(f"a token of 60 s without refresh_on: {without} keep it")
sys.exit(not (seen[10] > POLICIES / 2 and seen[60] and seen[124] == without == 0))
END
"$directory/venv/bin/python" "$directory/see.py"
