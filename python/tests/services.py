"""The stand-ins for Azure services, which other languages' tests use too."""

import sys

from conftest import SOURCE

sys.path.append(str(SOURCE.parent / "tests" / "services"))

from blob import BlobStorage
from keyvault import AUTHORITY, KeyVault
from server import Answer, Server

__all__ = ["AUTHORITY", "Answer", "BlobStorage", "KeyVault", "Server"]
