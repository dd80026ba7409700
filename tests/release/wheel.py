"""Prints the mode and the name of each file in a wheel, which is what its RECORD says: wheel.py WHEEL"""

import base64
import csv
import hashlib
import stat
import sys
import zipfile

wheel = zipfile.ZipFile(sys.argv[1])
(record,) = (name for name in wheel.namelist() if name.endswith(".dist-info/RECORD"))


def recorded(name: str) -> list[str]:
    if name == record:
        return [name, "", ""]
    content = wheel.read(name)
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    return [name, f"sha256={digest}", str(len(content))]


rows = sorted(csv.reader(wheel.read(record).decode().splitlines()))
assert rows == sorted(map(recorded, wheel.namelist())), rows
for entry in wheel.infolist():
    print(stat.filemode(entry.external_attr >> 16), entry.filename)
