"""The list that cargo-auditable leaves in a binary, as `cargo audit bin` reads it too."""

import io
import json
import zlib
from collections.abc import Iterator

import pefile
from elftools.elf.elffile import ELFFile

SECTION = ".dep-v0"
ARCHIVE, ELF, PE = b"!<arch>\n", b"\x7fELF", b"MZ"


def is_binary(content: bytes) -> bool:
    """Whether it is a program or a shared library."""
    return content.startswith((ELF, PE))


def packages(content: bytes) -> list[dict] | None:
    """The crates that made a program or a shared library; None where it has no list."""
    section = of_elf(content) if content.startswith(ELF) else of_pe(content)
    return None if section is None else json.loads(zlib.decompress(section))["packages"]


def of_elf(content: bytes) -> bytes | None:
    section = ELFFile(io.BytesIO(content)).get_section_by_name(SECTION)
    return section.data() if section else None


def of_pe(content: bytes) -> bytes | None:
    for section in pefile.PE(data=content, fast_load=True).sections:
        if section.Name.rstrip(b"\0") == SECTION.encode():
            return section.get_data()[: section.Misc_VirtualSize]
    return None


def objects(archive: bytes) -> Iterator[bytes]:
    """The object files of ELF in a static library."""
    start = len(ARCHIVE)
    while start < len(archive):
        size = int(archive[start + 48 : start + 58])
        content = archive[start + 60 : start + 60 + size]
        if content.startswith(ELF):
            yield content
        start += 60 + size + size % 2
