"""Gets tokens of the emulators of a user with azure-identity, which knows the agent's directory only.

It runs under `arcidentity emulator`, and has an emulator of its own that fails first.
"""

import os
import subprocess
import sys

from arcidentity.emulator import ArcEmulator
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ManagedIdentityCredential

SCOPE = "https://vault.azure.net/.default"
IN_A_CHILD = f"""
from azure.identity import ManagedIdentityCredential
print(ManagedIdentityCredential().get_token({SCOPE!r}).token)
"""


def token() -> str:
    with ManagedIdentityCredential() as credential:
        return str(credential.get_token(SCOPE).token)


def main() -> None:
    commands = token()
    with ArcEmulator() as agent:
        agent.respond(400, {"error": "invalid_request"})
        try:
            token()
        except ClientAuthenticationError:
            pass
        else:
            sys.exit("the agent was another one")
        child = subprocess.run([sys.executable, "-c", IN_A_CHILD], stdout=-1, text=True, check=True)
        same = token() == child.stdout.strip() != commands
        print(agent.key_directory, os.listdir(agent.key_directory), same)


if __name__ == "__main__":
    main()
