//! The realm as text: which directory and which file name it spells. Touches no file.
//!
//! Both systems' rules are plain functions on text, so that both are tested everywhere.

use super::untrusted;
use crate::error::Error;

/// How a system writes paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    #[cfg_attr(windows, allow(dead_code, reason = "tested on every system"))]
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

#[cfg(test)]
mod tests {
    use super::Syntax;

    const LINUX: &str = "/var/opt/azcmagent/tokens";
    const WINDOWS: &str = r"C:\ProgramData\AzureConnectedMachineAgent\Tokens";

    /// The file name that `realm` spells inside `ours`.
    fn name<'a>(syntax: Syntax, ours: &str, realm: &'a str) -> Option<&'a str> {
        let (directory, name) = syntax.split(realm).ok()?;
        syntax.same(directory, ours).then_some(name)
    }

    #[test]
    fn linux_paths() {
        let judge = |realm| name(Syntax::Unix, LINUX, realm);
        assert_eq!(judge("/var/opt/azcmagent/tokens/a-1.key"), Some("a-1.key"));
        assert_eq!(name(Syntax::Unix, "/tokens/", "/tokens/a.key"), Some("a.key"));
        assert_eq!(name(Syntax::Unix, "/", "/a.key"), Some("a.key"));
        for realm in [
            "",
            "/",
            "a.key",
            "tokens/a.key",
            "./a.key",
            "/var/opt/azcmagent/tokens",
            "/var/opt/azcmagent/tokens/",
            "/var/opt/azcmagent/tokens/.key",
            "/var/opt/azcmagent/tokens/a.KEY",
            "/var/opt/azcmagent/tokens/a.txt",
            "/var/opt/azcmagent/tokens/a",
            "/var/opt/azcmagent/tokens/a.key/",
            "/var/opt/azcmagent/tokens/sub/a.key",
            "/var/opt/azcmagent/tokens/../a.key",
            "/var/opt/azcmagent/tokens/../tokens/a.key",
            "/var/opt/azcmagent/tokens//a.key",
            "//var/opt/azcmagent/tokens/a.key",
            "/var//opt/azcmagent/tokens/a.key",
            "/var/opt/azcmagent/./tokens/a.key",
            "/var/opt/azcmagent/tokens2/a.key",
            "/var/opt/azcmagent/token/a.key",
            "/VAR/opt/azcmagent/tokens/a.key",
            "/etc/shadow",
            "/etc/a.key",
            "/proc/self/fd/a.key",
            r"\var\opt\azcmagent\tokens\a.key",
            "file:///var/opt/azcmagent/tokens/a.key",
            "/var/opt/azcmagent/tokens/a\0.key",
            "/var/opt/azcmagent/tokens/a\n.key",
            "/var/opt/azcmagent/tokens/\u{85}.key",
        ] {
            assert_eq!(judge(realm), None, "{realm:?}");
        }
    }

    #[test]
    fn windows_paths() {
        let judge = |realm| name(Syntax::Windows, WINDOWS, realm);
        for realm in [
            r"C:\ProgramData\AzureConnectedMachineAgent\Tokens\a.key",
            r"c:\programdata\azureconnectedmachineagent\tokens\a.key",
            r"\\?\C:\ProgramData\AzureConnectedMachineAgent\Tokens\a.key",
            "C:/ProgramData/AzureConnectedMachineAgent/Tokens/a.key",
        ] {
            assert_eq!(judge(realm), Some("a.key"), "{realm}");
        }
        assert_eq!(judge(r"C:\ProgramData\AzureConnectedMachineAgent\Tokens\A.KEY"), Some("A.KEY"));
        for tail in [
            ".key",
            "a.txt",
            "a.key.",
            "a.key ",
            "a.key:stream",
            "a.key::$DATA",
            "a:b.key",
            "CON.key",
            "con.key",
            "con .key",
            "nul.x.key",
            "AUX.key",
            "COM1.key",
            "lpt9.key",
            "COM\u{b9}.key",
            "conin$.key",
            "a*.key",
            "a?.key",
            r"sub\a.key",
            "sub/a.key",
            r"..\a.key",
            "",
            "é.ke",
        ] {
            let realm = format!(r"{WINDOWS}\{tail}");
            assert_eq!(name(Syntax::Windows, WINDOWS, &realm), None, "{tail}");
        }
        for realm in [
            "a.key",
            r"C:a.key",
            r"\ProgramData\AzureConnectedMachineAgent\Tokens\a.key",
            r"D:\ProgramData\AzureConnectedMachineAgent\Tokens\a.key",
            r"\\server\share\a.key",
            r"\\?\UNC\server\share\a.key",
            r"\\.\C:\ProgramData\AzureConnectedMachineAgent\Tokens\a.key",
            r"\\?\GLOBALROOT\Device\a.key",
            r"\\?\\\?\C:\ProgramData\AzureConnectedMachineAgent\Tokens\a.key",
            r"\??\C:\ProgramData\AzureConnectedMachineAgent\Tokens\a.key",
            "//?/C:/ProgramData/AzureConnectedMachineAgent/Tokens/a.key",
            "//server/share/a.key",
            r"C:ProgramData\AzureConnectedMachineAgent\Tokens\a.key",
            r"C:\ProgramData\AzureConnectedMachineAgent\Tokens.\a.key",
            r"C:\ProgramData\AzureConnectedMachineAgent \Tokens\a.key",
            r"C:\ProgramData\AzureConnectedMachineAgent\Tokens::$INDEX_ALLOCATION\a.key",
            r"C:\PROGRA~3\AZUREC~1\Tokens\a.key",
            r"C:\ProgramData\AzureConnectedMachineAgent\Tokens2\a.key",
            r"C:\ProgramData\\AzureConnectedMachineAgent\Tokens\a.key",
            r"C:\ProgramData\x\..\AzureConnectedMachineAgent\Tokens\a.key",
        ] {
            assert_eq!(judge(realm), None, "{realm}");
        }
        // Nobody's setting makes a share or a device a place for keys.
        for directory in [
            r"\\server\share",
            r"\\?\UNC\server\share",
            r"\\.\PIPE",
            r"\\?\GLOBALROOT\Device",
            r"\Tokens",
            "C:Tokens",
        ] {
            assert!(!Syntax::Windows.is_local(directory), "{directory}");
            assert_eq!(name(Syntax::Windows, directory, &format!(r"{directory}\a.key")), None, "{directory}");
        }
        for directory in [WINDOWS, r"\\?\d:\keys", "C:/keys", r"C:\"] {
            assert!(Syntax::Windows.is_local(directory), "{directory}");
        }
        // A name that only begins like a device is a plain file.
        assert_eq!(
            judge(r"C:\ProgramData\AzureConnectedMachineAgent\Tokens\console.key"),
            Some("console.key")
        );
    }
}
