//! What Rust's own start would change, and nobody could tell afterwards.

#![allow(unsafe_code, reason = "functions of C, before Rust's own start")]

use nix::libc;

/// Called before `main`.
#[used]
// SAFETY: The section holds pointers to functions of C that take nothing they must read, and this is one.
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = look;

/// Nothing of Rust's library is used that must have been started.
extern "C" fn look() {
    keep_unwritable();
    // Rust ignores them, and its programs do not. systemd has services started so.
    if arcidentity_process::is_ignored(libc::SIGPIPE) {
        arcidentity_cli::ignore_broken_pipes_in_programs();
    }
}

/// Opens `/dev/null` in the place of a closed standard output, but not for writing. Rust's start does it for writing, after
/// which nobody can tell that a result was lost: not this command, and not the program that the emulator runs.
fn keep_unwritable() {
    // SAFETY: The functions take numbers and a text that lives for ever. No other thread runs yet that could have
    // opened something there.
    unsafe {
        if libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) != -1 {
            return;
        }
        let null = libc::open(c"/dev/null".as_ptr(), libc::O_RDONLY);
        // It has another number if standard input is closed as well.
        if null != -1 && null != libc::STDOUT_FILENO {
            libc::dup2(null, libc::STDOUT_FILENO);
            libc::close(null);
        }
    }
}
