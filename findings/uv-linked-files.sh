#!/bin/sh
# Seen with uv 0.13.9 and pip 26.3, and CPython 3.11 on Linux, on a file system without copies on write (ext4).
#
# A wheel may install a file of settings, such as share/example/settings.toml. Who edits it in one environment would
# expect to change that environment, as with pip. uv links the files of an environment to those in its cache, also where
# they are not code. So an editor that writes in place changes the settings of every environment that has the package,
# and of every one to come, as uv does not compare them with the hash in RECORD. With `--link-mode=copy` it copies.
#
# Seen output (what other environments have after an edit in the first):
#   pip: an older environment has level = 1, a newer one level = 1
#   uv: an older environment has level = 2, a newer one level = 2
#   uv --link-mode=copy: an older environment has level = 1, a newer one level = 1
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check pip==26.3 uv==0.13.9
cat > "$directory/make.py" <<'END'
import base64
import hashlib
import sys
import zipfile

NAME = "example-1.0"
FILES = {
    f"{NAME}.data/data/share/example/settings.toml": "level = 1\n",
    f"{NAME}.dist-info/METADATA": "Metadata-Version: 2.1\nName: example\nVersion: 1.0\n",
    f"{NAME}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: example\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
record = ""
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    for path, text in FILES.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
        record += f"{path},sha256={digest},{len(text)}\n"
        wheel.writestr(path, text)
    wheel.writestr(f"{NAME}.dist-info/RECORD", f"{record}{NAME}.dist-info/RECORD,,\n")
END
wheel=$directory/example-1.0-py3-none-any.whl
"$directory/venv/bin/python" "$directory/make.py" "$wheel"

with_pip() { # ENVIRONMENT
    "$directory/venv/bin/pip" --python "$1" install --quiet --disable-pip-version-check --no-index "$wheel"
}

with_uv() { # ENVIRONMENT OPTION…
    environment=$1
    shift
    "$directory/venv/bin/uv" pip install --quiet --offline --cache-dir "$directory/cache$*" \
        --python "$environment" "$@" "$wheel"
}

see() { # WHAT INSTALL OPTION…
    what=$1 install=$2
    shift 2
    for environment in first older newer; do
        python3 -m venv --without-pip --clear "$directory/$environment"
    done
    "$install" "$directory/first" "$@"
    "$install" "$directory/older" "$@"
    echo 'level = 2' > "$directory/first/share/example/settings.toml"
    "$install" "$directory/newer" "$@"
    echo "$what: an older environment has $(cat "$directory/older/share/example/settings.toml")," \
        "a newer one $(cat "$directory/newer/share/example/settings.toml")"
}

seen="$(see pip with_pip)
$(see "uv" with_uv)
$(see "uv --link-mode=copy" with_uv --link-mode=copy)"
echo "$seen"
[ "$seen" = "pip: an older environment has level = 1, a newer one level = 1
uv: an older environment has level = 2, a newer one level = 2
uv --link-mode=copy: an older environment has level = 1, a newer one level = 1" ]
