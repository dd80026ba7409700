"""Archives for Windows, the same whoever makes them, and when."""

import pathlib
import time
import zipfile

from .context import Context

# The earliest time that a zip, and so a wheel, can say: the beginning of 1980.
EARLIEST = 315532800


def pack(context: Context, tree: pathlib.Path) -> pathlib.Path:
    """Packs a directory, under its name, into `context.out`."""
    archive = context.out / f"{tree.name}.zip"
    date = time.gmtime(max(context.epoch, EARLIEST))[:6]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in tree.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(tree.parent).as_posix(), date)
            # Whoever unpacks it on Unix may read it.
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return archive
