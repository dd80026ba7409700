#!/bin/sh
# Seen with maturin 1.16.0, cargo 1.95 and CPython 3.11 on Linux.
#
# A setting `data` of maturin names a directory beside pyproject.toml whose files the wheel installs. A member of a
# Cargo workspace that has one makes its wheel. One would expect the same of its source distribution, which maturin
# makes without a warning and which holds the directory. But pyproject.toml is moved into the root there and its
# settings are adapted, all but this one: the build looks for the directory in the root, and ends. The setting
# `include`, for the source distribution alone, puts a second copy there.
#
# Seen output:
#   the wheel installs share/example.txt
#   the source distribution has python/wheel/data/share/example.txt
#   the wheel of the source distribution: No such data directory
#   with include: share/example.txt
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check maturin==1.16.0
maturin() { "$directory/venv/bin/maturin" "$@" 2>&1; }

# A program in the directory python of a workspace, and a library beside it.
project=$directory/project
mkdir -p "$project/python/src" "$project/python/wheel/data/share" "$project/shared/src"
echo 'An example.' > "$project/python/wheel/data/share/example.txt"
echo 'fn main() {}' > "$project/python/src/main.rs"
: > "$project/shared/src/lib.rs"
cat > "$project/Cargo.toml" <<'END'
[workspace]
resolver = "3"
members = ["python", "shared"]
END
cat > "$project/shared/Cargo.toml" <<'END'
[package]
name = "shared"
version = "0.1.0"
edition = "2021"
END
cat > "$project/python/Cargo.toml" <<'END'
[package]
name = "example"
version = "0.1.0"
edition = "2021"

[dependencies]
shared = { path = "../shared" }
END
cat > "$project/python/pyproject.toml" <<'END'
[build-system]
requires = ["maturin==1.16.0"]
build-backend = "maturin"

[project]
name = "example"
version = "0.1.0"

[tool.maturin]
bindings = "bin"
data = "wheel"
END

# The data files that the wheel of a project installs, or the reason why there is none.
wheel() { # DIRECTORY
    rm -rf "$directory/wheels"
    cd "$1"
    maturin build --offline --out "$directory/wheels" > "$directory/said" ||
        { grep -o 'No such data directory' "$directory/said"; return 0; }
    python3 -m zipfile --list "$directory"/wheels/*.whl | grep -o 'share/[a-z.]*'
}

# The unpacked source distribution.
source_distribution() {
    rm -rf "$directory/sources" "$directory/example-0.1.0"
    cd "$project/python"
    maturin sdist --out "$directory/sources" > "$directory/said"
    python3 -m tarfile --extract "$directory"/sources/*.tar.gz "$directory"
}

own=$(wheel "$project/python")
echo "the wheel installs $own"
source_distribution
packed=$(cd "$directory/example-0.1.0" && find . -name example.txt)
echo "the source distribution has ${packed#./}"
built=$(wheel "$directory/example-0.1.0")
echo "the wheel of the source distribution: $built"
echo 'include = [{ path = "wheel/**/*", format = "sdist" }]' >> "$project/python/pyproject.toml"
source_distribution
included=$(wheel "$directory/example-0.1.0")
echo "with include: $included"
[ "$own" = share/example.txt ] && [ "$packed" = ./python/wheel/data/share/example.txt ]
[ "$built" = 'No such data directory' ] && [ "$included" = share/example.txt ]
