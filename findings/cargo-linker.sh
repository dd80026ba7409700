#!/bin/sh
# Seen with Rust 1.95.0 and GCC 12.2.0 on Linux x86-64, and itoa 1.0.15 as a crate that links nothing.
#
# The linker of a target is a setting: cargo-zigbuild and maturin set it to Zig, CMake to its C compiler. One would expect
# that another one has cargo link programs and shared libraries anew, and leave the libraries of Rust that go into them as
# they are: no linker has touched those. Cargo counts the linker among what every crate is made of, and compiles all of them
# again, to the same files. So builds of one target with different linkers share nothing, and two that take turns in one
# target directory compile everything each time. The path counts, and not the program: a link to the same linker is another
# one. Given to rustc as -Clinker for the last crate alone, as `cargo rustc` does, it has that crate linked again only.
#
# Seen output (crates that are compiled):
#   linker cc: itoa, program
#   linker cc again: nothing
#   a link to cc: itoa, program
#   linker cc once more: itoa, program
#   cargo rustc with a link to cc as -Clinker: program
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "program"
version = "1.0.0"
edition = "2024"

[dependencies]
itoa = "=1.0.15"
TOML
cat > src/main.rs <<'RUST'
fn main() {
    println!("{}", itoa::Buffer::new().format(1));
}
RUST
ln -s "$(command -v cc)" another
target=x86_64-unknown-linux-gnu

compiles() { # WHAT LINKER CARGO-COMMAND ARGUMENT…
    what=$1
    linker=$2
    shift 2
    CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER=$linker cargo +1.95.0 "$@" 2> log || { cat log >&2; exit 1; }
    crates=$(sed -n 's/^ *Compiling \([^ ]*\) .*/\1/p' log | paste -s -d ,)
    echo "$what: ${crates:-nothing}" | sed 's/,/, /g'
}
seen=$(
    compiles "linker cc" cc build --target $target
    compiles "linker cc again" cc build --target $target
    compiles "a link to cc" "$PWD/another" build --target $target
    compiles "linker cc once more" cc build --target $target
    compiles "cargo rustc with a link to cc as -Clinker" cc rustc --target $target -- "-Clinker=$PWD/another"
)
echo "$seen"
[ "$seen" = "linker cc: itoa, program
linker cc again: nothing
a link to cc: itoa, program
linker cc once more: itoa, program
cargo rustc with a link to cc as -Clinker: program" ]
