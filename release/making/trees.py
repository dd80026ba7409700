"""Directories that are packed, and archives that are the same whoever makes them, and when."""

import gzip
import hashlib
import io
import os
import pathlib
import shutil
import tarfile

from .context import Context


def fresh(directory: pathlib.Path) -> pathlib.Path:
    """An empty directory."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def packed_mode(mode: int) -> int:
    """The mode that a file, a program or a directory has for everyone, whatever the checkout gave it."""
    return 0o755 if mode & 0o100 else 0o644


def normalize(context: Context, tree: pathlib.Path) -> None:
    """Gives everything below a directory, and itself, the mode by which it is packed, and the time of the source.

    Packers take that time for what is newer, and may leave what is older: a file of a checkout that has not changed since.
    """
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(packed_mode(path.stat().st_mode))
        os.utime(path, (context.epoch, context.epoch), follow_symlinks=False)


def tar(context: Context, tree: pathlib.Path) -> pathlib.Path:
    """Packs a directory, under its name, into `context.out`."""
    archive = context.out / f"{tree.name}.tar.gz"

    def unified(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = context.epoch
        if not entry.issym():
            entry.mode = packed_mode(entry.mode)
        return entry

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as packed:
        # Sorted by `add`, directory by directory.
        packed.add(tree, tree.name, filter=unified)
    with archive.open("wb") as file, gzip.GzipFile("", "wb", context.level(9), file, mtime=0) as compressed:
        compressed.write(buffer.getvalue())
    return archive


def gzipped(path: pathlib.Path) -> None:
    """Compresses a file in its place."""
    compressed = path.with_name(f"{path.name}.gz")
    with compressed.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as stream:
        stream.write(path.read_bytes())
    path.unlink()


def md5sums(root: pathlib.Path) -> str:
    """The checksums of all files below a directory but those of the packager, in dpkg's form."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    names = ((path, path.relative_to(root)) for path in files)
    return "".join(
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {name}\n"
        for path, name in names
        if name.parts[0] != "DEBIAN"
    )
