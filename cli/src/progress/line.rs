//! The line that is renewed: how a terminal is told, and whether it may be.

/// Puts the cursor back to the start of the line, and erases that (ECMA-48).
pub(super) const ERASE: &str = "\r\x1b[K";

/// Switches the wrapping of long lines off and on (DECAWM): a line that wraps could not be erased.
pub(super) const NO_WRAP: &str = "\x1b[?7l";
pub(super) const WRAP: &str = "\x1b[?7h";

/// Whether the terminal is this command's to write on: in a shell's background it is that of the person who types.
#[cfg(unix)]
pub(super) fn is_in_foreground() -> bool {
    use nix::unistd::{getpgrp, tcgetpgrp};

    // Where the terminal controls nobody, nobody is in the background.
    tcgetpgrp(std::io::stderr()).map_or(true, |group| group == getpgrp())
}

#[cfg(not(unix))]
pub(super) fn is_in_foreground() -> bool {
    true
}
