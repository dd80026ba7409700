//! A program's own view of the file system, by a user and a mount namespace. No rights are needed for it, and nobody else
//! sees it.

use std::ffi::{CStr, CString, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::stat::Mode;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork, getegid, geteuid, pipe2, read, write};

/// What a program sees at other places than everybody else.
#[derive(Debug, Clone)]
pub struct View {
    /// What is seen, and where, in this order.
    places: Vec<(CString, CString)>,
    users: String,
    groups: String,
}

impl View {
    /// The view in which each of these files and directories is seen at the place named after it, from the first to the
    /// last. Both exist.
    ///
    /// # Errors
    ///
    /// For a path with a NUL in it.
    pub fn new<'a>(places: impl IntoIterator<Item = (&'a Path, &'a Path)>) -> io::Result<View> {
        let text = |path: &Path| CString::new(path.as_os_str().as_bytes());
        let place = |(what, at)| Ok((text(what)?, text(at)?));
        // The program stays who it is, and sees nobody else's number.
        let only = |id: u32| format!("{id} {id} 1");
        Ok(View {
            places: places.into_iter().map(place).collect::<io::Result<_>>()?,
            users: only(geteuid().as_raw()),
            groups: only(getegid().as_raw()),
        })
    }

    /// Has a process enter the view and end.
    ///
    /// # Errors
    ///
    /// What the system says where it does not allow the view.
    pub fn try_out(&self) -> io::Result<()> {
        let (told, tell) = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
        // SAFETY: The child makes system calls and nothing else, and ends without any code of the parent's.
        let child = match unsafe { fork() }? {
            ForkResult::Parent { child } => child,
            ForkResult::Child => {
                let code = self.enter().err().map_or(0, |errno| errno as i32);
                let sent = write(&tell, &code.to_ne_bytes());
                // SAFETY: Ends the child without any code of the parent's.
                unsafe { libc::_exit(i32::from(sent.is_err())) }
            }
        };
        wait_for(child)?;
        let mut code = [0; size_of::<i32>()];
        match (read(&told, &mut code), i32::from_ne_bytes(code)) {
            (Ok(length), 0) if length == code.len() => Ok(()),
            (Ok(length), errno) if length == code.len() => Err(io::Error::from_raw_os_error(errno)),
            // Something has ended it before.
            _ => Err(io::ErrorKind::PermissionDenied.into()),
        }
    }

    /// Has `command` start its program in the view.
    pub fn give_to(self, command: &mut Command) {
        // SAFETY: It makes system calls and nothing else, which a child of many threads may.
        unsafe { command.pre_exec(move || Ok(self.enter()?)) };
    }

    /// What is seen, and where, in the order of [`View::new`].
    pub fn places(&self) -> impl Iterator<Item = (&Path, &Path)> {
        self.places.iter().map(|(what, at)| (path(what), path(at)))
    }

    /// For a process of one thread, which is about to become another program. It has all capabilities over what it sees
    /// until then: the kernel takes them away, as from every user but root. Without places nothing changes.
    ///
    /// # Errors
    ///
    /// What the system says where it does not allow the view, or the process has more threads.
    pub fn enter(&self) -> Result<(), Errno> {
        if self.places.is_empty() {
            return Ok(());
        }
        unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS)?;
        fill(c"/proc/self/uid_map", &self.users)?;
        // Who maps a group must have given up dropping groups, which may deny something to their members.
        fill(c"/proc/self/setgroups", "deny")?;
        fill(c"/proc/self/gid_map", &self.groups)?;
        // A directory comes with what is mounted below: nothing may show that was hidden.
        let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
        for (what, at) in &self.places {
            mount(Some(what.as_c_str()), at.as_c_str(), None::<&CStr>, flags, None::<&CStr>)?;
        }
        Ok(())
    }
}

/// Waits until it has ended. How it did is lost where this process ignores the ends of its children, or another of its
/// threads takes them.
fn wait_for(child: Pid) -> Result<(), Errno> {
    loop {
        match waitpid(child, None) {
            Ok(_) | Err(Errno::ECHILD) => return Ok(()),
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

fn path(text: &CStr) -> &Path {
    Path::new(OsStr::from_bytes(text.to_bytes()))
}

/// Without memory of its own, which another thread may hold locked when a process is forked.
fn fill(path: &CStr, content: &str) -> Result<(), Errno> {
    let file = open(path, OFlag::O_WRONLY | OFlag::O_CLOEXEC, Mode::empty())?;
    write(file, content.as_bytes()).map(drop)
}
