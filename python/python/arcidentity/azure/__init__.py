"""Credentials for clients of the Azure SDK. Needs azure-core, as the extra `azure` installs it.

    from arcidentity.azure import ArcCredential
    from azure.keyvault.secrets import SecretClient

    client = SecretClient("https://my-vault.vault.azure.net", ArcCredential())
    print(client.get_secret("my-secret").value)

`arcidentity.azure.aio` has the same for the SDK's asynchronous clients.
"""

try:
    from arcidentity.azure._credential import ArcCredential
except ImportError as _error:
    if _error.name is not None and _error.name.startswith("azure"):
        _error.msg += ": arcidentity.azure needs azure-core: pip install 'azure-core>=1.31'"
    raise

__all__ = ["ArcCredential"]
