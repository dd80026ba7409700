//! The files of a release for Linux, and what is in them.

use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_tests::{scratch, succeed};

/// A kind of processor, as those call it who have packages for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Machine {
    pub name: &'static str,
    debian: &'static str,
}

pub const X86_64: Machine = Machine { name: "x86_64", debian: "amd64" };
pub const AARCH64: Machine = Machine { name: "aarch64", debian: "arm64" };

pub const LIBRARY_GNU: &str = "library-gnu.tar";
pub const LIBRARY_MUSL: &str = "library-musl.tar";
pub const PROGRAM: &str = "program.tar";
pub const DEB_RUNTIME: &str = "runtime.deb";
pub const DEB_DEVELOPMENT: &str = "development.deb";
pub const DEB_PROGRAM: &str = "program.deb";
pub const RPM_RUNTIME: &str = "runtime.rpm";
pub const RPM_DEVELOPMENT: &str = "development.rpm";
pub const RPM_PROGRAM: &str = "program.rpm";

/// A file of a release.
pub struct Artifact {
    pub kind: &'static str,
    pub machine: Machine,
    pub file: PathBuf,
    /// The directory with what is in it.
    pub tree: PathBuf,
}

/// The part of a version that changes with the ABI.
pub fn so_version(version: &str) -> &str {
    version.rsplit_once('.').unwrap().0
}

/// The files of a release for one kind of processor, unpacked.
pub fn artifacts(directory: &Path, version: &str, machine: Machine) -> Vec<Artifact> {
    let Machine { name, debian } = machine;
    let so_version = so_version(version);
    let names = [
        (LIBRARY_GNU, format!("libarcidentity-{version}-{name}-linux-gnu.tar.gz")),
        (LIBRARY_MUSL, format!("libarcidentity-{version}-{name}-linux-musl.tar.gz")),
        (PROGRAM, format!("arcidentity-{version}-{name}-linux.tar.gz")),
        (DEB_RUNTIME, format!("libarcidentity{so_version}_{version}-1_{debian}.deb")),
        (DEB_DEVELOPMENT, format!("libarcidentity-dev_{version}-1_{debian}.deb")),
        (DEB_PROGRAM, format!("arcidentity_{version}-1_{debian}.deb")),
        (RPM_RUNTIME, format!("libarcidentity-{version}-1.{name}.rpm")),
        (RPM_DEVELOPMENT, format!("libarcidentity-devel-{version}-1.{name}.rpm")),
        (RPM_PROGRAM, format!("arcidentity-{version}-1.{name}.rpm")),
    ];
    let unpacked = names.map(|(kind, name)| {
        let file = directory.join(&name);
        let tree = unpack(&file, kind, &name);
        Artifact { kind, machine, file, tree }
    });
    unpacked.into()
}

fn unpack(file: &Path, kind: &str, name: &str) -> PathBuf {
    // Wherever that is: also where a name has a space.
    let tree = scratch("release/unpacked here").join(name);
    let _ = std::fs::remove_dir_all(&tree);
    std::fs::create_dir(&tree).unwrap();
    let script = match kind.rsplit_once('.').unwrap().1 {
        // The tree in it, without its name.
        "tar" => "tar --extract --file \"$1\" --strip-components 1 --directory \"$2\"",
        "deb" => "dpkg-deb --extract \"$1\" \"$2\"",
        _ => "rpm2archive - < \"$1\" | tar --extract --gzip --directory \"$2\"",
    };
    succeed(Command::new("sh").args(["-e", "-c", script, "sh"]).args([file, &tree]));
    tree
}

impl Artifact {
    pub fn name(&self) -> std::borrow::Cow<'_, str> {
        self.file.file_name().unwrap().to_string_lossy()
    }

    pub fn is_a(&self, packer: &str) -> bool {
        self.kind.ends_with(packer)
    }

    /// A line for each entry as it is packed: mode, owner, path, and where a link leads.
    pub fn list(&self) -> Vec<String> {
        const QUERY: &str =
            "[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} - - - %{FILENAMES} -> %{FILELINKTOS}\n]";
        let mut list = if self.is_a(".tar") {
            Command::new("tar")
        } else {
            Command::new(if self.is_a(".deb") { "dpkg-deb" } else { "rpm" })
        };
        if self.is_a(".tar") {
            list.args(["--list", "--verbose", "--numeric-owner", "--file"]);
        } else if self.is_a(".deb") {
            list.arg("--contents");
        } else {
            list.args(["--query", "--package", "--queryformat", QUERY]);
        }
        let listed = succeed(list.arg(&self.file));
        let mut lines: Vec<String> = listed.lines().map(in_short).collect();
        lines.sort_by(|one, other| one.split(' ').skip(2).cmp(other.split(' ').skip(2)));
        lines
    }

    /// All files in it, without links.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![self.tree.clone()];
        while let Some(next) = open.pop() {
            for entry in std::fs::read_dir(next).unwrap().map(Result::unwrap) {
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    open.push(entry.path());
                } else if kind.is_file() {
                    found.push(entry.path());
                }
            }
        }
        found
    }
}

/// A line of tar's verbose list without size and time.
fn in_short(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [mode, owner, _, _, _, path, link @ ..] = &words[..] else { panic!("{line}") };
    let link = if let ["->", target] = link { format!(" -> {target}") } else { String::new() };
    format!("{mode} {owner} {path}{link}")
}
