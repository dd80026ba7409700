#!/bin/sh
# Seen with pkgconf 3.0.7 (as the package pkgconf 3.0.7.post0 for Python), GCC 12.2.0 and CPython 3.11 on Linux.
#
# pkg-config leaves out the directories that the compiler searches anyway. For it these are also those of GCC's variables:
# an `-I` is gone where CPLUS_INCLUDE_PATH or OBJC_INCLUDE_PATH has its directory, which GCC heeds in no program in C, and
# a `-L` where LIBRARY_PATH has it, which is for compilers and not for `ld`. One would expect that a variable only adds. So
# a machine that has one for its programs in C++ does not find the header of a library in C that is installed and known.
# What helps is PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 and PKG_CONFIG_ALLOW_SYSTEM_LIBS=1, or an environment without these.
#
# Seen output (what pkg-config says of a library in DIRECTORY, and whether a program in C finds its header):
#   no variable: -IDIRECTORY -LDIRECTORY -llibrary, found
#   CPLUS_INCLUDE_PATH: -LDIRECTORY -llibrary, not found
#   LIBRARY_PATH: -IDIRECTORY -llibrary, found
#   CPLUS_INCLUDE_PATH, PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1: -IDIRECTORY -LDIRECTORY -llibrary, found
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check pkgconf==3.0.7.post0
cd "$directory"
mkdir library
echo 'int library(void);' > library/library.h
echo '#include <library.h>' > see.c
cat > library.pc <<END
Name: library
Description: A library
Version: 1
Cflags: -I$directory/library
Libs: -L$directory/library -llibrary
END
unset CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH OBJC_INCLUDE_PATH LIBRARY_PATH
export PKG_CONFIG_PATH="$directory"

see() { # WHAT [VARIABLE...]
    what=$1
    shift
    flags=$(env "$@" venv/bin/pkgconf --cflags --libs library)
    # shellcheck disable=SC2086 # one word for each flag
    if env "$@" gcc -fsyntax-only $flags see.c 2> log; then found='found'; else found='not found'; fi
    echo "$what: $flags, $found" | sed "s|$directory/library|DIRECTORY|g"
}
seen=$(
    see 'no variable'
    see 'CPLUS_INCLUDE_PATH' "CPLUS_INCLUDE_PATH=$directory/library"
    see 'LIBRARY_PATH' "LIBRARY_PATH=$directory/library"
    see 'CPLUS_INCLUDE_PATH, PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1' "CPLUS_INCLUDE_PATH=$directory/library" \
        PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1
)
echo "$seen"
[ "$seen" = 'no variable: -IDIRECTORY -LDIRECTORY -llibrary, found
CPLUS_INCLUDE_PATH: -LDIRECTORY -llibrary, not found
LIBRARY_PATH: -IDIRECTORY -llibrary, found
CPLUS_INCLUDE_PATH, PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1: -IDIRECTORY -LDIRECTORY -llibrary, found' ]
