"""Pages of `docs` that are packed apart from the repository."""

import posixpath
import re
from collections.abc import Collection

from . import repository
from .context import SOURCE, Context

# One to a file, with what follows its path; neither to a place in the page itself nor to an address.
LINK = re.compile(r"\]\((?![a-z]+:)([^)#]+)(#[^)]*)?\)")


def packed(context: Context, page: str, beside: Collection[str]) -> str:
    """A page whose links lead to those that are packed beside it, or into the repository as it was released."""
    return linked((SOURCE / "docs" / page).read_text(), beside, repository.of_this_version(context))


def linked(text: str, beside: Collection[str], address: str) -> str:
    def link(found: re.Match) -> str:
        if found[1] in beside:
            return found[0]
        return f"]({address}{posixpath.normpath(f'docs/{found[1]}')}{found[2] or ''})"

    return LINK.sub(link, text)
