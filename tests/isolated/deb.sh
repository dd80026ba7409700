# Installs the packages, compiles and runs the example as a user would, and removes the packages.

dpkg --install ./*.deb
ldconfig -p | grep libarcidentity
cc -o token libarcidentity/ffi/examples/token.c $(pkg-config --cflags --libs arcidentity)
./arcidentity emulator -- ./token
man --where libarcidentity
dpkg --purge libarcidentity-dev $(dpkg-query --show --showformat='${Package}\n' 'libarcidentity[0-9]*')
! find /usr /etc /var/lib/dpkg/info -name '*arcidentity*' | grep .
echo 'nothing is left'
