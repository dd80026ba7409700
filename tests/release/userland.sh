# Installs a release as users do, and gets tokens from the emulator, in another Debian without a compiler and without Rust:
# userland.sh DEBIAN RELEASE TOKEN all|some, of which DEBIAN is the directory of that system with python3-venv, RELEASE that
# of the files, TOKEN a C program that is linked to the library, and the last word says which parts were built. As root.
set -eu

system=$1
cp "$2"/*_amd64.deb "$2"/arcidentity-*-x86_64-linux.tar.gz "$3" "$system/mnt"
wheel=$(ls "$2"/arcidentity-*-cp39-abi3-manylinux2014_x86_64.*.whl) || [ "$4" = some ]
if [ -n "$wheel" ]; then
    cp "$wheel" "$system/mnt"
else
    echo "NOT RUN: the wheel, which was not built"
fi
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

    # All that they depend on is here: apt fetches nothing.
    apt-get -o Dpkg::Use-Pty=0 install --yes ./libarcidentity[0-9]*.deb ./arcidentity_*.deb
    token "C program" arcidentity emulator -- ./token
    token "command" arcidentity emulator -- arcidentity token https://vault.azure.net
    if [ -e ./*.whl ]; then
        python3 -m venv environment
        environment/bin/pip --disable-pip-version-check install --no-index ./*.whl
        script="import arcidentity; print(arcidentity.get_token(\"https://vault.azure.net\").token)"
        token "wheel" arcidentity emulator -- environment/bin/python -c "$script"
    fi
    apt-get -o Dpkg::Use-Pty=0 purge --yes arcidentity "libarcidentity[0-9]*"
    if find /usr /etc /var/lib/dpkg/info -name "*arcidentity*" | grep .; then
        exit 1
    fi

    tar --extract --file arcidentity-*.tar.gz --strip-components 1 --no-same-owner --directory /usr/local
    token "archive" arcidentity emulator -- arcidentity token https://vault.azure.net
'
