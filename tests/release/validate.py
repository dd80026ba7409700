"""Validates SBOMs by the official schema: validate.py SBOM…"""

import pathlib
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

for bill in sys.argv[1:]:
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(pathlib.Path(bill).read_text())
    if error:
        sys.exit(f"{bill}: {error}")
