# Puts Debian's newest versions of Python, with all that they need, into a directory, where they run:
# python.sh DIRECTORY ARCHITECTURE VERSIONS. Needs patchelf, and ends with 75 where they cannot be had. Nothing of this
# system changes: apt has its lists and packages there too, and believes that nothing is installed.
set -eu

directory=$1
architecture=$2
versions=$3
keys=/usr/share/keyrings/debian-archive-keyring.gpg

unavailable() {
    echo "$1" >&2
    exit 75
}

command -v apt-get dpkg-deb > /dev/null || unavailable "apt is not installed"
[ -e "$keys" ] || unavailable "the keys of Debian's archive are not installed"
# Where this system has its packages from.
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | head -n 1)
[ -n "$archive" ] || unavailable "this system knows no archive of Debian: apt-get update"

rm -rf "$directory"
mkdir -p "$directory/state/lists/partial" "$directory/cache/archives/partial" "$directory/root"
echo "deb [signed-by=$keys] $archive sid main" > "$directory/sources.list"
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
newest=$(apt-cache pkgnames python3. | grep -x 'python3\.[0-9]*' | sort --version-sort | tail -n "$versions")
# shellcheck disable=SC2086
apt-get -qq --yes --download-only install $newest || unavailable "Debian's packages cannot be had"
for package in "$directory"/cache/archives/*.deb; do
    dpkg-deb --extract "$package" "$directory/root"
done
rm -r "$directory/cache" "$directory/state"

# They come with a C library of their own, which may be newer than this system's.
libraries=$(dirname "$directory"/root/usr/lib/*/ld-linux-*)
for python in "$directory"/root/usr/bin/python3.*; do
    patchelf --set-interpreter "$libraries"/ld-linux-* --force-rpath --set-rpath "$libraries" "$python"
done
touch "$directory/complete"
