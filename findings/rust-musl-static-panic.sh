#!/bin/sh
# Seen with Rust 1.95.0, GCC 12.2.0 and musl 1.2.3 (musl-tools of Debian 12), on x86-64.
#
# A Rust static library for musl that catches a panic is linked into a static C program with just what rustc says that it
# needs (`--print native-static-libs`: -lunwind -lc). It links and runs, and the panic is not caught: the process aborts.
# Rust's unwinder for musl is LLVM's, which finds the stack frames through the segment PT_GNU_EH_FRAME, and GCC does not
# ask the linker for that in static programs, because its own unwinder needs none there. rustc does ask for it when it
# links a program itself, so that no test in Rust shows it.
#
# Seen output:
#   with what rustc says: aborted
#   with -Wl,--eh-frame-hdr too: caught
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
target=x86_64-unknown-linux-musl
rustup target add --toolchain 1.95.0 "$target" 2> "$directory/log" || { cat "$directory/log" >&2; exit 1; }
cat > "$directory/library.rs" <<'END'
#[unsafe(no_mangle)]
pub extern "C" fn caught(argument: i32) -> bool {
    std::panic::catch_unwind(|| assert_eq!(argument, 0)).is_err()
}
END
cat > "$directory/program.c" <<'END'
#include <stdbool.h>

bool caught(int argument);

int main(void)
{
    return caught(1) ? 0 : 1;
}
END
rustc +1.95.0 --edition 2024 --crate-type staticlib --target "$target" -o "$directory/library.a" "$directory/library.rs"
unwinder=$(rustc +1.95.0 --print target-libdir --target "$target")/self-contained

# What the program does that is linked with these arguments too.
outcome() {
    musl-gcc -static -o "$directory/program" "$directory/program.c" "$directory/library.a" \
        -L "$unwinder" -lunwind -lc "$@"
    if "$directory/program" 2> "$directory/log"; then echo caught; else echo aborted; fi
}

seen="with what rustc says: $(outcome)
with -Wl,--eh-frame-hdr too: $(outcome -Wl,--eh-frame-hdr)"
echo "$seen"
test "$seen" = "with what rustc says: aborted
with -Wl,--eh-frame-hdr too: caught"
