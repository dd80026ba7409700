#!/bin/sh
# Seen with cbindgen 0.29.4, Rust 1.95.0 and GCC 12.2.0 on Linux x86-64.
#
# cbindgen copies the comments of Rust into the header, and one would expect that they stay comments. It does not look at
# what they say. For C it writes `/* */`, which a path such as tokens/*/*.key ends: the header is no C any more, which the
# first compiler tells. For C++ it writes `///`, and a line that ends in a backslash, as a directory of Windows may, goes on
# in the next one: there is the function, which becomes a part of its own comment. The header can be compiled, and lacks the
# function. GCC warns of that with -Wall, but not where the header is installed in a directory of the system. cbindgen ends
# with status 0 and warns of neither. A full stop behind the backslash helps, and words in place of the stars.
#
# Seen output:
#   for C, tokens/*/*.key: does not compile
#   for C, C:\Tokens\: compiles, and declares keys_open
#   for C++, tokens/*/*.key: compiles, and declares keys_open
#   for C++, C:\Tokens\: compiles, and lacks keys_open
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cargo +1.95.0 install --quiet --locked --debug --root "$directory/tool" --target-dir "$directory/target" cbindgen@0.29.4
cd "$directory"

see() { # LANGUAGE COMPILER WHAT
    printf '/// Opens the keys in %s\n#[no_mangle]\npub extern "C" fn keys_open() {}\n' "$3" > library.rs
    tool/bin/cbindgen --quiet --lang "$1" --output library.h library.rs
    echo '#include "library.h"' > empty
    printf '#include "library.h"\nvoid (*used)(void) = keys_open;\n' > user
    if ! "$2" -x "$1" -fsyntax-only empty 2> log; then
        outcome='does not compile'
    elif "$2" -x "$1" -fsyntax-only user 2> log; then
        outcome='compiles, and declares keys_open'
    else
        outcome='compiles, and lacks keys_open'
    fi
    printf 'for %s, %s: %s\n' "$(echo "$1" | tr c C)" "$3" "$outcome"
}
seen=$(
    for what in 'tokens/*/*.key' 'C:\Tokens\'; do
        see c gcc "$what"
    done
    for what in 'tokens/*/*.key' 'C:\Tokens\'; do
        see c++ g++ "$what"
    done
)
echo "$seen"
[ "$seen" = 'for C, tokens/*/*.key: does not compile
for C, C:\Tokens\: compiles, and declares keys_open
for C++, tokens/*/*.key: compiles, and declares keys_open
for C++, C:\Tokens\: compiles, and lacks keys_open' ]
