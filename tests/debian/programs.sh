# Puts programs of a release of Debian, with all that they need, into a directory, where they run on any other release:
# programs.sh DIRECTORY ARCHITECTURE RELEASE PATTERN COUNT takes the COUNT newest packages whose whole name matches
# PATTERN; their programs are in DIRECTORY/root/usr/bin. Needs patchelf, and ends with 75 where they cannot be had.
# Nothing of this system changes: apt has its lists and packages there too, and believes that nothing is installed.
set -eu

directory=$1
architecture=$2
release=$3
pattern=$4
count=$5
keys=/usr/share/keyrings/debian-archive-keyring.gpg

unavailable() {
    echo "$1" >&2
    exit 75
}

[ ! -e "$directory/complete" ] || exit 0
command -v apt-get dpkg-deb > /dev/null || unavailable "apt is not installed"
[ -e "$keys" ] || unavailable "the keys of Debian's archive are not installed"
# Where this system has its packages from.
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | head -n 1)
[ -n "$archive" ] || unavailable "this system knows no archive of Debian: apt-get update"

rm -rf "$directory"
mkdir -p "$directory/state/lists/partial" "$directory/cache/archives/partial" "$directory/root"
echo "deb [signed-by=$keys] $archive $release main" > "$directory/sources.list"
# It needs no lock of this system, and a user may not have one.
cat > "$directory/apt.conf" <<CONF
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Install-Recommends "false";
APT::Sandbox::User "$(id -un)";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Languages "none";
Debug::NoLocking "true";
Dir::Cache "$directory/cache";
Dir::Etc::SourceList "$directory/sources.list";
Dir::Etc::SourceParts "-";
Dir::State "$directory/state";
Dir::State::Status "/dev/null";
CONF
export APT_CONFIG="$directory/apt.conf"

apt-get -qq --error-on=any update || unavailable "Debian's archive cannot be reached"
newest=$(apt-cache pkgnames | grep -x "$pattern" | sort --version-sort | tail -n "$count")
[ -n "$newest" ] || unavailable "Debian's $release has no package $pattern"
# shellcheck disable=SC2086
apt-get -qq --yes --download-only install $newest || unavailable "Debian's packages cannot be had"
for package in "$directory"/cache/archives/*.deb; do
    dpkg-deb --extract "$package" "$directory/root"
done
rm -r "$directory/cache" "$directory/state"

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
