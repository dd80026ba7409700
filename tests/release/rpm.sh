# Installs packages into an empty system with a database of its own, those of the next release over them, and removes
# all: rpm.sh ROOT TODAY NEXT, the last two of which are directories with packages.
set -eu

root=$1

# Debian's rpm wants to be asked twice. There is no package of the C library for it.
system() {
    rpm --root "$root" --dbpath /var/lib/rpm --force-debian --nodeps "$@"
}

all() {
    (cd "$root" && find . -path ./var/lib/rpm -prune -o -print | sort)
}

command_gets_a_token() {
    "$root/usr/bin/arcidentity" emulator -- "$root/usr/bin/arcidentity" token https://vault.azure.net | grep -o '^eyJhbG'
}

mkdir -p "$root/var/lib/rpm" "$root/var/tmp" "$root/etc"
# The directories that every system has, whatever else it lacks: shells, CMake, pkg-config.
for directory in bin include lib64 share/doc share/licenses share/man/man1 share/man/man3; do
    mkdir -p "$root/usr/$directory"
done
echo 'root:x:0:0::/:/' > "$root/etc/passwd"
echo 'root:x:0:' > "$root/etc/group"
rpm --root "$root" --dbpath /var/lib/rpm --initdb
all > "$root.before"
for release in "$2" "$3"; do
    system --upgrade "$release"/*.x86_64.rpm
    "$root/usr/bin/arcidentity" --version
    command_gets_a_token
    rpm --root "$root" --dbpath /var/lib/rpm --verify --nodeps libarcidentity libarcidentity-devel arcidentity
done
system --erase libarcidentity libarcidentity-devel arcidentity
all | diff "$root.before" -
echo 'nothing is left'
