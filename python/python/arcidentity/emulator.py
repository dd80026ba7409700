"""A stand-in for the Azure Arc agent on this machine, for tests.

It does what the agent does, with key files of its own, and can be told to fail. Its tokens look
like real ones and open nothing.

    from arcidentity import Client
    from arcidentity.emulator import Emulator

    with Emulator() as agent:
        client = Client(endpoint=agent.endpoint, key_directory=agent.key_directory)
        assert client.get_token("https://vault.azure.net").token_type == "Bearer"
"""

from arcidentity._native import Emulator, Request

__all__ = ["Emulator", "Request"]
