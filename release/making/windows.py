"""For Windows on x86-64: the DLL with what links it, and the command, as one archive."""

import pathlib
import shutil

from . import cargo, library, manuals, notices, program, trees, zips
from .context import SOURCE, Context

TARGET = "x86_64-pc-windows-gnu"
COMPILER = "x86_64-w64-mingw32-gcc-posix"
MANUALS = ("cli/man/arcidentity.1", "ffi/man/libarcidentity.3")


def build(context: Context) -> None:
    name = f"libarcidentity-{context.version}-x86_64-windows"
    tree = trees.fresh(context.work / "trees" / name)
    install(context, name, tree)
    import_library(context, tree / "lib")
    shutil.copy(cargo.build(context, program.PACKAGE, TARGET) / "arcidentity.exe", tree / "bin")
    documents(context, tree)
    zips.pack(context, tree)


def install(context: Context, name: str, tree: pathlib.Path) -> None:
    """Installs the DLL with its headers and packages."""
    built = cargo.build(context, library.PACKAGE, TARGET)
    prebuilt = trees.fresh(context.work / "prebuilt" / TARGET)
    for file in ("arcidentity.dll", "libarcidentity.dll.a"):
        shutil.copy(built / file, prebuilt)
    # For a static library, which is not here.
    (prebuilt / "native-static-libs.txt").write_text("")
    configured = library.configure(
        context, name, prebuilt, "-DCMAKE_SYSTEM_NAME=Windows", f"-DCMAKE_C_COMPILER={COMPILER}",
        "-DARCIDENTITY_SHARED=ON", "-DARCIDENTITY_STATIC=OFF", "-DARCIDENTITY_RELOCATABLE=ON",
        "-DCMAKE_INSTALL_LIBDIR=lib",
    )  # fmt: skip
    context.run("cmake", "--install", configured, "--prefix", tree)


def import_library(context: Context, directory: pathlib.Path) -> None:
    """Makes the import library for MSVC, whose own tool makes the same of the same list."""
    context.python(
        "-m", "ziglang", "dlltool", "-m", "i386:x86-64", "-d", directory / "arcidentity.def",
        "-l", directory / "arcidentity.lib",
    )  # fmt: skip


def documents(context: Context, tree: pathlib.Path) -> None:
    """The manual is text, since Windows shows no manual pages."""
    shutil.rmtree(tree / "share")
    for document in library.DOCUMENTS:
        shutil.copy(SOURCE / document, tree)
    shutil.copy(SOURCE / "release/texts/windows.md", tree / "README.md")
    # The command has everything inside that the library has.
    (tree / "THIRD-PARTY.txt").write_text(notices.text(context, program.PACKAGE, TARGET))
    (tree / "doc").mkdir()
    for page in MANUALS:
        text = manuals.text(context, SOURCE / page)
        (tree / "doc" / pathlib.Path(page).with_suffix(".txt").name).write_text(text)
