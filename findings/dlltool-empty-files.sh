#!/bin/sh
# Seen with GNU Binutils 2.40 (Debian 2.40-2+10.4) and Rust 1.95.0, on Linux x86-64.
#
# A Rust crate that calls a Windows DLL mostly has no import library: `raw-dylib`, as in windows-sys, lets rustc make it,
# which on the GNU targets calls dlltool, once for each DLL. What a tool needs in between it is expected to take away
# again. dlltool makes two empty files in the temporary directory for the sake of their names, and leaves them there. So
# each build for Windows leaves two files for each DLL of each crate, some hundred in all, and a build machine's /tmp
# fills with thousands of empty files `ccXXXXXX`, which look as if they were the compiler's. A directory of its own in
# TMPDIR, which is removed after the build, takes them.
#
# Seen output:
#   dlltool leaves 2 files of 0 bytes
#   rustc with two DLLs leaves 4 files of 0 bytes
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
apt-get --quiet=2 download binutils-mingw-w64-x86-64=2.40-2+10.4
dpkg-deb --extract ./*.deb binutils
rustup --quiet target add --toolchain 1.95.0 x86_64-pc-windows-gnu

printf 'LIBRARY one.dll\nEXPORTS\none\n' > one.def
cat > two.rs <<'END'
#![no_std]

#[link(name = "one", kind = "raw-dylib")]
unsafe extern "C" {
    fn one();
}

#[link(name = "two", kind = "raw-dylib")]
unsafe extern "C" {
    fn two();
}

pub fn both() {
    unsafe {
        one();
        two();
    }
}
END

leaves() { # WHAT COMMAND…
    what=$1
    shift
    mkdir temporary
    PATH=$PWD/binutils/usr/bin:$PATH TMPDIR=$PWD/temporary "$@"
    echo "$what leaves $(find temporary -type f | wc -l) files of $(cat temporary/* | wc -c) bytes"
    rm -r temporary
}
seen=$(
    leaves dlltool x86_64-w64-mingw32-dlltool --input-def one.def --dllname one.dll --output-lib one.a
    leaves "rustc with two DLLs" \
        rustc +1.95.0 --edition 2024 --crate-type rlib --target x86_64-pc-windows-gnu two.rs
)
echo "$seen"
[ "$seen" = "dlltool leaves 2 files of 0 bytes
rustc with two DLLs leaves 4 files of 0 bytes" ]
