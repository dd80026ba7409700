"""The command for Linux, as one file that needs no other, and what belongs to it."""

import pathlib
import shutil

from . import cargo, notices, pages, trees
from .context import SOURCE, Context
from .library import DOCUMENTS
from .systems import Machine

PACKAGE = "arcidentity-cli"
# The manual and the completions, which the wheel has too.
SHARE = SOURCE / "python/wheel/data/share"
# The page that doctor's report is about, and those on what the command does.
PAGES = ("clients.md", "command.md", "doctor-json.md", "emulator.md", "recipes.md", "run.md", "troubleshooting.md")


def stage(context: Context, machine: Machine, name: str) -> pathlib.Path:
    """A tree with the command, its manual, its completions, its pages and its licences."""
    target = machine.target("musl")
    built = cargo.build(context, PACKAGE, target)
    tree = trees.fresh(context.work / "trees" / name)
    (tree / "bin").mkdir()
    shutil.copy(built / "arcidentity", tree / "bin")
    shutil.copytree(SHARE, tree / "share")
    documents = tree / "share/doc/arcidentity"
    documents.mkdir(parents=True)
    for document in (SOURCE / document for document in DOCUMENTS):
        shutil.copy(document, documents)
    for page in PAGES:
        (documents / page).write_text(pages.packed(context, page, PAGES))
    shutil.copy(SOURCE / "release/texts/program.md", documents / "README.md")
    (documents / "THIRD-PARTY.txt").write_text(notices.text(context, PACKAGE, target))
    return tree


def pack(context: Context, machine: Machine) -> pathlib.Path:
    """The tree as an archive; it works wherever it is unpacked."""
    tree = stage(context, machine, f"arcidentity-{context.version}-{machine.name}-linux")
    trees.tar(context, tree)
    return tree
