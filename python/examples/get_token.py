import sys

import arcidentity

try:
    token = arcidentity.get_token("https://vault.azure.net")
except arcidentity.ArcError as error:
    print(f"{type(error).__name__}: {error}", file=sys.stderr)
    if error.hint:
        print(f"hint: {error.hint}", file=sys.stderr)
    sys.exit(error.status)
print("Authorization: Bearer", token.token)
