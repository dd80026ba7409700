"""The crates that are published, as cargo packages them: each is built from its package."""

import shutil

from .context import Context


def build(context: Context) -> None:
    names = published(context)
    if not names:
        print("No crate is published: workspace.package.publish in Cargo.toml is false.")
        return
    target = context.work / "crates"
    packages = [word for name in names for word in ("--package", name)]
    context.run("cargo", "package", "--locked", "--target-dir", target, *packages)
    for name in names:
        shutil.copy(target / f"package/{name}-{context.version}.crate", context.out)


def published(context: Context) -> list[str]:
    """The names of the crates that may be published."""
    own = (crate for crate in context.crates.values() if not crate["source"])
    # Without this key a crate could be published everywhere, and with `false` it is an empty list.
    return [crate["name"] for crate in own if crate["publish"] != []]
