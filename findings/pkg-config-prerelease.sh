#!/bin/sh
# Seen with pkgconf 3.0.7, Meson 1.12.1 and CMake 4.4.4 (as packages for Python), dpkg 1.21.22 and CPython 3.11 on Linux.
#
# A Rust library's version goes as it stands in Cargo.toml into its files for pkg-config and CMake, and into its package.
# For Cargo 1.2.0-rc.1 comes before 1.2.0, and one would expect that of the others. It comes after it for pkg-config and
# Meson, for which a hyphen only separates, and for dpkg, for which it begins a revision. For CMake, which reads numbers
# alone, both are the same. So who needs 1.2.0 gets the preview, and who needs 1.2.0-rc.1 or later does not get 1.2.0. dpkg
# never upgrades the preview to it. With a tilde, which Cargo.toml cannot have, pkg-config and dpkg see it right.
#
# Seen output (compared with 1.2.0):
#   1.2.0-rc.1: newer for pkgconf, newer for Meson, newer for dpkg, the same for CMake
#   1.2.0~rc.1: older for pkgconf, newer for Meson, older for dpkg, the same for CMake
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check \
    pkgconf==3.0.7.post0 meson==1.12.1 ninja==1.13.2 cmake==4.4.4
PATH=$directory/venv/bin:$PATH
cd "$directory"

# Each says whether $version is < (or = or >) 1.2.0.
of_pkgconf() {
    PKG_CONFIG_PATH=. pkgconf --exists "library $1 1.2.0"
}
of_meson() {
    echo "project('see')
assert('$version'.version_compare('$1 1.2.0'))" > meson.build
    meson setup --wipe build > log 2>&1
}
of_dpkg() {
    case $1 in '<') word=lt ;; '=') word=eq ;; *) word=gt ;; esac
    dpkg --compare-versions "$version" "$word" 1.2.0
}
of_cmake() {
    case $1 in '<') word=LESS ;; '=') word=EQUAL ;; *) word=GREATER ;; esac
    echo "if(NOT \"$version\" VERSION_$word 1.2.0)
  message(FATAL_ERROR no)
endif()" > see.cmake
    cmake -P see.cmake 2> log
}

compared() { # TOOL
    if "of_$1" '<'; then
        echo older
    elif "of_$1" '='; then
        echo the same
    elif "of_$1" '>'; then
        echo newer
    fi
}
see() {
    printf 'Name: library\nDescription: A library\nVersion: %s\n' "$version" > library.pc
    echo "$version: $(compared pkgconf) for pkgconf, $(compared meson) for Meson," \
        "$(compared dpkg) for dpkg, $(compared cmake) for CMake"
}
mkdir build
seen=$(
    for version in 1.2.0-rc.1 '1.2.0~rc.1'; do
        see
    done
)
echo "$seen"
[ "$seen" = '1.2.0-rc.1: newer for pkgconf, newer for Meson, newer for dpkg, the same for CMake
1.2.0~rc.1: older for pkgconf, newer for Meson, older for dpkg, the same for CMake' ]
