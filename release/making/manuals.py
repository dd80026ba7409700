"""Manual pages as plain text."""

import pathlib
import re

from .context import Context


def text(context: Context, page: pathlib.Path) -> str:
    """A manual page without the backspaces by which a terminal shows it bold and underlined."""
    shown = context.output("mandoc", "-T", "utf8", "-O", "width=80", page)
    return re.sub(".\b", "", shown)
