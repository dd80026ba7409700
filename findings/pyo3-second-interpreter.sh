#!/bin/sh
# Seen with pyo3 0.30.1, maturin 1.16.0, Rust 1.95 and CPython 3.11 on Linux.
#
# pyo3 keeps the classes of a module in statics of the process, and has an ImportError for a second interpreter: "PyO3
# modules do not yet support subinterpreters". One would expect that error. It is in the code of submodules only, as a
# module is now made by Python (multi-phase initialization): a second interpreter imports the module without a word, and
# has the first one's classes. An object that the module keeps for the first interpreter, such as an exception class that
# it imported, is the second one's as well, where no `except` clause catches it.
#
# Seen output:
#   first: caught
#   second: not caught, although it is an error.Failure
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check maturin==1.16.0
mkdir "$directory/src"
cat > "$directory/Cargo.toml" <<'END_OF_FILE'
[package]
name = "example"
version = "0.1.0"
edition = "2021"

[lib]
crate-type = ["cdylib"]

[dependencies]
pyo3 = { version = "=0.30.1", features = ["abi3-py310"] }
END_OF_FILE
cat > "$directory/pyproject.toml" <<'END_OF_FILE'
[build-system]
requires = ["maturin==1.16.0"]
build-backend = "maturin"

[project]
name = "example"
version = "0.1.0"
END_OF_FILE
cat > "$directory/src/lib.rs" <<'END_OF_FILE'
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

#[pymodule]
mod example {
    use super::*;

    // As the documentation of PyOnceLock::import shows it.
    #[pyfunction]
    fn fail(py: Python<'_>) -> PyResult<()> {
        static FAILURE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let class = FAILURE.import(py, "error", "Failure")?;
        Err(PyErr::from_type(class.clone(), ()))
    }
}
END_OF_FILE
echo 'class Failure(Exception): pass' > "$directory/error.py"
cat > "$directory/program.py" <<'END_OF_FILE'
import _xxsubinterpreters as interpreters

USE = """
import error, example

try:
    example.fail()
except error.Failure:
    print("caught", flush=True)
except Exception as other:
    print("not caught, although it is an", f"{type(other).__module__}.{type(other).__name__}", flush=True)
"""
print("first: ", end="", flush=True)
exec(USE)
print("second: ", end="", flush=True)
interpreters.run_string(interpreters.create(isolated=False), USE)
END_OF_FILE
(cd "$directory" && venv/bin/pip install --quiet --disable-pip-version-check .)

seen=$(cd "$directory" && PYTHONPATH=. venv/bin/python program.py)
echo "$seen"
[ "$seen" = "first: caught
second: not caught, although it is an error.Failure" ]
