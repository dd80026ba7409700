#!/bin/sh
# Seen with pip 26.3 and uv 0.13.9, and CPython 3.11 on Linux.
#
# `pip install --target DIRECTORY` makes the directory of libraries that is shipped with a program, as that of Azure
# Functions is. One would expect that a second call adds a package to those of the first. It adds its modules. But pip
# moves what stands beside them, commands and files of data, directory by directory: of the second package there are
# none, as `bin` and `share` are there already, and a warning advises `--upgrade`. With that the directories of the first
# package are removed and those of the second take their place, without a word. One call for both, or uv, brings all.
#
# Seen output (two packages, each with a module, a command and a file of data):
#   pip, one call for both: alpha.py beta.py bin/alpha bin/beta share/alpha.txt share/beta.txt
#   pip, a call for each: alpha.py beta.py bin/alpha share/alpha.txt
#   pip --upgrade, a call for each: alpha.py beta.py bin/beta share/beta.txt
#   uv, a call for each: alpha.py beta.py bin/alpha bin/beta share/alpha.txt share/beta.txt
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check pip==26.3 uv==0.13.9
cat > "$directory/make.py" <<'END'
import sys
import zipfile

for name in ("alpha", "beta"):
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": f"def main():\n    print('{name}')\n",
        f"{name}-1.0.data/data/share/{name}.txt": f"{name}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: example\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(f"{sys.argv[1]}/{name}-1.0-py3-none-any.whl", "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
END
mkdir "$directory/wheels"
"$directory/venv/bin/python" "$directory/make.py" "$directory/wheels"

pip() {
    "$directory/venv/bin/pip" --quiet --quiet --disable-pip-version-check install --no-index --no-compile "$@"
}
uv() {
    "$directory/venv/bin/uv" pip install --quiet --no-cache --no-index "$@"
}
see() { # WHAT
    target=$directory/target
    printf '%s:' "$1"
    (cd "$target" && find . -type f ! -path '*.dist-info/*' ! -name .lock | sed 's/^\.\// /' | LC_ALL=C sort | tr -d '\n')
    echo
    rm -rf "$target"
}
each() { # COMMAND…
    for name in alpha beta; do
        "$@" --find-links "$directory/wheels" --target "$directory/target" $name
    done
}
seen=$(
    pip --find-links "$directory/wheels" --target "$directory/target" alpha beta
    see "pip, one call for both"
    each pip
    see "pip, a call for each"
    each pip --upgrade
    see "pip --upgrade, a call for each"
    each uv
    see "uv, a call for each"
)
echo "$seen"
all="alpha.py beta.py bin/alpha bin/beta share/alpha.txt share/beta.txt"
[ "$seen" = "pip, one call for both: $all
pip, a call for each: alpha.py beta.py bin/alpha share/alpha.txt
pip --upgrade, a call for each: alpha.py beta.py bin/beta share/beta.txt
uv, a call for each: $all" ]
