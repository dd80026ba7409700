"""The C library for Linux: built once for each target, and installed by its CMake project wherever a package wants it."""

import pathlib
import shutil

from . import cargo, notices, trees
from .context import SOURCE, Context
from .systems import Machine

PACKAGE = "arcidentity-ffi"
DOCUMENTS = ("CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT")


def prebuild(context: Context, target: str) -> pathlib.Path:
    """A directory with what `ARCIDENTITY_PREBUILT` of the CMake project wants."""
    built = cargo.build(context, PACKAGE, target)
    directory = trees.fresh(context.work / "prebuilt" / target)
    for library in ("libarcidentity.so", "libarcidentity.a"):
        # There is no shared one for musl.
        if (built / library).exists():
            shutil.copy(built / library, directory)
    # Cargo strips no static library, and the debugging information in it is that of Rust's standard library alone.
    cargo.strip(context, directory / "libarcidentity.a")
    if target.endswith("-musl"):
        shutil.copy(cargo.target_libraries(context, target) / "self-contained/libunwind.a", directory)
    (directory / "native-static-libs.txt").write_text(cargo.native_libraries(context, target))
    (directory / "THIRD-PARTY.txt").write_text(notices.text(context, PACKAGE, target))
    return directory


def configure(context: Context, name: str, prebuilt: pathlib.Path, *settings: str) -> pathlib.Path:
    """A build directory of the CMake project, from which the library can be installed or packed."""
    directory = trees.fresh(context.work / "cmake" / name)
    shared = "ON" if (prebuilt / "libarcidentity.so").exists() else "OFF"
    context.run(
        "cmake", "-S", SOURCE / "ffi", "-B", directory, f"-DARCIDENTITY_PREBUILT={prebuilt}",
        f"-DARCIDENTITY_SHARED={shared}", *settings,
    )  # fmt: skip
    context.run("cmake", "--build", directory)
    return directory


def pack(context: Context, machine: Machine, c_library: str, prebuilt: pathlib.Path) -> None:
    """A tree that works wherever it is unpacked."""
    name = f"libarcidentity-{context.version}-{machine.name}-linux-{c_library}"
    build = configure(context, name, prebuilt, "-DCMAKE_INSTALL_LIBDIR=lib", "-DARCIDENTITY_RELOCATABLE=ON")
    tree = trees.fresh(context.work / "trees" / name)
    context.run("cmake", "--install", build, "--prefix", tree)
    documents = tree / "share/doc/libarcidentity"
    documents.mkdir(parents=True)
    for document in (SOURCE / document for document in DOCUMENTS):
        shutil.copy(document, documents)
    shutil.copy(SOURCE / "release/texts/library.md", documents / "README.md")
    shutil.copy(prebuilt / "THIRD-PARTY.txt", documents)
    trees.tar(context, tree)

