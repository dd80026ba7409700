#!/bin/sh
# Seen with Rust 1.95.0, cargo-zigbuild 0.24.1 and ziglang 0.17.1 on Linux x86-64.
#
# rustc links a shared library to the system's libgcc_s, which has the functions that unwind a stack. Where cargo zigbuild links
# the same library, it does not name libgcc_s: Zig takes LLVM's libunwind instead, compiles it and puts it inside, with
# nothing that says so. One more library is shipped, with a licence of its own (Apache-2.0 with LLVM's exception), that no
# list of the crates has, and the file is some 40 kB larger, which a budget for its size has to know.
#
# Seen output:
#   linked by cc: needs libgcc_s, has no _Unwind_RaiseException, no __unw_init_local
#   linked by cargo zigbuild: needs no libgcc_s, has _Unwind_RaiseException, __unw_init_local
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check cargo-zigbuild==0.24.1 ziglang==0.17.1
PATH=$directory/venv/bin:$PATH

mkdir -p "$directory/crate/src"
cat > "$directory/crate/Cargo.toml" <<'END'
[package]
name = "caught"
version = "1.0.0"
edition = "2021"

[lib]
crate-type = ["cdylib"]

[profile.release]
strip = "none"

[workspace]
END
cat > "$directory/crate/src/lib.rs" <<'END'
#[no_mangle]
pub extern "C" fn caught() -> i32 {
    std::panic::catch_unwind(|| panic!("caught")).is_err() as i32
}
END

cd "$directory/crate"
target=x86_64-unknown-linux-gnu
cargo build --quiet --release --target $target --target-dir "$directory/cc"
cargo zigbuild --quiet --release --target $target --target-dir "$directory/zig"

# What a library says of its unwinder: the second name is one of LLVM's own.
see() { # NAME LIBRARY
    needs=no
    ! readelf --dynamic --wide "$2" | grep -q 'NEEDED.*libgcc_s' || needs=
    printf 'linked by %s: needs %slibgcc_s, has ' "$1" "${needs:+no }"
    separator=
    for symbol in _Unwind_RaiseException __unw_init_local; do
        has=no
        ! nm --defined-only "$2" | grep -q " $symbol\$" || has=
        printf '%s%s%s' "$separator" "${has:+no }" "$symbol"
        separator=', '
    done
    echo
}
seen=$(
    see cc "$directory/cc/$target/release/libcaught.so"
    see "cargo zigbuild" "$directory/zig/$target/release/libcaught.so"
)
echo "$seen"
[ "$seen" = "linked by cc: needs libgcc_s, has no _Unwind_RaiseException, no __unw_init_local
linked by cargo zigbuild: needs no libgcc_s, has _Unwind_RaiseException, __unw_init_local" ]
