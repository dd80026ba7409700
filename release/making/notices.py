"""The licences of what is in a binary beside our own code: other crates, Rust's standard library, a C library."""

import html
import pathlib
import re
import textwrap
from typing import NamedTuple

from . import c_code, cargo
from .context import SOURCE, Context

# Of the texts of a crate's licences, this one is given where there is a choice: it has the names of the authors.
CHOSEN = re.compile(r"license-mit", re.IGNORECASE)
# What an author calls such a text.
TEXTS = re.compile(r"licen[cs]e|copying|notice|unlicense", re.IGNORECASE)
RULE = "=" * 80
INTRODUCTION = """\
What these files have inside beside code of libarcidentity, and under which licence. Where there is a choice between
licences, the texts below are those of the chosen one.
"""
OF_SOURCES = """\
What the C library has inside beside code of libarcidentity where it is compiled from these sources, for Linux or
Windows, and under which licence. Where there is a choice between licences, the texts below are those of the chosen one.
Another Rust than the one named has other versions of what is in its standard library.
"""
SYSTEMS = ("x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc")


class Notice(NamedTuple):
    """Something with one licence."""

    name: str
    licence: str
    text: str


def text(context: Context, package: str, target: str) -> str:
    """The notices for a package of the workspace, as it is built for a Rust target."""
    notices = crates(context, package, target) + standard_library(context, target)
    for code in c_code.linked(target):
        words = (context.zig / code.text).read_text() if code.text else kept(code.name)
        notices.append(Notice(code.name, code.licence, words))
    return written(INTRODUCTION, notices)


def of_sources(context: Context, package: str) -> str:
    """Those of a package for whoever compiles it, on each system."""
    return written(OF_SOURCES, crates_anywhere(context, package) + standard_library(context, SYSTEMS[0]))


def crates_anywhere(context: Context, package: str) -> list[Notice]:
    """Those of other crates that are linked on any system."""
    found = (notice for target in SYSTEMS for notice in crates(context, package, target))
    return sorted(dict.fromkeys(found))


def written(introduction: str, notices: list[Notice]) -> str:
    names = dict.fromkeys(f"* {notice.name}: {notice.licence}" for notice in notices)
    # A text that several have is there once.
    owners: dict[str, dict[str, None]] = {}
    for notice in notices:
        words = "\n".join(line.rstrip() for line in notice.text.strip("\n").splitlines())
        owners.setdefault(words, {})[notice.name] = None
    texts = (f"\n{RULE}\n{folded(list(names))}\n{RULE}\n\n{words}\n" for words, names in owners.items())
    return "".join([textwrap.fill(introduction, 80), "\n\n", "\n".join(names), "\n", *texts])


def folded(names: list[str]) -> str:
    return textwrap.fill(", ".join(names), 80, break_long_words=False, break_on_hyphens=False)


def crates(context: Context, package: str, target: str) -> list[Notice]:
    """Those of other crates that are linked."""
    linked = (context.crates[crate] for crate in sorted(cargo.linked_crates(context, package, target)))
    return [notice for crate in linked if crate["source"] for notice in of_crate(crate)]


def of_crate(crate: dict) -> list[Notice]:
    name = f"{crate['name']} {crate['version']}"
    directory = pathlib.Path(crate["manifest_path"]).parent
    files = sorted(path for path in directory.iterdir() if TEXTS.match(path.name) and path.is_file())
    files = [path for path in files if CHOSEN.match(path.name)] or files
    if not files:
        raise SystemExit(f"{name} has no text of its licence")
    return [Notice(name, crate["license"], path.read_text()) for path in files]


def standard_library(context: Context, target: str) -> list[Notice]:
    """Those of Rust's standard library, and of the crates in it."""
    rust = context.output("rustc", "--version").split()[1]
    ours = Notice(f"Rust's standard library {rust}", "MIT OR Apache-2.0", kept("rust"))
    libraries = cargo.target_libraries(context, target).glob("*.rlib")
    inside = {path.name.removeprefix("lib").rsplit("-", 1)[0] for path in libraries} - OWN
    page = on_its_page(context)
    unicode = documents(context) / "licenses/Unicode-3.0.txt"
    found = [ours, Notice("Unicode's data in Rust's standard library", "Unicode-3.0", unicode.read_text())]
    for name in sorted(inside):
        on_page = [notice for notice in page if re.match(rf"{name.replace('_', '[-_]')} \d", notice.name)]
        licence = KEPT.get(name)
        found += on_page or [Notice(f"{name} in Rust's standard library", licence or "", kept(name))]
    return found


# Crates of the standard library's own, and such that no program of ours links.
OWN = {
    "alloc", "core", "getopts", "panic_abort", "panic_unwind", "proc_macro", "profiler_builtins", "rustc_literal_escaper",
    "rustc_std_workspace_alloc", "rustc_std_workspace_core", "rustc_std_workspace_std", "std", "std_detect", "sysroot",
    "test", "unwind",
}  # fmt: skip
# Those that the page of the standard library lacks; their texts are in release/licences.
KEPT = {
    "addr2line": "MIT OR Apache-2.0",
    "adler2": "MIT OR Apache-2.0 OR 0BSD",
    "compiler_builtins": "MIT AND Apache-2.0 WITH LLVM-exception",
    "memchr": "MIT OR Unlicense",
    "miniz_oxide": "MIT OR Zlib OR Apache-2.0",
    "object": "MIT OR Apache-2.0",
}


def kept(name: str) -> str:
    """The text of a licence that no other place has which is here when a release is built."""
    path = SOURCE / "release/licences" / f"{name}.txt"
    if not path.exists():
        raise SystemExit(f"{name} is linked, and no text of its licence is in {path.parent}")
    return path.read_text()


def documents(context: Context) -> pathlib.Path:
    """Where the toolchain has its own licences."""
    return context.sysroot / "share/doc/rust"


def on_its_page(context: Context) -> list[Notice]:
    """What Rust's own page of notices says about crates."""
    page = (documents(context) / "COPYRIGHT-library.html").read_text()
    notices = []
    for part in page.split("<h3>📦 ")[1:]:
        name, version = html.unescape(part.split("<")[0]).rsplit("-", 1)
        licence = re.search("<b>License:</b> ([^<]*)<", part)
        texts = re.findall(r"<summary><code>([^<]*)</code></summary>\s*<pre>\n?(.*?)</pre>", part, re.DOTALL)
        texts = [found for found in texts if CHOSEN.match(found[0])] or texts
        for _, words in texts:
            notices.append(Notice(f"{name} {version}", licence[1] if licence else "", html.unescape(words)))
    return notices
