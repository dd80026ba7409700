//! The realm as text: which directory and which file name it spells. Touches no file.
//!
//! Both systems' rules are plain functions on text, so that both are tested everywhere.

use super::error::untrusted;
use crate::error::Error;

/// How a system writes paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Unix,
    Windows,
}

impl Syntax {
    /// Splits a key file's path into its directory, without the last separator, and its name.
    pub(crate) fn split(self, realm: &str) -> Result<(&str, &str), Error> {
        if realm.chars().any(char::is_control) {
            return Err(untrusted("the agent named a key file with a control character"));
        }
        if !self.is_local(realm) {
            return Err(untrusted("the agent named a key file that is not on a drive of this machine"));
        }
        let at = realm
            .rfind(|c| self.is_separator(c))
            .ok_or_else(|| untrusted("the agent named a key file without a directory"))?;
        let (directory, name) = (&realm[..at], &realm[at + 1..]);
        if self.is_key_name(name) {
            Ok((directory, name))
        } else {
            Err(untrusted("the agent named a file that is not called NAME.key"))
        }
    }

    /// Whether `directory`, from a realm, spells the directory `ours`.
    pub(crate) fn same(self, directory: &str, ours: &str) -> bool {
        let ours = ours.trim_end_matches(|c| self.is_separator(c));
        match self {
            Syntax::Unix => directory == ours,
            Syntax::Windows => {
                let (theirs, ours) = (without_prefix(directory), without_prefix(ours));
                // Case is folded for ASCII only: what differs otherwise is another directory.
                theirs.replace('/', "\\").eq_ignore_ascii_case(&ours.replace('/', "\\"))
            }
        }
    }

    /// Whether an absolute path cannot lead to another machine or to a device. On Windows everything is such a
    /// path unless it starts with a drive: `\\server\share`, `\\.\PIPE`, `\\?\GLOBALROOT`.
    pub(crate) fn is_local(self, path: &str) -> bool {
        self == Syntax::Unix
            || matches!(without_prefix(path).as_bytes(), [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic())
    }

    fn is_separator(self, c: char) -> bool {
        c == '/' || (self == Syntax::Windows && c == '\\')
    }

    fn is_key_name(self, name: &str) -> bool {
        let stem = match self {
            Syntax::Unix => name.strip_suffix(".key"),
            Syntax::Windows => name
                .len()
                .checked_sub(4)
                .and_then(|at| name.split_at_checked(at))
                .filter(|(_, extension)| extension.eq_ignore_ascii_case(".key"))
                .map(|(stem, _)| stem)
                .filter(|stem| is_plain_windows_name(stem)),
        };
        stem.is_some_and(|stem| !stem.is_empty())
    }
}

/// `\\?\C:\…` and `C:\…` are the same directory.
fn without_prefix(directory: &str) -> &str {
    directory.strip_prefix(r"\\?\").unwrap_or(directory)
}

/// No alternate stream, no wildcard, and no device: Windows opens `CON.key` as the console.
fn is_plain_windows_name(stem: &str) -> bool {
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    let base = stem.split('.').next().unwrap_or_default().trim_end_matches(' ');
    let is_numbered_device = || {
        let mut chars = base.chars();
        let number = chars.next_back();
        let port = chars.as_str();
        number.is_some_and(|c| c.is_ascii_digit() || matches!(c, '\u{b9}' | '\u{b2}' | '\u{b3}'))
            && (port.eq_ignore_ascii_case("COM") || port.eq_ignore_ascii_case("LPT"))
    };
    !stem.contains([':', '*', '?', '<', '>', '|', '"'])
        && !DEVICES.iter().any(|device| base.eq_ignore_ascii_case(device))
        && !is_numbered_device()
}
