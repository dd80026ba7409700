#!/bin/sh
# Seen with pyo3 0.30.1, maturin 1.16.0, Rust 1.95.0 and CPython 3.11 on Linux.
#
# A class of Python knows the module that it is from: pickle finds it there, and logs and reports name it so. One would
# expect `package._native` for all classes of that extension module, as functions have it. A class that stands in the Rust
# module of `#[pymodule]` has `_native`, without the package, and one that is exported from another place has `builtins`.
# Neither can be pickled, so that nothing that holds one reaches another process, and the name `builtins.Token` in a log
# sends its reader nowhere. In a module without a package the first is right, by chance. With
# `#[pyclass(module = "package._native")]` both are what one would expect.
#
# Seen output:
#   inside: package._native
#   Inside: _native, cannot be pickled
#   Outside: builtins, cannot be pickled
#   Named: package._native, can be pickled
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check maturin==1.16.0
cd "$directory"
mkdir -p src python/package
: > python/package/__init__.py
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
cat > pyproject.toml <<'END'
[build-system]
requires = ["maturin==1.16.0"]
build-backend = "maturin"

[project]
name = "example"
version = "0.1.0"

[tool.maturin]
python-source = "python"
module-name = "package._native"
END
cat > src/lib.rs <<'END'
use pyo3::prelude::*;

#[pyclass]
struct Outside;

#[pyclass(module = "package._native")]
struct Named;

#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::{Named, Outside};

    #[pyclass]
    struct Inside;

    #[pyfunction]
    fn inside() {}
}
END
cat > see.py <<'END'
import pickle
import sys

from package import _native


def pickled(member):
    try:
        pickle.dumps(member)
    except pickle.PicklingError:
        return "cannot be pickled"
    return "can be pickled"


seen = [f"inside: {_native.inside.__module__}"]
for member in (_native.Inside, _native.Outside, _native.Named):
    seen.append(f"{member.__name__}: {member.__module__}, {pickled(member)}")
print("\n".join(seen))
sys.exit(seen != [
    "inside: package._native",
    "Inside: _native, cannot be pickled",
    "Outside: builtins, cannot be pickled",
    "Named: package._native, can be pickled",
])
END
if ! RUSTUP_TOOLCHAIN=1.95.0 venv/bin/maturin build --quiet --out wheels > log 2>&1; then
    cat log >&2
    exit 1
fi
venv/bin/pip install --quiet --disable-pip-version-check --no-index wheels/*.whl
venv/bin/python see.py
