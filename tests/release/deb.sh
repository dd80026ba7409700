# Installs packages into a system that has nothing but a C library, those of the next release over them, and removes
# all: deb.sh ROOT TODAY NEXT, the last two of which are directories with packages.
set -eu

root=$1
export PATH="$PATH:/usr/sbin:/sbin"
admin=$root/var/lib/dpkg
mkdir -p "$admin/info" "$admin/updates" "$admin/triggers"
for package in libc6 libc6-dev; do
    printf 'Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.17-1\n' "$package"
    printf 'Maintainer: Nobody <nobody@packages.invalid>\nDescription: The C library\n\n'
done > "$admin/status"

all() {
    (cd "$root" && find . -path ./var/lib/dpkg -prune -o -print | sort)
}

command_gets_a_token() {
    "$root/usr/bin/arcidentity" emulator -- "$root/usr/bin/arcidentity" token https://vault.azure.net | grep -o '^eyJhbG'
}

all > "$root.before"
for release in "$2" "$3"; do
    dpkg --root="$root" --log=/dev/null --install "$release"/*_amd64.deb
    "$root/usr/bin/arcidentity" --version
    command_gets_a_token
    dpkg --root="$root" --verify
done
names=$(dpkg-query --admindir="$admin" --show --showformat='${Package}\n' '*arcidentity*')
# shellcheck disable=SC2086
dpkg --root="$root" --log=/dev/null --purge $names
all | diff "$root.before" -
if find "$admin/info" -name '*arcidentity*' | grep .; then
    exit 1
fi
echo 'nothing is left'
