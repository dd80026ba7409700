"""What a release has for Linux on one kind of processor."""

from . import deb, library, program, rpm
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
    tree = program.pack(context, machine)
    runtime = deb.pack_library(context, machine, built["gnu"])
    deb.pack_program(context, machine, tree, beside=runtime)
    maintainer = deb.field(context, runtime, "Maintainer")
    rpm.pack_library(context, machine, built["gnu"], maintainer)
    rpm.pack_program(context, machine, tree, maintainer)
