# Makes a machine in the directory $1, and runs the shell script $2 on it as root.
set -eu
root=$1

mount -t tmpfs tmpfs "$root"
cd "$root"
for directory in usr bin sbin lib lib64; do
    if [ -L "/$directory" ]; then
        cp -P "/$directory" .
    elif [ -d "/$directory" ]; then
        mkdir "$directory"
        mount --rbind "/$directory" "$directory"
    fi
done
mkdir -p dev etc home opt/azcmagent/bin proc run tmp var/opt/azcmagent
mount --rbind /dev dev
mount -t proc proc proc
[ -e /etc/ld.so.cache ] && cp /etc/ld.so.cache etc/
cp "$COMMAND" opt/arcidentity
cp "$COMMAND" opt/azcmagent/bin/himds
chmod 755 opt/arcidentity opt/azcmagent/bin/himds

cat >etc/passwd <<END
root:x:0:0:root:/:/bin/sh
himds:x:990:990::/:/bin/false
app:x:1000:1000::/:/bin/sh
other:x:1001:1001::/:/bin/sh
END
cat >etc/group <<END
root:x:0:
himds:x:990:
app:x:1000:
other:x:1001:
END
cat >etc/os-release <<END
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
ID=debian
END
chown 990:990 var/opt/azcmagent

python3 "$LOOPBACK"
# Another network, for `nsenter --net=/run/network`.
touch run/network
chroot . unshare --net=/run/network true
nsenter --net=run/network python3 "$LOOPBACK"

cat >opt/functions <<'END'
set -eu
doctor() { /opt/arcidentity doctor "$@" || true; }
as() {
    user=$1; groups=$2; shift 2
    setpriv --reuid "$user" --regid "$user" --groups "$groups" -- "$@" || true
}
await_port() { until /opt/arcidentity metadata --no-verify-agent >/dev/null 2>&1; do sleep 0.05; done; }
start_agent() {
    setpriv --reuid himds --regid himds --clear-groups -- \
        /opt/azcmagent/bin/himds emulator --port 40342 --key-directory /var/opt/azcmagent/tokens 2>/dev/null &
    await_port
}
END
exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -c ". /opt/functions; $2"
