#!/bin/sh
# Seen with maturin 1.16.0, cargo 1.95.0 and CPython 3.11 on Linux x86-64.
#
# maturin puts a list of the crates (SBOM) into each wheel. A wheel is for one platform, and one would expect those crates
# in the list that are in this wheel. There are those of all platforms: a crate that only Windows needs is in the list of
# a wheel for Linux, and "required", the same as one whose code is there. Who looks for a vulnerable crate by the lists
# of wheels finds it where it is not. `cargo tree --target` shows what is in it, and so does cargo-auditable in the library.
#
# Seen output:
#   in the list of the wheel for Linux: cfg-if required, windows-link required
#   what cargo builds for it: cfg-if
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check maturin==1.16.0
mkdir "$directory/src"
cd "$directory"
cat > Cargo.toml <<'END'
[package]
name = "example"
version = "0.1.0"
edition = "2021"

[dependencies]
cfg-if = "=1.0.4"

[target.'cfg(windows)'.dependencies]
windows-link = "=0.2.1"

[workspace]
END
echo 'fn main() {}' > src/main.rs
cat > pyproject.toml <<'END'
[build-system]
requires = ["maturin==1.16.0"]
build-backend = "maturin"

[project]
name = "example"
version = "0.1.0"

[tool.maturin]
bindings = "bin"
END
cat > see.py <<'END'
import glob
import json
import zipfile

with zipfile.ZipFile(glob.glob("wheels/*linux*.whl")[0]) as wheel:
    lists = [name for name in wheel.namelist() if ".dist-info/sboms/" in name]
    components = json.loads(wheel.read(lists[0]))["components"]
crates = sorted(f"{component['name']} {component['scope']}" for component in components)
print("in the list of the wheel for Linux:", ", ".join(crates))
END
export RUSTUP_TOOLCHAIN=1.95.0
venv/bin/maturin build --quiet --compatibility linux --out wheels 2> log || { cat log; exit 1; }
target=x86_64-unknown-linux-gnu
seen=$(
    venv/bin/python see.py
    printf 'what cargo builds for it: '
    cargo tree --quiet --target $target --edges normal --prefix none | sed -n '2,$s/ .*//p' | paste -s -d ,
)
echo "$seen"
[ "$seen" = "in the list of the wheel for Linux: cfg-if required, windows-link required
what cargo builds for it: cfg-if" ]
