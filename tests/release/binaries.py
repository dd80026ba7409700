"""Unpacks the programs and shared libraries of a release, one of each kind, and names them: binaries.py RELEASE DIRECTORY."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "release"))
sys.dont_write_bytecode = True

from making import auditable, contents  # noqa: E402

release, directory = map(pathlib.Path, sys.argv[1:])
directory.mkdir(parents=True)
known = set()
for artifact in sorted(release.iterdir()):
    for name, content in contents.files(artifact):
        if auditable.is_binary(content) and content not in known:
            known.add(content)
            path = directory / f"{artifact.name}-{pathlib.PurePath(name).name}"
            path.write_bytes(content)
            print(path)
