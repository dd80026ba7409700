#!/bin/sh
# Seen with pyo3 0.30.1, maturin 1.16.0, Rust 1.95 and CPython 3.11 on Linux.
#
# `?` in a function of pyo3 makes an OSError of a std::io::Error, whose `raw_os_error()` is the errno
# of the system call. One would expect it in the exception's `errno`, as Python's own functions have
# it. pyo3 makes the exception with the text alone: `errno` and `strerror` are None. Its class follows
# the errors for which Rust has a kind and Python a class. All others are a bare OSError, of which a
# program cannot tell but by its text whether a disk is full or a link goes in circles.
#
# Seen output:
#   Python: FileNotFoundError, errno ENOENT, taken by "if error.errno == errno.ENOENT"
#   pyo3: FileNotFoundError, errno None, not taken
#   Python: OSError, errno ELOOP, taken by "if error.errno == errno.ELOOP"
#   pyo3: OSError, errno None, not taken
#   Python: OSError, errno ENOSPC, taken by "if error.errno == errno.ENOSPC"
#   pyo3: OSError, errno None, not taken
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check maturin==1.16.0
mkdir "$directory/src"
cat > "$directory/Cargo.toml" <<'END'
[package]
name = "example"
version = "0.1.0"
edition = "2021"

[lib]
crate-type = ["cdylib"]

[dependencies]
pyo3 = { version = "=0.30.1", features = ["abi3-py310"] }
END
cat > "$directory/pyproject.toml" <<'END'
[build-system]
requires = ["maturin==1.16.0"]
build-backend = "maturin"

[project]
name = "example"
version = "0.1.0"
END
cat > "$directory/src/lib.rs" <<'END'
use pyo3::prelude::*;

#[pymodule]
mod example {
    use super::*;
    use std::io::Write;
    use std::path::PathBuf;

    #[pyfunction]
    fn write(path: PathBuf) -> PyResult<()> {
        let mut file = std::fs::File::options().write(true).open(path)?;
        Ok(file.write_all(b"text")?)
    }
}
END
cat > "$directory/see.py" <<'END'
import errno
import os
import sys

import example


def write(path):
    with open(path, "r+b", buffering=0) as file:
        file.write(b"text")


def see(name, function, path, number):
    try:
        function(path)
    except OSError as error:
        kind, found = type(error).__name__, errno.errorcode.get(error.errno)
    wanted = errno.errorcode[number]
    taken = f'taken by "if error.errno == errno.{wanted}"' if found == wanted else "not taken"
    print(f"{name}: {kind}, errno {found}, {taken}")
    return kind, found


os.symlink("circle", "circle")
seen = []
for path, number in ("missing", errno.ENOENT), ("circle", errno.ELOOP), ("/dev/full", errno.ENOSPC):
    seen += [see("Python", write, path, number), see("pyo3", example.write, path, number)]
sys.exit(
    seen
    != [
        ("FileNotFoundError", "ENOENT"),
        ("FileNotFoundError", None),
        ("OSError", "ELOOP"),
        ("OSError", None),
        ("OSError", "ENOSPC"),
        ("OSError", None),
    ]
)
END
cd "$directory"
venv/bin/pip install --quiet --disable-pip-version-check .
venv/bin/python see.py
