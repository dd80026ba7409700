#!/bin/sh
# Seen with cbindgen 0.29.4, Rust 1.95.0 and GCC 12.2.0 on Linux x86-64.
#
# The header that cbindgen writes is taken for the list of the functions that a library exports. It also has those that the
# library imports: a private `extern "C"` block that declares memcpy for Rust, with Rust's types, declares it for all
# users of the header, and their programs are compiled no more where <string.h> comes before it. And it lacks functions
# that are exported: one whose ABI is "system", which on Linux is that of C, for which there is a warning, and one with
# an array among its arguments, for which there is a line that says ERROR. cbindgen ends with status 0 all the same, and a
# build script, which uses it as a library, shows neither line.
#
# Seen output:
#   exported: closed, opened, wiped
#   in the header: memcpy, opened
#   a program with <string.h> before it: conflicting types for 'memcpy'
#   status of cbindgen: 0
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cargo +1.95.0 install --quiet --locked --debug --root "$directory/tool" --target-dir "$directory/target" cbindgen@0.29.4
cd "$directory"
cat > library.rs <<'END'
extern "C" {
    fn memcpy(to: *mut u8, from: *const u8, length: usize) -> *mut u8;
}

#[no_mangle]
pub extern "C" fn opened(to: *mut u8, from: *const u8) {
    unsafe { memcpy(to, from, 1) };
}

#[no_mangle]
pub extern "system" fn closed() {}

#[no_mangle]
pub extern "C" fn wiped(key: &[u8; 16], block: [u8; 16]) -> bool {
    *key == block
}
END
rustc +1.95.0 --edition 2021 --allow warnings --crate-type cdylib library.rs
status=0
tool/bin/cbindgen --quiet --lang c --output library.h library.rs 2> log || status=$?
printf '#include <string.h>\n#include "library.h"\n' > see.c

# Its lines, separated by commas.
joined() {
    paste -s -d , | sed 's/,/, /g'
}
seen=$(
    echo "exported: $(nm --dynamic --defined-only liblibrary.so | sed -n 's/.* T //p' | grep -v '^_' | joined)"
    echo "in the header: $(sed -n 's/^[a-z].*[ *]\([a-z]*\)(.*/\1/p' library.h | LC_ALL=C sort | joined)"
    printf 'a program with <string.h> before it: '
    LC_ALL=C gcc -c -o see.o see.c 2>&1 | sed -n "s/.*error: \(conflicting types for '[a-z]*'\).*/\1/p"
    echo "status of cbindgen: $status"
)
echo "$seen"
[ "$seen" = "exported: closed, opened, wiped
in the header: memcpy, opened
a program with <string.h> before it: conflicting types for 'memcpy'
status of cbindgen: 0" ]
