"""The packages for Debian and Ubuntu."""

import pathlib
import shutil

from . import library, trees
from .cargo import GLIBC_FLOOR
from .context import SOURCE, Context
from .systems import Machine

TEXTS = SOURCE / "release/deb"


def pack_library(context: Context, machine: Machine, prebuilt: pathlib.Path) -> pathlib.Path:
    """The two packages of the library, as its CMake project makes them, and the one that programs need."""
    build = library.configure(
        context, f"deb-{machine.debian}", prebuilt, "-DCMAKE_INSTALL_PREFIX=/usr",
        f"-DCMAKE_INSTALL_LIBDIR=lib/{machine.name}-linux-gnu",
        # Found by name, dpkg-shlibdeps would demand the version in which glibc joined its libraries into one.
        f"-DARCIDENTITY_DEBIAN_DEPENDS=libc6 (>= {GLIBC_FLOOR})",
        f"-DCPACK_DEBIAN_PACKAGE_ARCHITECTURE={machine.debian}",
    )  # fmt: skip
    packages = trees.fresh(build / "packages")
    context.run("cpack", "--config", build / "CPackConfig.cmake", "-B", packages, cwd=build)
    made = sorted(packages.glob("*.deb"))
    for package in made:
        shutil.copy(package, context.out)
    (runtime,) = (package for package in made if not package.name.startswith("libarcidentity-dev_"))
    return runtime


def pack_program(context: Context, machine: Machine, tree: pathlib.Path, beside: pathlib.Path) -> None:
    """The package of the command, with the version, the maintainer, the homepage and the copyright of another package."""
    root = trees.fresh(context.work / "trees" / f"deb-{machine.debian}")
    shutil.copytree(tree, root / "usr")
    share = root / "usr/share"
    (share / "zsh/site-functions").rename(share / "zsh/vendor-completions")
    documents = share / "doc/arcidentity"
    # Debian has a place of its own for these.
    for name in ("LICENSE-APACHE", "LICENSE-MIT", "README.md", "CHANGELOG.md"):
        (documents / name).unlink()
    (documents / "THIRD-PARTY.txt").rename(documents / "THIRD-PARTY")
    unpacked = trees.fresh(context.work / "trees" / f"beside-{machine.debian}")
    context.run("dpkg-deb", "--extract", beside, unpacked)
    for file in unpacked.glob("usr/share/doc/*/c*"):
        shutil.copy(file, documents)
    for file in (documents / "THIRD-PARTY", *share.glob("man/*/*")):
        trees.gzipped(file)
    overrides = share / "lintian/overrides"
    overrides.mkdir(parents=True)
    shutil.copy(TEXTS / "lintian-overrides", overrides / "arcidentity")

    size = sum(-(-path.lstat().st_size // 1024) if path.is_file() else 1 for path in root.rglob("*"))
    values = {
        "version": field(context, beside, "Version"),
        "architecture": field(context, beside, "Architecture"),
        "maintainer": field(context, beside, "Maintainer"),
        "homepage": field(context, beside, "Homepage"),
        "size": str(size),
    }
    control = (TEXTS / "control").read_text()
    for name, value in values.items():
        control = control.replace(f"@{name}@", value)
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN/control").write_text(control)
    (root / "DEBIAN/md5sums").write_text(trees.md5sums(root))
    trees.normalize(context, root)
    context.run("dpkg-deb", "--root-owner-group", "-Zxz", f"-z{context.level(6)}", "--build", root, context.out)


def field(context: Context, package: pathlib.Path, name: str) -> str:
    """What a package says about itself."""
    return context.output("dpkg-deb", "--field", package, name).strip()
