"""The command line of `release/build`."""

import argparse
import os
import pathlib
import shlex
import subprocess

from . import outputs, parts, requirements, sums, tools
from .context import Context


def main(description: str) -> int:
    # What is packed has modes that do not depend on whoever builds.
    os.umask(0o022)
    parser = argparse.ArgumentParser(prog="release/build", description=description.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, help="where the files go; default: target/release-files")
    parser.add_argument("--unoptimized", action="store_true", help="in less time, for tests of the packages")
    parser.add_argument("part", nargs="*", metavar="PART", help="one of: " + ", ".join(parts.PARTS))
    arguments = parser.parse_args()
    unknown = set(arguments.part) - set(parts.PARTS)
    if unknown:
        parser.error("no such part: " + ", ".join(sorted(unknown)))
    chosen = [part for part in parts.PARTS if part in (arguments.part or parts.PARTS)]
    requirements.demand(chosen, tools.WORK)
    try:
        build(chosen, Context(arguments.out, optimized=not arguments.unoptimized))
    except subprocess.CalledProcessError as error:
        # The tool has said why.
        raise SystemExit(f"release/build: {shlex.join(map(str, error.cmd))} failed") from None
    return 0


def build(chosen: list[str], context: Context) -> None:
    with tools.alone_with("build"):
        outputs.clear(context.out, chosen)
        for name in chosen:
            print(f"== {name}", flush=True)
            parts.PARTS[name](context)
        sums.write(context.out)
