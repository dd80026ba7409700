"""Where the sources are published."""

import json

from .context import Context


def address(context: Context) -> str:
    """What Cargo.toml says."""
    metadata = json.loads(context.output("cargo", "metadata", "--no-deps", "--format-version", "1"))
    (found,) = {package["repository"] for package in metadata["packages"]} - {None}
    return found


def of_this_version(context: Context) -> str:
    """The address of the files of this release; a file's path follows."""
    return f"{address(context)}/blob/v{context.version}/"
