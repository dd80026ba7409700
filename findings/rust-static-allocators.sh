#!/bin/sh
# Seen with Rust 1.95.0, GCC 12.2.0 and GNU ld 2.40, on Linux x86-64.
#
# A Rust library may have an allocator of its own, such as one that counts, or that wipes what it frees, and its users
# take it for the library's own matter. So it is for shared libraries. Of two static ones from the same compiler, both
# have the functions by which Rust allocates, with the same names. A C program that links both gets them once: from the
# library that stands first on the command line, and without a word the other one allocates with them too. With the
# libraries in the other order the linker finds all of them twice and ends. So an allocator is taken on unasked, or the
# program is linked no more when another Rust library comes into it.
#
# Seen output (`counting` has an allocator that counts, `plain` has none):
#   shared libraries: counting counts 1 allocation of its own, 0 of plain
#   static libraries, counting first: counting counts 1 allocation of its own, 1 of plain
#   static libraries, plain first: multiple definition of `__rustc::__rust_alloc'
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
cat > counting.rs <<'END'
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

static COUNT: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: it is the system's allocator, and counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[unsafe(no_mangle)]
pub extern "C" fn counted() -> usize {
    COUNT.load(Ordering::Relaxed)
}

#[unsafe(no_mangle)]
pub extern "C" fn counting_allocates() {
    std::hint::black_box(Box::new(1));
}
END
cat > plain.rs <<'END'
#[unsafe(no_mangle)]
pub extern "C" fn plain_allocates() {
    std::hint::black_box(Box::new(1));
}
END
cat > see.c <<'END'
#include <stddef.h>
#include <stdio.h>

size_t counted(void);
void counting_allocates(void);
void plain_allocates(void);

int main(void)
{
    size_t start = counted();
    counting_allocates();
    size_t own = counted() - start;
    plain_allocates();
    size_t other = counted() - start - own;
    printf("counting counts %zu allocation of its own, %zu of plain\n", own, other);
    return 0;
}
END
for library in counting plain; do
    rustc +1.95.0 -O --edition 2024 --crate-type staticlib,cdylib "$library.rs"
done
libraries=$(rustc +1.95.0 --edition 2024 --crate-type staticlib --print native-static-libs plain.rs 2>&1 |
    sed -n 's/^note: native-static-libs: //p')

# shellcheck disable=SC2086 # They are several.
see() { # WHAT LIBRARY…
    printf '%s: ' "$1"
    shift
    if gcc -o see see.c "$@" $libraries 2> errors; then
        LD_LIBRARY_PATH=. ./see
    else
        grep -o -m 1 'multiple definition of .*__rust_alloc.;' errors | tr -d ';'
    fi
}
seen=$(
    see "shared libraries" libcounting.so libplain.so
    see "static libraries, counting first" libcounting.a libplain.a
    see "static libraries, plain first" libplain.a libcounting.a
)
echo "$seen"
[ "$seen" = "shared libraries: counting counts 1 allocation of its own, 0 of plain
static libraries, counting first: counting counts 1 allocation of its own, 1 of plain
static libraries, plain first: multiple definition of \`__rustc::__rust_alloc'" ]
