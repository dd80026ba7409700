//! Where the emulator puts its key files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_core::installed;
use arcidentity_emulator::{Builder, SharedDirectory};

#[cfg(target_os = "linux")]
use super::own_place::OwnPlace;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// What helps where the agent's own directory cannot be used.
const ELSEWHERE: &str = "name another directory for the emulator's key files with --key-directory DIR";

/// The key directory of an emulator, and what must be removed after it.
#[derive(Default)]
pub(super) struct KeyDirectory {
    /// `None` is a temporary one that the emulator makes.
    path: Option<PathBuf>,
    /// The agent's own, if clients see it there.
    seen_at: Option<PathBuf>,
    /// Why they do not.
    refusal: Option<String>,
    #[cfg(target_os = "linux")]
    own_place: Option<OwnPlace>,
    _parents: Parents,
}

/// Directories above it that this emulator made, or another one that runs.
#[derive(Default)]
struct Parents(Vec<SharedDirectory>);

impl KeyDirectory {
    /// The directory of the option. Else root, or who is elevated, gets the agent's own, because that is where
    /// programs look that cannot be told otherwise; so does the program of another user, if the system allows it to see
    /// one of its own there; and everybody else a private temporary one.
    pub(super) fn choose(option: Option<&Path>, has_program: bool) -> Result<KeyDirectory, Failure> {
        match option {
            Some(path) if path.as_os_str().is_empty() => Err(Failure::argument("--key-directory is empty")),
            Some(path) => Ok(KeyDirectory { path: Some(path.to_owned()), ..KeyDirectory::default() }),
            None if is_privileged() => KeyDirectory::of_the_agent(),
            None if has_program => Ok(KeyDirectory::of_the_program()),
            None => Ok(KeyDirectory::default()),
        }
    }

    #[cfg(target_os = "linux")]
    fn of_the_program() -> KeyDirectory {
        let Ok(agents) = installed::key_directory() else { return KeyDirectory::default() };
        match OwnPlace::make(&agents) {
            Ok(place) => KeyDirectory {
                path: Some(place.keys().to_owned()),
                seen_at: Some(agents),
                own_place: Some(place),
                ..KeyDirectory::default()
            },
            Err(reason) => {
                let shown = agents.display();
                let refusal = format!("The command cannot be given {shown} as its own: {reason}.");
                KeyDirectory { refusal: Some(refusal), ..KeyDirectory::default() }
            }
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn of_the_program() -> KeyDirectory {
        KeyDirectory::default()
    }

    fn of_the_agent() -> Result<KeyDirectory, Failure> {
        let (Ok(agent), Ok(path)) = (installed::executable(), installed::key_directory()) else {
            return Ok(KeyDirectory::default());
        };
        if fs::symlink_metadata(agent).is_ok() {
            let shown = path.display();
            return Err(Failure::argument(format!("the Azure Arc agent is installed here and owns {shown}"))
                .hint(ELSEWHERE));
        }
        let parents = Parents::make(&path)?;
        Ok(KeyDirectory {
            path: Some(path.clone()),
            seen_at: Some(path),
            _parents: parents,
            ..KeyDirectory::default()
        })
    }

    /// Has an emulator use it.
    pub(super) fn give_to(&self, mut builder: Builder) -> Builder {
        if let Some(path) = &self.path {
            builder = builder.key_directory(path);
        }
        if let Some(path) = &self.seen_at {
            builder = builder.key_directory_seen_at(path);
        }
        builder
    }

    /// Has a command start its program where it sees the keys.
    #[cfg_attr(
        not(target_os = "linux"),
        allow(clippy::unused_self, unused_variables, reason = "everybody sees them")
    )]
    pub(super) fn show_to(&self, command: &mut Command) {
        #[cfg(target_os = "linux")]
        if let Some(place) = &self.own_place {
            place.give_to(command);
        }
    }

    /// Says where clients find the keys that are at `path`.
    pub(super) fn print(&self, path: &Path, terminal: &Terminal<'_>) {
        if let Some(refusal) = &self.refusal {
            terminal.tell(format_args!("{refusal}"));
            terminal.tell(format_args!(
                "Programs that look there only, as with azure-identity, need root's: sudo arcidentity emulator."
            ));
        }
        let is_own = self.seen_at.as_ref().is_some_and(|seen_at| seen_at != path);
        let only = if is_own { ", for the command alone" } else { "" };
        let shown = self.seen_at.as_deref().unwrap_or(path).display();
        terminal.tell(format_args!("Key files are in {shown}{only}."));
        if self.seen_at.is_none() {
            terminal.tell(format_args!("Clients read them only if told to: --key-directory {shown}"));
        }
    }
}

#[cfg(unix)]
fn is_privileged() -> bool {
    nix::unistd::geteuid().is_root()
}

#[cfg(windows)]
fn is_privileged() -> bool {
    arcidentity_core::is_elevated().unwrap_or_default()
}

impl Parents {
    /// Makes what is missing above `path`, which the emulator makes itself.
    fn make(path: &Path) -> Result<Parents, Failure> {
        let mut parents = Parents::default();
        let mut above: Vec<_> = path.ancestors().skip(1).filter(|path| path.parent().is_some()).collect();
        while let Some(parent) = above.pop() {
            let made = SharedDirectory::make(parent, |path| fs::create_dir(path));
            parents.0.extend(made.map_err(|error| {
                Failure::system(format!("{} cannot be made", parent.display()), &error).hint(ELSEWHERE)
            })?);
        }
        Ok(parents)
    }
}

impl Drop for Parents {
    fn drop(&mut self) {
        // What somebody else has put something into by now stays.
        while let Some(parent) = self.0.pop() {
            parent.remove();
        }
    }
}
