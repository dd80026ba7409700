#!/bin/sh
# Seen with Rust 1.95.0 and cargo-auditable 0.7.7 on Linux.
#
# Cargo makes the path of RUSTC_WORKSPACE_WRAPPER a part of the hash that the names and symbols of a workspace's crates get.
# `cargo auditable` sets that variable to the whole path of its own program. So the same source, built by the same
# compiler, with the same versions of everything, gives other symbols where cargo-auditable is installed in another
# directory, and with them another order of functions: who compares a build on another machine finds two binaries that
# differ nearly everywhere. Paths of sources, which cargo leaves out, and `--remap-path-prefix` have no part in it.
#
# Seen output:
#   cargo build, with the tool here and there: the same hash
#   cargo auditable build, with the tool here and there: another hash
#   the wrapper by its name alone, found here and there: the same hash
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cargo +1.95.0 install --quiet --locked --debug --root "$directory/here" --target-dir "$directory/tool" cargo-auditable@0.7.7
cp -r "$directory/here" "$directory/there"

mkdir -p "$directory/crate/src"
cat > "$directory/crate/Cargo.toml" <<'END'
[package]
name = "hashed"
version = "1.0.0"
edition = "2021"

[workspace]
END
echo 'pub fn hashed() {}' > "$directory/crate/src/lib.rs"
cd "$directory/crate"
cargo +1.95.0 generate-lockfile --quiet

# The hash in the file's name, of a build with what is installed in this directory.
hash_of() { # DIRECTORY COMMAND…
    root=$1
    shift
    rm -rf "$directory/target"
    PATH=$root/bin:$PATH "$@" --quiet --locked --release --target-dir "$directory/target"
    basename "$directory"/target/release/deps/libhashed-*.rlib
}

compare() { # WHAT COMMAND…
    what=$1
    shift
    here=$(hash_of "$directory/here" "$@")
    there=$(hash_of "$directory/there" "$@")
    if [ "$here" = "$there" ]; then echo "$what: the same hash"; else echo "$what: another hash"; fi
}

arguments='{"offline": false, "frozen": false, "locked": true, "config": []}'
seen=$(
    compare "cargo build, with the tool here and there" cargo +1.95.0 build
    compare "cargo auditable build, with the tool here and there" cargo +1.95.0 auditable build
    compare "the wrapper by its name alone, found here and there" \
        env RUSTC_WORKSPACE_WRAPPER=cargo-auditable CARGO_AUDITABLE_ORIG_ARGS="$arguments" cargo +1.95.0 build
)
echo "$seen"
[ "$seen" = "cargo build, with the tool here and there: the same hash
cargo auditable build, with the tool here and there: another hash
the wrapper by its name alone, found here and there: the same hash" ]
