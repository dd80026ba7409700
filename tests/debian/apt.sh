# Sourced by scripts that take packages of another release of Debian. Nothing of this system changes: apt has its lists
# and packages in a directory of theirs, and believes that nothing is installed.

unavailable() {
    echo "$1" >&2
    exit 75
}

# Lets apt know this release alone from now on, its packages (deb) or their sources (deb-src): use_release TYPE DIRECTORY
# ARCHITECTURE RELEASE. Ends with 75 where they cannot be had.
use_release() {
    keys=/usr/share/keyrings/debian-archive-keyring.gpg
    command -v apt-get dpkg-deb > /dev/null || unavailable "apt is not installed"
    [ -e "$keys" ] || unavailable "the keys of Debian's archive are not installed"
    # Where this system has its packages from.
    archive=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | head -n 1)
    [ -n "$archive" ] || unavailable "this system knows no archive of Debian: apt-get update"

    mkdir -p "$2/state/lists/partial" "$2/cache/archives/partial"
    echo "$1 [signed-by=$keys] $archive $4 main" > "$2/sources.list"
    # It needs no lock of this system, and a user may not have one.
    cat > "$2/apt.conf" <<CONF
APT::Architecture "$3";
APT::Architectures { "$3"; };
APT::Install-Recommends "false";
APT::Sandbox::User "$(id -un)";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Languages "none";
Debug::NoLocking "true";
Dir::Cache "$2/cache";
Dir::Etc::SourceList "$2/sources.list";
Dir::Etc::SourceParts "-";
Dir::State "$2/state";
Dir::State::Status "/dev/null";
CONF
    export APT_CONFIG="$2/apt.conf"

    apt-get -qq --error-on=any update || unavailable "Debian's archive cannot be reached"
}
