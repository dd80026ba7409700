"""The files in an artifact, whatever it is packed as."""

import io
import pathlib
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator


def files(artifact: pathlib.Path) -> Iterator[tuple[str, bytes]]:
    """The names and contents of the regular files."""
    for ending, unpack in UNPACK.items():
        if artifact.name.endswith(ending):
            return unpack(artifact)
    return iter([(artifact.name, artifact.read_bytes())])


def zipped(artifact: pathlib.Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(artifact) as archive:
        for name in archive.namelist():
            if not name.endswith("/"):
                yield name, archive.read(name)


def tarred(artifact: pathlib.Path) -> Iterator[tuple[str, bytes]]:
    return members(artifact.read_bytes())


def from_deb(artifact: pathlib.Path) -> Iterator[tuple[str, bytes]]:
    return members(output("dpkg-deb", "--fsys-tarfile", "-", of=artifact))


def from_rpm(artifact: pathlib.Path) -> Iterator[tuple[str, bytes]]:
    return members(output("rpm2archive", "--nocompression", "-", of=artifact))


def output(*command: str, of: pathlib.Path) -> bytes:
    with of.open("rb") as file:
        return subprocess.run(command, stdin=file, stdout=subprocess.PIPE, check=True).stdout


def members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        for member in opened:
            if member.isfile():
                yield member.name.removeprefix("./"), opened.extractfile(member).read()


UNPACK = {
    ".crate": tarred,
    ".deb": from_deb,
    ".rpm": from_rpm,
    ".tar.gz": tarred,
    ".whl": zipped,
    ".zip": zipped,
}
