#!/bin/sh
# Seen with pyo3 0.30.1, maturin 1.16.0, Rust 1.95.0 and CPython 3.11 on Linux.
#
# A function in Rust that takes a list of texts takes any sequence of Python, and one would expect that one which takes a
# map takes any mapping. It takes `dict` alone: `os.environ`, from which the variables of a child are made, is refused, as
# are all other mappings, though `dict(...)` makes a dict of each. Nor are buffers alike: `Vec<u8>` takes a bytearray, and
# `&[u8]`, which copies nothing, only bytes. Stubs that say Mapping and Buffer promise more than that, and no type checker
# sees it.
#
# Seen output:
#   Vec<String>: list taken, tuple taken, UserList taken
#   HashMap<String, String>: dict taken, os.environ refused, mappingproxy refused, ChainMap refused
#   Vec<u8>: bytes taken, bytearray taken
#   &[u8]: bytes taken, bytearray refused
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check maturin==1.16.0
cd "$directory"
mkdir src
cat > Cargo.toml <<'END'
[package]
name = "example"
version = "0.1.0"
edition = "2021"

[lib]
crate-type = ["cdylib"]

[dependencies]
pyo3 = { version = "=0.30.1", features = ["abi3-py310"] }
END
cat > src/lib.rs <<'END'
use pyo3::prelude::*;

#[pymodule]
mod example {
    use std::collections::HashMap;

    use pyo3::prelude::*;

    #[pyfunction]
    fn texts(_texts: Vec<String>) {}

    #[pyfunction]
    fn map(_map: HashMap<String, String>) {}

    #[pyfunction]
    fn owned(_bytes: Vec<u8>) {}

    #[pyfunction]
    fn borrowed(_bytes: &[u8]) {}
}
END
cat > see.py <<'END'
import collections
import os
import sys
import types

import example

TEXTS = ["a"]
MAP = {"a": "b"}


def taken(function, value):
    try:
        function(value)
    except TypeError:
        return "refused"
    return "taken"


seen = []
for what, function, values in (
    ("Vec<String>", example.texts, {
        "list": TEXTS,
        "tuple": tuple(TEXTS),
        "UserList": collections.UserList(TEXTS),
    }),
    ("HashMap<String, String>", example.map, {
        "dict": MAP,
        "os.environ": os.environ,
        "mappingproxy": types.MappingProxyType(MAP),
        "ChainMap": collections.ChainMap(MAP),
    }),
    ("Vec<u8>", example.owned, {"bytes": b"a", "bytearray": bytearray(b"a")}),
    ("&[u8]", example.borrowed, {"bytes": b"a", "bytearray": bytearray(b"a")}),
):
    seen.append(f"{what}: {', '.join(f'{name} {taken(function, value)}' for name, value in values.items())}")
print("\n".join(seen))
sys.exit(seen != [
    "Vec<String>: list taken, tuple taken, UserList taken",
    "HashMap<String, String>: dict taken, os.environ refused, mappingproxy refused, ChainMap refused",
    "Vec<u8>: bytes taken, bytearray taken",
    "&[u8]: bytes taken, bytearray refused",
])
END
if ! RUSTUP_TOOLCHAIN=1.95.0 venv/bin/maturin build --quiet --out wheels > log 2>&1; then
    cat log >&2
    exit 1
fi
venv/bin/pip install --quiet --disable-pip-version-check --no-index wheels/*.whl
venv/bin/python see.py
