"""Where the sources are published."""

from .context import Context


def address(context: Context) -> str:
    """What Cargo.toml says."""
    own = (crate for crate in context.crates.values() if not crate["source"])
    (found,) = {crate["repository"] for crate in own} - {None}
    return found


def of_this_version(context: Context) -> str:
    """The address of the files of this release; a file's path follows."""
    return f"{address(context)}/blob/v{context.version}/"
