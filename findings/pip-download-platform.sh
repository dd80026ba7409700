#!/bin/sh
# Seen with pip 26.3 and uv 0.13.9, and CPython 3.11 on Linux x86-64.
#
# A machine without a network gets its wheels from another one: `pip download --platform` takes the tag of the machine that
# they are for. A wheel of manylinux_2_17 runs on each Linux with glibc 2.17 or later, and pip on such a machine installs
# it. One would expect it for manylinux_2_28 too. There pip finds no version: it takes the tag by its letters, also
# manylinux2014, which is another name of manylinux_2_17. Each older tag is to be named as well, in the same call.
# uv has platforms where pip has tags, and its manylinux_2_28 takes the wheel.
#
# Seen output (a wheel whose tag is cp310-abi3-manylinux_2_17_x86_64):
#   pip --platform manylinux_2_17_x86_64: found
#   pip --platform manylinux2014_x86_64: not found
#   pip --platform manylinux_2_28_x86_64: not found
#   pip --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64: found
#   uv --python-platform x86_64-manylinux_2_28: found
#   pip on a machine with a later glibc: found
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check pip==26.3 uv==0.13.9
cat > "$directory/make.py" <<'END'
import sys
import zipfile

TAG = "cp310-abi3-manylinux_2_17_x86_64"
INFO = "example-1.0.dist-info"
FILES = {
    "example.py": "",
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: example\nVersion: 1.0\n",
    f"{INFO}/WHEEL": f"Wheel-Version: 1.0\nGenerator: example\nRoot-Is-Purelib: false\nTag: {TAG}\n",
    f"{INFO}/RECORD": "",
}
with zipfile.ZipFile(f"{sys.argv[1]}/example-1.0-{TAG}.whl", "w") as wheel:
    for file, text in FILES.items():
        wheel.writestr(file, text)
END
mkdir "$directory/wheels"
"$directory/venv/bin/python" "$directory/make.py" "$directory/wheels"

see() { # WHAT COMMAND…
    what=$1
    shift
    if "$@" --quiet --no-index --find-links "$directory/wheels" example > "$directory/log" 2>&1; then
        echo "$what: found"
    elif grep -q 'No matching distribution found' "$directory/log"; then
        echo "$what: not found"
    else
        cat "$directory/log"
    fi
}
download() { # PLATFORM…
    options=
    for platform in "$@"; do options="$options --platform $platform"; done
    # shellcheck disable=SC2086 # They are several.
    see "pip$options" "$directory/venv/bin/pip" download --disable-pip-version-check --dest "$directory/downloaded" \
        --only-binary :all: --python-version 3.12 $options
    rm -rf "$directory/downloaded"
}
seen=$(
    download manylinux_2_17_x86_64
    download manylinux2014_x86_64
    download manylinux_2_28_x86_64
    download manylinux_2_28_x86_64 manylinux_2_17_x86_64
    see "uv --python-platform x86_64-manylinux_2_28" "$directory/venv/bin/uv" pip install --no-cache \
        --target "$directory/target" --python-version 3.12 --python-platform x86_64-manylinux_2_28
    see "pip on a machine with a later glibc" "$directory/venv/bin/pip" install --disable-pip-version-check
)
echo "$seen"
[ "$seen" = "pip --platform manylinux_2_17_x86_64: found
pip --platform manylinux2014_x86_64: not found
pip --platform manylinux_2_28_x86_64: not found
pip --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64: found
uv --python-platform x86_64-manylinux_2_28: found
pip on a machine with a later glibc: found" ]
