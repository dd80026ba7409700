#!/bin/sh
# Seen with maturin 1.16.0 and CPython 3.11 on Linux.
#
# A project whose build backend is maturin says nothing about Rust. Where there is no cargo, one would expect that
# `pip install` of its source distribution fails and says so. It succeeds: maturin's build hook asks pip for one more
# build requirement, the package puccinialin, which downloads rustup and a whole toolchain, about 750 MB in
# ~/.cache/puccinialin, without a word at pip's usual verbosity. With MATURIN_NO_INSTALL_RUST=1 it asks for nothing,
# and the build ends with the missing cargo.
#
# Seen output:
#   without cargo: ['puccinialin']
#   without cargo, MATURIN_NO_INSTALL_RUST=1: []
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check maturin==1.16.0
cat > "$directory/pyproject.toml" <<'END'
[build-system]
requires = ["maturin==1.16.0"]
build-backend = "maturin"

[project]
name = "example"
version = "0.1.0"
END

# What pip asks a build backend before it builds, on a search path without cargo.
ask() {
    cd "$directory"
    env -i PATH="$directory/venv/bin" HOME="$directory" "$@" "$directory/venv/bin/python" -c \
        'import maturin; print(maturin.get_requires_for_build_wheel())'
}

without=$(ask)
forbidden=$(ask MATURIN_NO_INSTALL_RUST=1)
echo "without cargo: $without"
echo "without cargo, MATURIN_NO_INSTALL_RUST=1: $forbidden"
[ "$without" = "['puccinialin']" ] && [ "$forbidden" = "[]" ]
