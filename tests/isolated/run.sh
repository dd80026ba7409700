# Runs a script as root in a copy of this system that goes away with it, in a mount namespace of its own:
# run.sh SOURCES SCRIPT FILE... finds the sources in /mnt/libarcidentity, the files in /mnt, and no agent.
set -eu

sources=$1
script=$2
shift 2

copy=/mnt
mount -t tmpfs tmpfs "$copy"
mkdir "$copy/changed" "$copy/work" "$copy/root" "$copy/mnt"
# Under their own name, by which cargo knows what is compiled already.
ln -s "$sources" "$copy/mnt/libarcidentity"
cp "$script" "$copy/mnt/script"
cp "$@" "$copy/mnt"
mount -t overlay overlay -o "lowerdir=/,upperdir=$copy/changed,workdir=$copy/work" "$copy/root"
mount -t proc proc "$copy/root/proc"
mount --rbind /dev "$copy/root/dev"
mount --bind "$copy/mnt" "$copy/root/mnt"
# The agent's own key directory, empty here.
mount -t tmpfs tmpfs "$copy/root/var/opt"

exec chroot "$copy/root" sh -eu -c 'cd /mnt && . /mnt/script'
