#!/usr/bin/env bash
# Builds the source distribution and a wheel for each system into target/wheels. Needs Rust with rustup and Python 3.10
# or later; Zig, the linker for old versions of the C libraries, comes from PyPI.
#
# One wheel serves all versions of CPython from 3.10 on, but for the free-threaded ones: their stable ABI begins with
# 3.15, and a wheel for 3.14t would need that interpreter here.
set -euo pipefail
cd "$(dirname "$0")"

target=${CARGO_TARGET_DIR:-$PWD/../target}
wheels=$target/wheels
tools=$target/wheel-tools
rm -rf "$wheels"

if [ ! -x "$tools/bin/python" ]; then
    python3 -m venv "$tools"
fi
"$tools/bin/pip" install --quiet --disable-pip-version-check maturin==1.16.0 ziglang==0.17.1
PATH=$tools/bin:$PATH

# The texts of panics name source files: not where they were on this machine.
workspace=$(cd .. && pwd)
export RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo --remap-path-prefix=$workspace=libarcidentity"

maturin sdist --out "$wheels"
while read -r rust_target compatibility; do
    rustup target add "$rust_target"
    maturin build --release --locked --zig --interpreter python3.10 --target "$rust_target" \
        --compatibility "$compatibility" --out "$wheels"
done <<'TARGETS'
x86_64-unknown-linux-gnu manylinux2014
aarch64-unknown-linux-gnu manylinux2014
x86_64-unknown-linux-musl musllinux_1_2
TARGETS
ls -l "$wheels"
