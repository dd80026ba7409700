# Installs a release as users do, and gets tokens from the emulator, in another Debian without a compiler and without Rust:
# userland.sh DEBIAN RELEASE TOKEN, of which DEBIAN is the directory of that system, RELEASE that of the files, and TOKEN a C
# program that is linked to the library. As root.
set -eu

system=$1
cp "$2"/*_amd64.deb "$2"/arcidentity-*-x86_64-linux.tar.gz "$3" "$system/mnt"
cp "$2"/arcidentity-*-cp39-abi3-manylinux2014_x86_64.*.whl "$system/mnt" 2> /dev/null || echo "no wheel"
mount -t proc proc "$system/proc"
mount --bind /dev "$system/dev"

exec chroot "$system" sh -eu -c '
    export LC_ALL=C.UTF-8 PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    cd /mnt
    token() {
        printf "%s: " "$1"
        shift
        "$@" | grep -o "eyJhbG......"
    }

    dpkg --install ./libarcidentity[0-9]*.deb ./arcidentity_*.deb
    token "C program" arcidentity emulator -- ./token
    token "command" arcidentity emulator -- arcidentity token https://vault.azure.net
    if [ -e ./*.whl ]; then
        python3 -m zipfile --extract ./*.whl wheel
        export PYTHONPATH=wheel
        script="import arcidentity; print(arcidentity.get_token(\"https://vault.azure.net\").token)"
        token "wheel" arcidentity emulator -- python3 -c "$script"
    fi
    dpkg --purge arcidentity $(dpkg-query --show --showformat="\${Package} " "libarcidentity*")
    ! find /usr /etc /var/lib/dpkg/info -name "*arcidentity*" | grep .

    tar --extract --file arcidentity-*.tar.gz --strip-components 1 --no-same-owner --directory /usr/local
    token "archive" arcidentity emulator -- arcidentity token https://vault.azure.net
'
