"""A bill of materials (CycloneDX) for each artifact, made of what is found in it: its files, and the crates in those."""

import datetime
import hashlib
import json
import pathlib
import uuid

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from . import contents, crates_inside, sums
from .context import Context
from .inventory import Inventory, purl

SUFFIX = ".cdx.json"


def build(context: Context) -> None:
    inventory = Inventory(context)
    for artifact in sorted(context.out.iterdir()):
        if artifact.name != sums.NAME and not artifact.name.endswith(SUFFIX):
            write(context, inventory, artifact)


def write(context: Context, inventory: Inventory, artifact: pathlib.Path) -> None:
    """Writes the bill beside the artifact."""
    text = json.dumps(bill(context, inventory, artifact), indent=2, ensure_ascii=False)
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error:
        raise SystemExit(f"the bill of materials of {artifact.name} is not valid: {error}")
    artifact.with_name(artifact.name + SUFFIX).write_text(text + "\n")


def bill(context: Context, inventory: Inventory, artifact: pathlib.Path) -> dict:
    content = artifact.read_bytes()
    components: dict[str, dict] = {}
    needs: dict[str, set[str]] = {artifact.name: set()}
    for name, inside in contents.files(artifact):
        found = crates_inside.find(context, name, inside)
        if found:
            part = file(f"{artifact.name}/{name}", name, inside)
            needs[artifact.name].add(part["bom-ref"])
            needs[part["bom-ref"]] = {purl(*found.root)}
            components[part["bom-ref"]] = part
            if found.compiled:
                needs[part["bom-ref"]].add("rust-std")
                components["rust-std"] = inventory.standard_library()
            for crate, others in found.needs.items():
                components[purl(*crate)] = inventory.crate(*crate)
                needs.setdefault(purl(*crate), set()).update(purl(*other) for other in others)
    whole = file(artifact.name, artifact.name, content)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_OID, sha256(content)).urn,
        "version": 1,
        "metadata": {
            "timestamp": datetime.datetime.fromtimestamp(context.epoch, datetime.timezone.utc).isoformat(),
            "component": whole | {"version": context.version, "licenses": [{"expression": "MIT OR Apache-2.0"}]},
        },
        "components": [components[reference] for reference in sorted(components)],
        "dependencies": [{"ref": reference, "dependsOn": sorted(needs[reference])} for reference in sorted(needs)],
    }


def file(reference: str, name: str, content: bytes) -> dict:
    hashes = [{"alg": "SHA-256", "content": sha256(content)}]
    return {"type": "file", "bom-ref": reference, "name": name, "hashes": hashes}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
