"""The packages for Fedora, RHEL and SUSE."""

import pathlib
import shutil
import tempfile
import time

from . import library, repository, trees
from .context import SOURCE, Context
from .systems import Machine

SPECS = SOURCE / "release/rpm"
# Beside the directories, of which Debian's rpm has others: nothing of the machine and the hour, and no file that the
# builder's rpm thinks of.
MACROS = {
    "_libdir": "/usr/lib64",
    "_docdir": "/usr/share/doc",
    "_build_id_links": "none",
    "_buildhost": "reproducible",
    "__os_install_post": "%{nil}",
    "__pkgconfig_provides": "%{nil}",
    "__pkgconfig_requires": "%{nil}",
    "clamp_mtime_to_source_date_epoch": "1",
    "debug_package": "%{nil}",
    "optflags": "%{nil}",
    "_target_platform": "%{_target_cpu}-linux",
    "source_date_epoch_from_changelog": "0",
    "use_source_date_epoch_as_buildtime": "1",
}


def pack_library(context: Context, machine: Machine, prebuilt: pathlib.Path, maintainer: str) -> None:
    """The library and its `-devel`."""
    build = library.configure(
        context, f"rpm-{machine.name}", prebuilt, "-DCMAKE_INSTALL_PREFIX=/usr", "-DCMAKE_INSTALL_LIBDIR=lib64"
    )
    root = trees.fresh(context.work / "trees" / f"rpm-library-{machine.name}")
    context.run("cmake", "--install", build, DESTDIR=str(root))
    documents = root / "usr/share/doc/libarcidentity"
    documents.mkdir(parents=True)
    for document in library.DOCUMENTS:
        shutil.copy(SOURCE / document, documents)
    shutil.copy(prebuilt / "THIRD-PARTY.txt", documents)
    (soname,) = (path.name for path in root.glob("usr/lib64/libarcidentity.so.*") if path.is_symlink())
    pack(context, machine, "libarcidentity", root, maintainer, arcidentity_soname=soname)


def pack_program(context: Context, machine: Machine, tree: pathlib.Path, maintainer: str) -> None:
    """The command."""
    root = trees.fresh(context.work / "trees" / f"rpm-program-{machine.name}")
    shutil.copytree(tree, root / "usr")
    (root / "usr/share/doc/arcidentity/README.md").unlink()
    pack(context, machine, "arcidentity", root, maintainer)


def pack(
    context: Context, machine: Machine, name: str, root: pathlib.Path, maintainer: str, **more: str
) -> None:
    """Packs a tree by the specification of this name."""
    licences = root / "usr/share/licenses" / name
    licences.mkdir(parents=True)
    for file in ("LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.txt"):
        (root / "usr/share/doc" / name / file).rename(licences / file)
    for page in root.glob("usr/share/man/*/*"):
        trees.gzipped(page)
    trees.normalize(context, root)
    day = time.strftime("%a %b %d %Y", time.gmtime(context.epoch))
    values = {
        # A compression that RHEL 7 reads.
        "_binary_payload": f"w{context.level(6)}.xzdio",
        "_rpmfilename": "%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm",
        "arcidentity_tree": root,
        "arcidentity_version": context.version,
        "arcidentity_day": day,
        "arcidentity_maintainer": maintainer,
        "arcidentity_repository": repository.address(context),
    }
    # Scripts of rpm's own do not take a place with a space in its name. Its home has no macros of whoever builds.
    with tempfile.TemporaryDirectory() as top:
        values |= {"_topdir": top, "_rpmdir": top}
        defines = [f"--define={macro} {value}" for macro, value in (MACROS | values | more).items()]
        build = ["rpmbuild", "-bb", "--quiet", f"--target={machine.name}-linux", *defines, SPECS / f"{name}.spec"]
        context.run(*build, HOME=top)
        for package in pathlib.Path(top).glob("*.rpm"):
            shutil.copy(package, context.out)
