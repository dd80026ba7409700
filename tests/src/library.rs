//! The C library as it is shipped, laid out as an installation would.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The largest that the shared library may be, in bytes.
pub const LARGEST_LIBRARY: u64 = 1 << 20;

/// Where the C library is.
#[derive(Debug)]
pub struct Library {
    directory: PathBuf,
}

impl Library {
    /// The directory for `-L` and the loader's path.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The shared library.
    #[must_use]
    pub fn shared(&self) -> PathBuf {
        self.directory.join("libarcidentity.so")
    }

    /// The static library.
    #[must_use]
    pub fn archive(&self) -> PathBuf {
        self.directory.join("libarcidentity.a")
    }
}

/// The C library, built when it is first asked for.
///
/// # Panics
///
/// If it does not build.
pub fn shared_library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let directory = crate::private_scratch("lib");
        for file in crate::shipped::shipped_library() {
            let is_library = file.extension().is_some_and(|extension| extension == "so" || extension == "a");
            if let Some(name) = file.file_name().filter(|_| is_library) {
                fs::copy(&file, directory.join(name)).expect("the library can be copied");
            }
        }
        // The loader looks for the soname.
        let soname = concat!(
            "libarcidentity.so.",
            env!("CARGO_PKG_VERSION_MAJOR"),
            ".",
            env!("CARGO_PKG_VERSION_MINOR")
        );
        let link = directory.join(soname);
        let _ = fs::remove_file(&link);
        symlink("libarcidentity.so", &link).expect("a link can be made");
        Library { directory }
    })
}
