"""The code that is not Rust's: what comes into programs and shared libraries from the C side of a linker."""

from typing import NamedTuple


class Code(NamedTuple):
    """A library that is linked, with its licence and where Zig has the text of it."""

    name: str
    description: str
    licence: str
    text: str | None

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
    "libunwind", "LLVM's unwinder, as Rust brings it for static programs and Zig for all others",
    "Apache-2.0 WITH LLVM-exception", "lib/libunwind/LICENSE.TXT",
)  # fmt: skip
MINGW = Code("mingw-w64", "The start of programs and DLLs of MinGW", "ZPL-2.1", "lib/libc/mingw/COPYING")
# The exception asks for no notice.
LIBGCC = Code("libgcc", "GCC's unwinder", "GPL-3.0-or-later WITH GCC-exception-3.1", None)


def linked(target: str) -> list[Code]:
    """What programs and shared libraries for a Rust target may have inside."""
    if target.endswith("-windows-gnu"):
        return [MINGW, LIBGCC]
    # Zig links the unwinder that is elsewhere a library of the system.
    return [MUSL, UNWINDER] if "-musl" in target else [UNWINDER]
