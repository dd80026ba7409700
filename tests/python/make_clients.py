"""Makes clients between two lines, and what makes one for itself."""

import os

import arcidentity
from arcidentity.azure import ArcCredential, aio

settings = {"endpoint": os.environ["ENDPOINT"], "key_directory": os.environ["KEYS"]}
# Imported when it is first asked for, which is not what this is about.
auth = arcidentity.BearerAuth
# Each at once, however this interpreter buffers its output.
os.write(1, b"now\n")
made = [
    arcidentity.Client(**settings),
    arcidentity.Client(),
    ArcCredential(**settings),
    ArcCredential(),
    aio.ArcCredential(**settings),
    auth("https://vault.azure.net"),
]
os.write(1, b"done\n")
