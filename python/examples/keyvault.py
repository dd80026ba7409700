import sys

from arcidentity.azure import ArcCredential
from azure.core.exceptions import AzureError
from azure.keyvault.secrets import SecretClient


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: keyvault.py https://my-vault.vault.azure.net my-secret")
    _, vault_url, name = sys.argv
    with SecretClient(vault_url, ArcCredential()) as client:
        try:
            print(client.get_secret(name).value)
        except AzureError as error:
            sys.exit(f"no secret {name}: {error.message}")


if __name__ == "__main__":
    main()
