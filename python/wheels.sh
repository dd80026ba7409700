#!/usr/bin/env bash
# Builds the source distribution and two wheels for each system into target/wheels. Needs Rust with rustup, Python 3.10
# or later and, for Windows, MinGW; Zig, the linker for old versions of the C libraries, comes from PyPI.
#
# The wheel abi3 serves CPython from 3.10 on, and abi3t from 3.15 on, free-threaded or not. The free-threaded 3.14 has
# no stable ABI, and a wheel of its own could not be tried without it: it builds the source distribution.
set -euo pipefail
cd "$(dirname "$0")"

target=${CARGO_TARGET_DIR:-$PWD/../target}
wheels=$target/wheels
tools=$target/wheel-tools
rm -rf "$wheels"

if [ ! -x "$tools/bin/python" ]; then
    python3 -m venv "$tools"
fi
"$tools/bin/pip" install --quiet --disable-pip-version-check maturin==1.16.0 wheel==0.48.0 ziglang==0.17.1
PATH=$tools/bin:$PATH

# The texts of panics name source files: not where they were on this machine.
workspace=$(cd .. && pwd)
export RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo --remap-path-prefix=$workspace=libarcidentity"

# Neither does the bill of materials, where cargo's names of packages are their directories.
forget_directories() {
    local unpacked=$target/wheel-unpacked
    rm -rf "$unpacked"
    wheel unpack --dest "$unpacked" "$1"
    sed -i 's|path+file://.*/|path+file:///libarcidentity/|' "$unpacked"/*/*.dist-info/sboms/*
    SOURCE_DATE_EPOCH=315532800 wheel pack --dest-dir "$wheels" "$unpacked"/*
}

build() {
    local maturin=(maturin build --release --locked --target "$1")
    maturin+=(--target-dir "$target/wheel-builds/$1" --out "$wheels")
    # Windows has its own linker, and no versions of its C library to choose from.
    [ "$2" = windows ] || maturin+=(--zig --compatibility "$2")
    "${maturin[@]}" --interpreter python3.10
    "${maturin[@]}" --interpreter python3.15t --features pyo3/abi3t-py315
}

windows="x86_64-pc-windows-gnu windows"
if ! command -v x86_64-w64-mingw32-gcc >/dev/null; then
    echo "NOT BUILT: the wheels for Windows need MinGW (g++-mingw-w64-x86-64-posix)" >&2
    windows=
fi

maturin sdist --out "$wheels"
# Side by side: the last step of each, by far the longest, keeps but one processor busy.
builds=()
while read -r rust_target compatibility; do
    [ -n "$rust_target" ] || continue
    rustup target add "$rust_target"
    build "$rust_target" "$compatibility" &
    builds+=($!)
done <<TARGETS
x86_64-unknown-linux-gnu manylinux2014
aarch64-unknown-linux-gnu manylinux2014
x86_64-unknown-linux-musl musllinux_1_2
$windows
TARGETS
for build in "${builds[@]}"; do
    wait "$build"
done
for wheel in "$wheels"/*.whl; do
    forget_directories "$wheel"
done
ls -l "$wheels"
