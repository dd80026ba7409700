#!/usr/bin/env bash
# Builds the source distribution and two wheels for each system into target/wheels: wheels.sh [RUST_TARGET…], by
# default all systems. Needs Rust with rustup, Python 3.10 or later and, for Windows, MinGW; the other tools, among them
# Zig as the linker for old versions of the C libraries, come from PyPI, or from the environment that WHEEL_TOOLS names.
#
# The wheel abi3 serves CPython from 3.9 on, and abi3t from 3.15 on, free-threaded or not. The free-threaded 3.14 has
# no stable ABI: it builds the source distribution.
set -euo pipefail
cd "$(dirname "$0")"

[ $# -gt 0 ] || set -- x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-unknown-linux-musl x86_64-pc-windows-gnu

target=${CARGO_TARGET_DIR:-$PWD/../target}
wheels=$target/wheels
rm -rf "$wheels"

tools=${WHEEL_TOOLS:-$target/wheel-tools}
if [ -z "${WHEEL_TOOLS:-}" ]; then
    [ -x "$tools/bin/pip" ] || python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check --requirement wheel-tools.txt
fi
PATH=$tools/bin:$PATH

# The texts of panics name source files, those of other crates by their whole path: not where they were on this machine.
export RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"

# Neither does the SBOM, where cargo's names of packages are their directories.
forget_directories() {
    local unpacked=$target/wheel-unpacked
    rm -rf "$unpacked"
    wheel unpack --dest "$unpacked" "$1"
    sed -i 's|path+file://.*/|path+file:///libarcidentity/|' "$unpacked"/*/*.dist-info/sboms/*
    SOURCE_DATE_EPOCH=315532800 wheel pack --dest-dir "$wheels" "$unpacked"/*
}

# CPython before 3.14 ends a daemon thread by unwinding its stack, with the system's unwinder. Zig puts LLVM's into the wheel,
# which takes the system's state for its own, so that a thread in a call would end the process. With a library of the name
# and the functions of the system's to link to, it has none in itself.
stand_in_for_libgcc() { # DIRECTORY RUST_TARGET
    local name functions=(RaiseException Resume DeleteException Backtrace GetIP GetIPInfo GetCFA GetGR SetGR SetIP
        GetLanguageSpecificData GetRegionStart GetTextRelBase GetDataRelBase FindEnclosingFunction)
    mkdir -p "$1"
    for name in "${functions[@]}"; do
        echo "void _Unwind_$name(void) {}"
    done | python3 -m ziglang cc -target "${2/unknown-/}" -shared -nostdlib -Wl,-soname,libgcc_s.so.1 \
        -o "$1/libgcc_s.so" -x c -
}

build() { # RUST_TARGET
    local maturin=(maturin build --release --locked --target "$1" --target-dir "$target/wheel-builds" --out "$wheels")
    local rustc=()
    case $1 in
    # Windows has its own linker, and no versions of its C library to choose from. The linker's time is no part of it.
    *-windows-*) rustc=(-- -Clink-arg=-Wl,--no-insert-timestamp) ;;
    *-musl) maturin+=(--zig --compatibility musllinux_1_2) ;;
    *)
        maturin+=(--zig --compatibility manylinux2014)
        local libgcc=$wheels/../wheel-libgcc/$1
        stand_in_for_libgcc "$libgcc" "$1"
        rustc=(-- "-Clink-arg=$(realpath "$libgcc")/libgcc_s.so")
        ;;
    esac
    pack() { "${maturin[@]}" "$@" "${rustc[@]}"; }
    pack --interpreter python3.9
    pack --interpreter python3.15t --features pyo3/abi3t-py315
}

maturin sdist --out "$wheels"
# One after another, so that what is compiled for this machine, such as macros, is compiled once.
for rust_target; do
    [ -d "$(rustc --print target-libdir --target "$rust_target")" ] || rustup target add "$rust_target"
    build "$rust_target"
done
for wheel in "$wheels"/*.whl; do
    forget_directories "$wheel"
done
ls -l "$wheels"
