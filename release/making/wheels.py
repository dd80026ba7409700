"""The Python package: what `python/wheels.sh` builds, for the tests too, with the licences of what is inside."""

import pathlib
import re
import shutil

from . import cargo, notices, trees, zips
from .context import SOURCE, Context

PACKAGE = "arcidentity-python"
# By the systems in the names of the wheels.
TARGETS = {
    "manylinux.*x86_64": "x86_64-unknown-linux-gnu",
    "manylinux.*aarch64": "aarch64-unknown-linux-gnu",
    "musllinux.*x86_64": "x86_64-unknown-linux-musl",
    "win_amd64": "x86_64-pc-windows-gnu",
}


def build(context: Context) -> None:
    for target in TARGETS.values():
        cargo.demand_target(context, target)
    context.run(
        SOURCE / "python/wheels.sh", *TARGETS.values(),
        **cargo.auditing(context), CARGO_TARGET_DIR=str(context.work), WHEEL_TOOLS=str(context.tools),
    )  # fmt: skip
    for file in sorted((context.work / "wheels").iterdir()):
        if file.suffix == ".whl":
            add_notices(context, file)
        else:
            shutil.copy(file, context.out)


def add_notices(context: Context, wheel: pathlib.Path) -> None:
    """Packs a wheel anew, with the licences of others' code."""
    (target,) = (target for name, target in TARGETS.items() if re.search(f"{name}.whl$", wheel.name))
    directory = trees.fresh(context.work / "wheel-unpacked")
    context.run("wheel", "unpack", "--dest", directory, wheel)
    (information,) = directory.glob("*/*.dist-info")
    (information / "licenses/THIRD-PARTY.txt").write_text(notices.text(context, PACKAGE, target))
    metadata = information / "METADATA"
    # Behind the last of ours.
    text = re.sub("((?:^License-File: .*\n)+)", r"\1License-File: THIRD-PARTY.txt\n", metadata.read_text(), flags=re.MULTILINE)
    metadata.write_text(text)
    trees.normalize(context, information.parent)
    earliest = str(zips.EARLIEST)
    context.run("wheel", "pack", "--dest-dir", context.out, information.parent, SOURCE_DATE_EPOCH=earliest)
