#!/bin/sh
# Seen with pyo3 0.30.1, maturin 1.16.0, Rust 1.95 and CPython 3.11 on Linux.
#
# A function of pyo3 has a signature that `inspect` reads. One would expect the defaults in it that the function has. Some
# literals are there; a negative number, a named constant and any other expression are `...`, and for `inspect` that is
# the default: the object Ellipsis. A program that fills in the defaults of a signature to call the function with them, as
# decorators that validate, log or cache do, hands over Ellipsis, and the function refuses its own default.
#
# Seen output:
#   wait(seconds = 30): the default is 30, with it the function returns 30
#   wait(seconds = -1): the default is Ellipsis, with it the function raises TypeError
#   wait(seconds = DEFAULT): the default is Ellipsis, with it the function raises TypeError
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

const DEFAULT: i64 = 30;

#[pymodule]
mod example {
    use super::*;

    #[pyfunction(signature = (seconds = 30))]
    fn positive(seconds: i64) -> i64 {
        seconds
    }

    #[pyfunction(signature = (seconds = -1))]
    fn negative(seconds: i64) -> i64 {
        seconds
    }

    #[pyfunction(signature = (seconds = DEFAULT))]
    fn constant(seconds: i64) -> i64 {
        seconds
    }
}
END
cat > "$directory/see.py" <<'END'
import inspect
import sys

import example


def see(name, function):
    arguments = inspect.signature(function).bind()
    arguments.apply_defaults()
    default = arguments.arguments["seconds"]
    try:
        outcome = f"returns {function(*arguments.args)}"
    except Exception as error:
        outcome = f"raises {type(error).__name__}"
    line = f"wait(seconds = {name}): the default is {default}, with it the function {outcome}"
    print(line)
    return line


seen = [see("30", example.positive), see("-1", example.negative), see("DEFAULT", example.constant)]
sys.exit(
    seen
    != [
        "wait(seconds = 30): the default is 30, with it the function returns 30",
        "wait(seconds = -1): the default is Ellipsis, with it the function raises TypeError",
        "wait(seconds = DEFAULT): the default is Ellipsis, with it the function raises TypeError",
    ]
)
END
cd "$directory"
venv/bin/pip install --quiet --disable-pip-version-check .
venv/bin/python see.py
