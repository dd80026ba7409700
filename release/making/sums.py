"""The list of checksums, in the form that `sha256sum --check` reads."""

import hashlib
import pathlib

NAME = "SHA256SUMS"


def write(directory: pathlib.Path) -> None:
    files = sorted(path for path in directory.iterdir() if path.name != NAME)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (directory / NAME).write_text("".join(lines))
