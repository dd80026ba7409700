//! The files and variables of the machine that is examined, handed in so that tests can lay out another one.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::path::PathBuf;

/// The most that is read of a file.
const MAX_FILE: u64 = 256 * 1024;

pub(crate) struct System {
    /// None on Windows, which has no such files, and where everybody may make them.
    pub(crate) root: Option<PathBuf>,
    pub(crate) environment: fn(&str) -> Option<OsString>,
}

impl System {
    /// This machine and this process.
    pub(crate) fn new() -> System {
        let root = cfg!(unix).then(|| PathBuf::from("/"));
        System { root, environment: |name| std::env::var_os(name) }
    }

    /// The value of a variable, unless it is empty.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name).map(|value| value.to_string_lossy().into_owned()).filter(|v| !v.is_empty())
    }

    /// The same as it is.
    pub(crate) fn raw_variable(&self, name: &str) -> Option<OsString> {
        (self.environment)(name)
    }

    /// The text of a regular file, or its beginning.
    pub(crate) fn read(&self, path: &str) -> Option<String> {
        let path = self.path(path)?;
        // A pipe would be waited for.
        if !fs::metadata(&path).ok()?.is_file() {
            return None;
        }
        let mut text = Vec::new();
        File::open(path).ok()?.take(MAX_FILE).read_to_end(&mut text).ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.metadata(path).is_some()
    }

    pub(crate) fn metadata(&self, path: &str) -> Option<Metadata> {
        fs::metadata(self.path(path)?).ok()
    }

    /// Where a symbolic link leads.
    #[cfg_attr(windows, allow(dead_code, reason = "Windows has no /proc and no systemd"))]
    pub(crate) fn link(&self, path: &str) -> Option<PathBuf> {
        fs::read_link(self.path(path)?).ok()
    }

    /// The names in a directory.
    pub(crate) fn names(&self, path: &str) -> Vec<String> {
        let entries = self.path(path).and_then(|path| fs::read_dir(path).ok());
        let entries = entries.into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// The processes that this one can see.
    #[cfg_attr(windows, allow(dead_code, reason = "Windows has no /proc"))]
    pub(crate) fn processes(&self) -> Vec<u32> {
        self.names("/proc").iter().filter_map(|name| name.parse().ok()).collect()
    }

    /// The name of a process's program, at most 15 bytes; the process itself can choose it.
    pub(crate) fn program(&self, process: u32) -> Option<String> {
        self.read(&format!("/proc/{process}/comm")).map(|name| name.trim_end().to_owned())
    }

    /// The numbers behind a label in the status of a process, or of `self`.
    pub(crate) fn numbers(&self, process: &str, label: &str) -> Vec<u32> {
        let status = self.read(&format!("/proc/{process}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_default();
        line.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect()
    }

    fn path(&self, path: &str) -> Option<PathBuf> {
        Some(self.root.as_ref()?.join(path.trim_start_matches('/')))
    }
}

/// A stranger's text in one line of bounded length.
pub(crate) fn one_line(text: &str) -> String {
    crate::response::presentable(text, &[])
}

/// The user who owns a file, where files have one.
#[cfg_attr(windows, allow(dead_code, reason = "files of Windows have no such number"))]
pub(crate) fn owner(file: &Metadata) -> Option<u32> {
    #[cfg(unix)]
    return Some(std::os::unix::fs::MetadataExt::uid(file));
    #[cfg(not(unix))]
    {
        let _ = file;
        None
    }
}
