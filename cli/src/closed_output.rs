//! A standard output that is closed stays one that cannot be written.

#![allow(unsafe_code, reason = "functions of C, before Rust's own start")]

use nix::libc;

/// Called before `main`. Rust's start opens `/dev/null` in the place of a closed standard stream, after which
/// nobody can tell that a result was lost: not this command, and not the program that the emulator runs.
#[used]
// SAFETY: The section holds pointers to functions of C that take nothing they must read, and this is one.
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = keep_unwritable;

/// Opens `/dev/null` in the place of a closed standard output too, but not for writing.
extern "C" fn keep_unwritable() {
    // SAFETY: The functions take numbers and a text that lives for ever. No other thread runs yet that could have
    // opened something there. Nothing of Rust's library is used, as it has not started.
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
