"""The parts of a release, in the order in which they are built. Each writes its files into `context.out`."""

from collections.abc import Callable

from . import crates, linux, sbom, wheels, windows
from .context import Context

PARTS: dict[str, Callable[[Context], None]] = {
    # First, since cargo refuses what is in no commit.
    "crates": crates.build,
    "linux-x86_64": linux.x86_64,
    "linux-aarch64": linux.aarch64,
    "windows": windows.build,
    "wheels": wheels.build,
    # Of all that the others have built.
    "sbom": sbom.build,
}
