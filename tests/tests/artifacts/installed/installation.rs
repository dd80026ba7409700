//! An installation of the library, and the build that it comes from.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_tests::{path_with_cargo, patiently, scratch, shipping, succeed, workspace};

/// A tree with the library in it.
#[derive(Debug)]
pub struct Installation {
    /// Where programs look for the tree.
    pub prefix: PathBuf,
    /// Where the libraries are.
    pub libdir: PathBuf,
}

impl Installation {
    /// What pkg-config says, as arguments.
    pub fn pkg_config(&self, question: &[&str]) -> Vec<String> {
        let mut pkg_config = Command::new("pkg-config");
        pkg_config.env("PKG_CONFIG_LIBDIR", self.libdir.join("pkgconfig")).args(question).arg("arcidentity");
        succeed(&mut pkg_config).split_whitespace().map(str::to_owned).collect()
    }
}

/// The library under a prefix of its own, as `cmake --install` leaves it.
pub fn installed() -> &'static Installation {
    static INSTALLED: OnceLock<Installation> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let prefix = empty("usr");
        succeed(Command::new("cmake").arg("--install").arg(build()).arg("--prefix").arg(&prefix));
        let libdir = prefix.join("lib");
        Installation { prefix, libdir }
    })
}

/// The build directory, built.
pub fn build() -> &'static Path {
    static BUILD: OnceLock<PathBuf> = OnceLock::new();
    BUILD.get_or_init(|| build_in("build", &["-DCMAKE_INSTALL_LIBDIR=lib"]))
}

/// A build with more arguments for CMake.
pub fn build_in(name: &str, arguments: &[&str]) -> PathBuf {
    build_of(workspace(), name, arguments, &shipping())
}

/// A build of the workspace `source`, with these variables for cargo.
pub fn build_of(source: &Path, name: &str, arguments: &[&str], cargo: &[(&str, OsString)]) -> PathBuf {
    let directory = scratch("installed").join(name);
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(source.join("ffi")).arg("-B").arg(&directory).args(arguments);
    let variables = || cargo.iter().map(|(name, value)| (name, value));
    succeed(configure.env("PATH", path_with_cargo()).envs(variables()));
    succeed(patiently("cmake").arg("--build").arg(&directory).envs(variables()));
    directory
}

/// A directory for `ARCIDENTITY_PREBUILT`, with libraries that nobody links.
pub fn hollow_libraries(name: &str) -> PathBuf {
    let directory = empty(name);
    for file in ["libarcidentity.so", "libarcidentity.a", "native-static-libs.txt"] {
        std::fs::write(directory.join(file), "").unwrap();
    }
    directory
}

/// An empty directory of this name.
pub fn empty(name: &str) -> PathBuf {
    let directory = scratch("installed").join(name);
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

/// All files below `directory`, as sorted paths relative to it.
pub fn files(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                let path = entry.path();
                found.push(path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}
