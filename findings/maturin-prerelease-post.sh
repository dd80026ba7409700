#!/bin/sh
# Seen with maturin 1.16.0, cargo 1.95.0, pip 25.3 and CPython 3.11 on Linux.
#
# What stands behind the hyphen of a Cargo version makes it a pre-release: 1.2.3-1 and 1.2.3-r1 come before 1.2.3.
# maturin makes a Python version of it, and one would expect that this comes before 1.2.3 too, as that of 1.2.3-rc.1
# does. But Python reads "-1" and "-r1" as spellings of a post-release, and maturin leaves the reading to it: without a
# warning the preview becomes 1.2.3.post1, which pip prefers to 1.2.3 and installs where nobody asked for a preview.
#
# Seen output:
#   1.2.3 and 1.2.3-rc.1: cargo chooses 1.2.3, pip chooses 1.2.3 (of 1.2.3 and 1.2.3rc1)
#   1.2.3 and 1.2.3-1: cargo chooses 1.2.3, pip chooses 1.2.3.post1 (of 1.2.3 and 1.2.3.post1)
#   1.2.3 and 1.2.3-r1: cargo chooses 1.2.3, pip chooses 1.2.3.post1 (of 1.2.3 and 1.2.3.post1)
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check maturin==1.16.0 pip==25.3

# An example of this version.
package() { # DIRECTORY VERSION
    mkdir -p "$1/src"
    echo 'fn main() {}' > "$1/src/main.rs"
    : > "$1/src/lib.rs"
    cat > "$1/Cargo.toml" <<END
[package]
name = "example"
version = "$2"
edition = "2021"
END
    cat > "$1/pyproject.toml" <<'END'
[build-system]
requires = ["maturin==1.16.0"]
build-backend = "maturin"

[project]
name = "example"
dynamic = ["version"]

[tool.maturin]
bindings = "bin"
END
    echo '{"files": {}}' > "$1/.cargo-checksum.json"
}

# The version that cargo takes of those in a directory, where each of them would do.
chosen_by_cargo() { # DIRECTORY
    mkdir -p "$1/user/.cargo" "$1/user/src"
    : > "$1/user/src/lib.rs"
    cat > "$1/user/Cargo.toml" <<'END'
[package]
name = "user"
version = "0.1.0"
edition = "2021"

[dependencies]
example = ">=1.2.3-0"
END
    cat > "$1/user/.cargo/config.toml" <<'END'
[source.crates-io]
replace-with = "vendored"

[source.vendored]
directory = "../sources"
END
    (cd "$1/user" && cargo +1.95.0 generate-lockfile --quiet --offline)
    grep -A1 'name = "example"' "$1/user/Cargo.lock" | sed -n 's/^version = "\(.*\)"/\1/p'
}

# The version of a wheel that is the only one in a directory.
version_of() { # DIRECTORY
    basename "$1"/*.whl | cut -d- -f2
}

compare() { # VERSION
    trial=$directory/$1
    for version in 1.2.3 "$1"; do
        package "$trial/sources/$version" "$version"
        (cd "$trial/sources/$version" && "$directory/venv/bin/maturin" build --offline \
            --target-dir "$directory/target" --out "$trial/made/$version" 2> "$directory/log") ||
            { cat "$directory/log" >&2; exit 1; }
    done
    "$directory/venv/bin/pip" download --quiet --disable-pip-version-check --no-index --dest "$trial/chosen" \
        --find-links "$trial/made/1.2.3" --find-links "$trial/made/$1" example
    echo "1.2.3 and $1: cargo chooses $(chosen_by_cargo "$trial"), pip chooses $(version_of "$trial/chosen")" \
        "(of $(version_of "$trial/made/1.2.3") and $(version_of "$trial/made/$1"))"
}

seen=$(for version in 1.2.3-rc.1 1.2.3-1 1.2.3-r1; do compare "$version"; done)
echo "$seen"
[ "$seen" = "1.2.3 and 1.2.3-rc.1: cargo chooses 1.2.3, pip chooses 1.2.3 (of 1.2.3 and 1.2.3rc1)
1.2.3 and 1.2.3-1: cargo chooses 1.2.3, pip chooses 1.2.3.post1 (of 1.2.3 and 1.2.3.post1)
1.2.3 and 1.2.3-r1: cargo chooses 1.2.3, pip chooses 1.2.3.post1 (of 1.2.3 and 1.2.3.post1)" ]
