#!/bin/sh
# Seen with cbindgen 0.29.4, Rust 1.95.0 and GCC 12.2.0 on Linux x86-64.
#
# cbindgen writes a Rust constant as a macro, and one would expect its value there. It writes the
# constant's expression: with C's operators, and without the types of its literals where they have no
# suffix, or are floating-point numbers. C computes other things from that. `!` of a bool becomes
# `~`, which is true in C of either; a quotient of floating-point numbers becomes one of integers; a
# product of 64 bits becomes one of int. GCC warns of the last kind alone, with -Wall -Wextra.
#
# Seen output (a variable of the constant's type, set in Rust and set in C):
#   LENIENT: false in Rust, ~STRICT in C: another value, no warning
#   HALF: 0.5 in Rust, (1 / 2) in C: another value, no warning
#   DAY_IN_NS: 86400000000000 in Rust, (((24 * 60) * 60) * 1000000000) in C: another value, a warning
#   FLAG: 1099511627776 in Rust, (1 << 40) in C: another value, a warning
#   TYPED_FLAG: 1099511627776 in Rust, (1ull << 40) in C: the same value, no warning
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cargo +1.95.0 install --quiet --locked --debug --root "$directory/tool" --target-dir "$directory/target" cbindgen@0.29.4
cd "$directory"
cat > library.rs <<'END'
pub const STRICT: bool = true;
pub const LENIENT: bool = !STRICT;
pub const HALF: f64 = 1f64 / 2f64;
pub const DAY_IN_NS: i64 = 24 * 60 * 60 * 1_000_000_000;
pub const FLAG: u64 = 1 << 40;
pub const TYPED_FLAG: u64 = 1u64 << 40;
END
tool/bin/cbindgen --quiet --lang c --output library.h library.rs
cat > values.rs <<'END'
include!("library.rs");

macro_rules! print {
    ($($type:ident $name:ident)*) => {$( println!("{} {} {}", stringify!($type), stringify!($name), $name); )*};
}

fn main() {
    print!(bool LENIENT double HALF int64_t DAY_IN_NS uint64_t FLAG uint64_t TYPED_FLAG);
}
END
rustc +1.95.0 --allow warnings -o values values.rs

seen=$(./values | while read -r type name value; do
    cat > see.c <<END
#include "library.h"

int main(void)
{
    volatile $type in_rust = $value;
    volatile $type in_c = $name;
    return in_rust == in_c ? 0 : 1;
}
END
    gcc -std=c11 -Wall -Wextra -o see see.c 2> warnings
    if ./see; then same='the same value'; else same='another value'; fi
    if [ -s warnings ]; then warning='a warning'; else warning='no warning'; fi
    echo "$name: $value in Rust, $(sed -n "s/^#define $name //p" library.h) in C: $same, $warning"
done)
echo "$seen"
[ "$seen" = 'LENIENT: false in Rust, ~STRICT in C: another value, no warning
HALF: 0.5 in Rust, (1 / 2) in C: another value, no warning
DAY_IN_NS: 86400000000000 in Rust, (((24 * 60) * 60) * 1000000000) in C: another value, a warning
FLAG: 1099511627776 in Rust, (1 << 40) in C: another value, a warning
TYPED_FLAG: 1099511627776 in Rust, (1ull << 40) in C: the same value, no warning' ]
