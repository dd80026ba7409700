#!/bin/sh
# Seen with pip 26.3 and uv 0.13.9, and CPython 3.11 on Linux.
#
# A wheel's scripts go into the directory of programs. Where the archive was made on Windows it has no modes, and
# the specification of wheels leaves it to the installer to make scripts executable. uv does so. pip looks for the
# bit in the archive: it writes this environment's interpreter into the first line of a script, puts it beside
# `python`, and leaves it so that nobody can run it. Programs that pip makes itself, for entry points, have it.
#
# Seen output (a script `tool` and an entry point `entry`, in a wheel without modes):
#   pip: tool has mode 644, entry has mode 755
#   uv: tool has mode 755, entry has mode 755
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
umask 022
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check pip==26.3 uv==0.13.9
cat > "$directory/make.py" <<'END'
import sys
import zipfile

WINDOWS, ARCHIVE = 0, 0x20
NAME = "example-1.0"
FILES = {
    "example.py": "def main():\n    print('example')\n",
    f"{NAME}.data/scripts/tool": "#!python\nimport example\nexample.main()\n",
    f"{NAME}.dist-info/METADATA": "Metadata-Version: 2.1\nName: example\nVersion: 1.0\n",
    f"{NAME}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: example\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{NAME}.dist-info/entry_points.txt": "[console_scripts]\nentry = example:main\n",
}
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    record = f"{NAME}.dist-info/RECORD"
    for path, text in {**FILES, record: "".join(f"{path},,\n" for path in [*FILES, record])}.items():
        entry = zipfile.ZipInfo(path)
        entry.create_system = WINDOWS
        # Not 0, for which writestr would set a mode of its own.
        entry.external_attr = ARCHIVE
        wheel.writestr(entry, text)
END
wheel=$directory/example-1.0-py3-none-any.whl
"$directory/venv/bin/python" "$directory/make.py" "$wheel"

modes() { # INSTALLER
    programs=$directory/$1/bin
    echo "$1: tool has mode $(stat -c %a "$programs/tool"), entry has mode $(stat -c %a "$programs/entry")"
}

python3 -m venv "$directory/pip"
"$directory/venv/bin/pip" --python "$directory/pip" install --quiet --disable-pip-version-check --no-index "$wheel"
python3 -m venv "$directory/uv"
"$directory/venv/bin/uv" pip install --quiet --offline --cache-dir "$directory/cache" --python "$directory/uv" "$wheel"
seen="$(modes pip)
$(modes uv)"
echo "$seen"
[ "$seen" = "pip: tool has mode 644, entry has mode 755
uv: tool has mode 755, entry has mode 755" ]
