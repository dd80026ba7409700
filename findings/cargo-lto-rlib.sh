#!/bin/sh
# Seen with Rust 1.95.0 on Linux x86-64, and serde_json 1.0.145 as something to optimize.
#
# `lto = true` in the profile has the compiler optimize a library together with all that it uses. One would expect that of
# the shared library of each package that is built so. Where the package is an rlib too, for programs in Rust or for its
# own tests, cargo leaves it out, for both, with no word: one rlib among the kinds is enough. The shared library becomes
# some 10 % larger, which looks like the cost of a new line of code. A static library does no such harm. What helps is a
# package of its own for the C library, or `cargo rustc --crate-type cdylib`, which builds that kind alone.
#
# Seen output:
#   cdylib: optimized at link time
#   cdylib, staticlib: optimized at link time, of the same size
#   cdylib, rlib: not optimized at link time, larger
#   cdylib, rlib with cargo rustc --crate-type cdylib: optimized at link time, of the same size
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
export CARGO_TARGET_DIR="$directory/target"
mkdir src
cat > src/lib.rs <<'END'
#[no_mangle]
pub extern "C" fn parsed(byte: u8) -> bool {
    serde_json::from_slice::<serde_json::Value>(&[byte]).is_ok()
}
END

see() { # KINDS COMMAND [ARGUMENT...]
    cat > Cargo.toml <<END
[package]
name = "library"
version = "0.1.0"
edition = "2021"

[lib]
crate-type = ["$(echo "$1" | sed 's/, /", "/g')"]

[dependencies]
serde_json = "=1.0.145"

[profile.release]
lto = true
END
    shift
    rm -rf target
    cargo +1.95.0 "$@" --release --verbose 2> log || cat log >&2
    case $(grep -e '--crate-name library ' log) in *'-C lto'*) how='optimized' ;; *) how='not optimized' ;; esac
    strip -o stripped target/release/liblibrary.so
    size=$(stat -c %s stripped)
}
see cdylib build
first=$size
seen="cdylib: $how at link time"
compared() { # WHAT
    if [ "$size" -gt "$first" ]; then than='larger'; else than='of the same size'; fi
    seen="$seen
$1: $how at link time, $than"
}
see 'cdylib, staticlib' build
compared 'cdylib, staticlib'
see 'cdylib, rlib' build
compared 'cdylib, rlib'
see 'cdylib, rlib' rustc --crate-type cdylib
compared 'cdylib, rlib with cargo rustc --crate-type cdylib'
echo "$seen"
[ "$seen" = 'cdylib: optimized at link time
cdylib, staticlib: optimized at link time, of the same size
cdylib, rlib: not optimized at link time, larger
cdylib, rlib with cargo rustc --crate-type cdylib: optimized at link time, of the same size' ]
