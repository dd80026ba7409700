# Puts programs of a release of Debian, with all that they need, into a directory, where they run on any other release:
# programs.sh DIRECTORY ARCHITECTURE RELEASE PATTERN COUNT takes the COUNT newest packages whose whole name matches
# PATTERN; their programs are in DIRECTORY/root/usr/bin. Needs patchelf, and ends with 75 where they cannot be had.
set -eu

directory=$1
architecture=$2
release=$3
pattern=$4
count=$5
. "$(dirname "$0")/apt.sh"

[ ! -e "$directory/complete" ] || exit 0
rm -rf "$directory"
mkdir -p "$directory/root"
use_release deb "$directory" "$architecture" "$release"
newest=$(apt-cache pkgnames | grep -x "$pattern" | sort --version-sort | tail -n "$count")
[ -n "$newest" ] || unavailable "Debian's $release has no package $pattern"
# shellcheck disable=SC2086
apt-get -qq --yes --download-only install $newest || unavailable "Debian's packages cannot be had"
for package in "$directory"/cache/archives/*.deb; do
    dpkg-deb --extract "$package" "$directory/root"
done
rm -r "$directory/cache" "$directory/state"
# Before Debian 12 some libraries were in /lib, which is /usr/lib now.
if [ -d "$directory/root/lib" ]; then
    cp --archive "$directory/root/lib/." "$directory/root/usr/lib/"
    rm -r "$directory/root/lib"
fi

# They come with a C library of their own, which may be newer than this system's.
libraries=$(dirname "$directory"/root/usr/lib/*/ld-linux-*)
for package in $newest; do
    for program in "$directory/root/usr/bin/$package"*; do
        # Scripts and links have no interpreter.
        if patchelf --print-interpreter "$program" > /dev/null 2>&1; then
            patchelf --set-interpreter "$libraries"/ld-linux-* --force-rpath --set-rpath "$libraries" "$program"
        fi
    done
done
touch "$directory/complete"
