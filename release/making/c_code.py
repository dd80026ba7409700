"""The code that is not Rust's: what comes into programs and shared libraries from the C side of a linker."""

from typing import NamedTuple


class Code(NamedTuple):
    """A library that is linked, with its licence. Where Zig has no text of that, `release/licences` has it."""

    name: str
    description: str
    licence: str
    text: str | None = None

    def component(self) -> dict:
        """What an SBOM says of it. None of them tells its version."""
        return {
            "type": "library",
            "bom-ref": self.name,
            "name": self.name,
            "description": self.description,
            "licenses": [{"expression": self.licence}],
            "purl": f"pkg:generic/{self.name}",
        }


MUSL = Code("musl", "The C library musl, as Rust brings it", "MIT", "lib/libc/musl/COPYRIGHT")
UNWINDER = Code(
    "libunwind", "LLVM's unwinder, as Rust brings it for static programs and Zig for libraries",
    "Apache-2.0 WITH LLVM-exception", "lib/libunwind/LICENSE.TXT",
)  # fmt: skip
MINGW = Code("mingw-w64", "The start of programs and DLLs of MinGW", "ZPL-2.1", "lib/libc/mingw/COPYING")
LIBGCC = Code("libgcc", "GCC's unwinder", "GPL-3.0-or-later WITH GCC-exception-3.1")
# Before 2.33 glibc had stat and its like in no shared library: a program has them itself.
GLIBC = Code(
    "glibc", "What glibc leaves in all that is linked for an old version of it",
    "LGPL-2.1-or-later WITH GCC-exception-2.0-note",
)  # fmt: skip


def linked(target: str) -> list[Code]:
    """What programs and shared libraries for a Rust target may have inside."""
    if target.endswith("-windows-gnu"):
        return [MINGW, LIBGCC]
    # Zig links the unwinder that is elsewhere a library of the system.
    return [MUSL if target.endswith("-musl") else GLIBC, UNWINDER]
