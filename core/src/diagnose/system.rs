//! The files and variables of the machine that is examined, handed in so that tests can lay out another one.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::path::PathBuf;

/// The most that is read of a file.
const MAX_FILE: u64 = 256 * 1024;

pub(super) struct System {
    /// None on Windows, which has no such files, and where everybody may make them.
    pub(super) root: Option<PathBuf>,
    pub(super) environment: fn(&str) -> Option<OsString>,
}

impl System {
    /// This machine and this process.
    pub(super) fn new() -> System {
        let root = cfg!(unix).then(|| PathBuf::from("/"));
        System { root, environment: |name| std::env::var_os(name) }
    }

    /// The value of a variable, unless it is empty.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name).map(|value| value.to_string_lossy().into_owned()).filter(|v| !v.is_empty())
    }

    /// The same as it is.
    pub(super) fn raw_variable(&self, name: &str) -> Option<OsString> {
        (self.environment)(name)
    }

    /// The text of a regular file, or its beginning.
    pub(super) fn read(&self, path: &str) -> Option<String> {
        let path = self.path(path)?;
        // A pipe would be waited for.
        if !fs::metadata(&path).ok()?.is_file() {
            return None;
        }
        let mut text = Vec::new();
        File::open(path).ok()?.take(MAX_FILE).read_to_end(&mut text).ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    pub(super) fn exists(&self, path: &str) -> bool {
        self.metadata(path).is_some()
    }

    pub(super) fn metadata(&self, path: &str) -> Option<Metadata> {
        fs::metadata(self.path(path)?).ok()
    }

    /// Where a symbolic link leads.
    #[cfg_attr(windows, allow(dead_code, reason = "Windows has no /proc and no systemd"))]
    pub(super) fn link(&self, path: &str) -> Option<PathBuf> {
        fs::read_link(self.path(path)?).ok()
    }

    /// The names in a directory.
    pub(super) fn names(&self, path: &str) -> Vec<String> {
        let entries = self.path(path).and_then(|path| fs::read_dir(path).ok());
        let entries = entries.into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// The processes that this one can see.
    #[cfg_attr(windows, allow(dead_code, reason = "Windows has no /proc"))]
    pub(super) fn processes(&self) -> Vec<u32> {
        self.names("/proc").iter().filter_map(|name| name.parse().ok()).collect()
    }

    /// The name of a process's program, at most 15 bytes; the process itself can choose it.
    pub(super) fn program(&self, process: u32) -> Option<String> {
        self.read(&format!("/proc/{process}/comm")).map(|name| name.trim_end().to_owned())
    }

    fn path(&self, path: &str) -> Option<PathBuf> {
        Some(self.root.as_ref()?.join(path.trim_start_matches('/')))
    }
}

/// A stranger's text in one line of bounded length.
pub(super) fn one_line(text: &str) -> String {
    crate::response::presentable(text, &[])
}

/// The user who owns a file, where files have one.
#[cfg_attr(windows, allow(dead_code, reason = "files of Windows have no such number"))]
pub(super) fn owner(file: &Metadata) -> Option<u32> {
    #[cfg(unix)]
    return Some(std::os::unix::fs::MetadataExt::uid(file));
    #[cfg(not(unix))]
    {
        let _ = file;
        None
    }
}
