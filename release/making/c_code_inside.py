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
    libraries = needed(content)
    if not libraries:
        # It has the C library in itself.
        return c_code.linked("-linux-musl")
    # Of musl, a shared library has nothing.
    inside = c_code.linked("-linux-gnu") if "libc.so.6" in libraries else [c_code.UNWINDER]
    return [code for code in inside if code is not c_code.UNWINDER or "libgcc_s.so.1" not in libraries]


def needed(content: bytes) -> set[str]:
    """The shared libraries that a binary of Linux asks for."""
    dynamic = ELFFile(io.BytesIO(content)).get_section_by_name(".dynamic")
    return {tag.needed for tag in dynamic.iter_tags("DT_NEEDED")} if dynamic else set()
