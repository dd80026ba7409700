#!/bin/sh
# Seen with Rust 1.95.0 on Linux x86-64.
#
# A shared library of Rust, such as an extension module for Python, may use a crate that has an interface for C too. One
# would expect that it exports its own functions: those of the crate are neither named nor called in it. It exports every
# `#[no_mangle]` function of each crate that it uses, with link-time optimization as well. So the extension module brings
# the C library along, larger by all of it, and a program that links the real C library and loads such a module too has
# each function twice under one name. `use` and `pub` have no say. A crate that others use has its interface for C in a
# package of its own.
#
# Seen output:
#   exported: inner_close, inner_open, outer
#   exported, with -C lto=fat: inner_close, inner_open, outer
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
cat > inner.rs <<'END'
mod c {
    #[no_mangle]
    extern "C" fn inner_open() {}

    #[no_mangle]
    extern "C" fn inner_close() {}
}

pub fn answer() -> i32 {
    42
}
END
cat > outer.rs <<'END'
#[no_mangle]
pub extern "C" fn outer() -> i32 {
    inner::answer()
}
END
rustc +1.95.0 --edition 2021 --crate-type rlib inner.rs

exported() { # [ARGUMENT...]
    rustc +1.95.0 --edition 2021 --crate-type cdylib -O "$@" --extern inner=libinner.rlib outer.rs
    nm --dynamic --defined-only libouter.so | sed -n 's/.* T //p' | grep -v '^_' | LC_ALL=C sort | paste -s -d , | sed 's/,/, /g'
}
seen="exported: $(exported)
exported, with -C lto=fat: $(exported -C lto=fat)"
echo "$seen"
[ "$seen" = 'exported: inner_close, inner_open, outer
exported, with -C lto=fat: inner_close, inner_open, outer' ]
