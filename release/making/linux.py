"""What a release has for Linux on one kind of processor."""

from . import library, program
from .context import Context
from .systems import AARCH64, X86_64, Machine


def x86_64(context: Context) -> None:
    build(context, X86_64)


def aarch64(context: Context) -> None:
    build(context, AARCH64)


def build(context: Context, machine: Machine) -> None:
    built = {c_library: library.prebuild(context, machine.target(c_library)) for c_library in ("gnu", "musl")}
    for c_library, prebuilt in built.items():
        library.pack(context, machine, c_library, prebuilt)
    program.pack(context, machine)
