#!/bin/sh
# Seen with Rust 1.95.0 and CPython 3.11 on Linux x86-64.
#
# A package that is a shared library for C has tests that load it, from target/debug, where cargo puts it. One would expect
# that `cargo test` makes it first, as it makes the package's programs. It does not: what `cargo build` left there stays as
# it was, so that the tests try yesterday's library and pass, and after `cargo clean` they find none. Where the package is
# an rlib too, cargo does compile the shared library anew, into target/debug/deps, and still leaves the old one. Such tests
# run `cargo build` themselves, which is quick where there is nothing to do, or begin with it outside.
#
# Seen output (version 1 is built, and version 2 tested):
#   cdylib: version 1 in target/debug, version 1 in target/debug/deps
#   cdylib, rlib: version 1 in target/debug, version 2 in target/debug/deps
#   cdylib, rlib, without the build: none in target/debug, version 2 in target/debug/deps
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
export CARGO_TARGET_DIR="$directory/target"
mkdir src tests
printf '#[test]\nfn passes() {}\n' > tests/test.rs

made() { # KINDS
    cat > Cargo.toml <<END
[package]
name = "library"
version = "0.1.0"
edition = "2021"

[lib]
crate-type = ["$(echo "$1" | sed 's/, /", "/g')"]
END
    rm -rf target
}
written() { # VERSION
    printf '#[no_mangle]\npub extern "C" fn version() -> i32 {\n    %s\n}\n' "$1" > src/lib.rs
}
version() { # DIRECTORY
    library=$directory/$1/liblibrary.so
    if [ -e "$library" ]; then
        echo "version $(python3 -c 'import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).version())' "$library") in $1"
    else
        echo "none in $1"
    fi
}
tested() { # WHAT
    written 2
    cargo +1.95.0 test --quiet > log 2>&1 || cat log >&2
    echo "$1: $(version target/debug), $(version target/debug/deps)"
}
seen=$(
    for kinds in 'cdylib' 'cdylib, rlib'; do
        made "$kinds"
        written 1
        cargo +1.95.0 build --quiet
        tested "$kinds"
    done
    made 'cdylib, rlib'
    tested 'cdylib, rlib, without the build'
)
echo "$seen"
[ "$seen" = 'cdylib: version 1 in target/debug, version 1 in target/debug/deps
cdylib, rlib: version 1 in target/debug, version 2 in target/debug/deps
cdylib, rlib, without the build: none in target/debug, version 2 in target/debug/deps' ]
