# Runs a program where the Arc agent's own directories are empty and the network is a loopback interface alone, in
# namespaces of its own: arc.sh PROGRAM [ARGUMENT...].
set -eu

mount -t tmpfs tmpfs /var/opt
mkdir /var/opt/azcmagent /var/opt/changed /var/opt/work
# What else is in /opt stays: it may be where programs are.
mount -t overlay overlay -o lowerdir=/opt,upperdir=/var/opt/changed,workdir=/var/opt/work /opt
rm -rf /opt/azcmagent
mkdir -p /opt/azcmagent/bin
: >/opt/azcmagent/bin/himds

exec python3 "${0%/*}/loopback.py" "$@"
