"""The code that is not Rust's in a file, as the file itself shows it."""

import io
import pathlib

from elftools.elf.elffile import ELFFile

from . import auditable, c_code


def find(name: str, content: bytes) -> list[c_code.Code]:
    """What a file has inside."""
    if pathlib.PurePath(name).name == "libunwind.a":
        return [c_code.UNWINDER]
    if not auditable.is_binary(content):
        return []
    if content.startswith(auditable.PE):
        return c_code.linked("x86_64-pc-windows-gnu")
    # What needs no other library has the C library in itself.
    return c_code.linked("-linux-gnu" if needs_others(content) else "-linux-musl")


def needs_others(content: bytes) -> bool:
    """Whether a binary of Linux is linked dynamically."""
    dynamic = ELFFile(io.BytesIO(content)).get_section_by_name(".dynamic")
    return bool(dynamic) and any(dynamic.iter_tags("DT_NEEDED"))
