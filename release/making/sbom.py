"""The SBOM (CycloneDX) of each artifact, made of what is found in it: its files, and what is linked in those."""

import datetime
import hashlib
import json
import pathlib
import uuid

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from . import c_code_inside, contents, crates_inside, sums
from .context import Context
from .inventory import Inventory, purl

SUFFIX = ".cdx.json"


def build(context: Context) -> None:
    inventory = Inventory(context)
    for artifact in sorted(context.out.iterdir()):
        if artifact.name != sums.NAME and not artifact.name.endswith(SUFFIX):
            write(context, inventory, artifact)


def write(context: Context, inventory: Inventory, artifact: pathlib.Path) -> None:
    """Writes the SBOM beside the artifact."""
    text = json.dumps(sbom(context, inventory, artifact), indent=2, ensure_ascii=False)
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error:
        raise SystemExit(f"the SBOM of {artifact.name} is not valid: {error}")
    artifact.with_name(artifact.name + SUFFIX).write_text(text + "\n")


class Parts:
    """The components of an artifact, and what each needs of the others, by their references."""

    def __init__(self, artifact: str) -> None:
        self.artifact = artifact
        self.components: dict[str, dict] = {}
        self.needs: dict[str, set[str]] = {artifact: set()}

    def add(self, component: dict, needed_by: str) -> str:
        reference = component["bom-ref"]
        self.components[reference] = component
        self.needs.setdefault(reference, set())
        self.needs[needed_by].add(reference)
        return reference

    def add_crates(self, inventory: Inventory, crates: crates_inside.Crates, needed_by: str) -> None:
        self.add(inventory.crate(*crates.root), needed_by)
        if crates.compiled:
            self.add(inventory.standard_library(), needed_by)
        for crate, others in crates.needs.items():
            self.needs.setdefault(purl(*crate), set())
            for other in others:
                self.add(inventory.crate(*other), purl(*crate))


def take_apart(context: Context, inventory: Inventory, artifact: pathlib.Path) -> Parts:
    found = Parts(artifact.name)
    for name, content in contents.files(artifact):
        crates, others = crates_inside.find(context, name, content), c_code_inside.find(name, content)
        if crates or others:
            reference = found.add(file(f"{artifact.name}/{name}", name, content), artifact.name)
            for code in others:
                found.add(code.component(), reference)
            if crates:
                found.add_crates(inventory, crates, reference)
    return found


def sbom(context: Context, inventory: Inventory, artifact: pathlib.Path) -> dict:
    content = artifact.read_bytes()
    found = take_apart(context, inventory, artifact)
    components, needs = found.components, found.needs
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
