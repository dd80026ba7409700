//! Where the emulator puts its key files.

use std::fs;
use std::path::{Path, PathBuf};

use arcidentity_core::installed;

use crate::failure::Failure;

/// The key directory of an emulator, and what must be removed after it.
pub(super) struct KeyDirectory {
    path: Option<PathBuf>,
    is_the_agents: bool,
    made: Vec<PathBuf>,
}

impl KeyDirectory {
    /// The directory of the option. Else root, or who is elevated, gets the agent's own, because that is where
    /// programs look that cannot be told otherwise, and everybody else a private temporary one.
    pub(super) fn choose(option: Option<&Path>) -> Result<KeyDirectory, Failure> {
        match option {
            Some(path) if path.as_os_str().is_empty() => Err(Failure::argument("--key-directory is empty")),
            Some(path) => Ok(KeyDirectory::at(Some(path))),
            None => KeyDirectory::by_default(),
        }
    }

    fn at(path: Option<&Path>) -> KeyDirectory {
        KeyDirectory { path: path.map(Path::to_owned), is_the_agents: false, made: Vec::new() }
    }

    fn by_default() -> Result<KeyDirectory, Failure> {
        if !is_privileged() {
            return Ok(KeyDirectory::at(None));
        }
        let (Ok(agent), Ok(path)) = (installed::executable(), installed::key_directory()) else {
            return Ok(KeyDirectory::at(None));
        };
        if fs::symlink_metadata(agent).is_ok() {
            let shown = path.display();
            return Err(Failure::argument(format!("the Azure Arc agent is installed here and owns {shown}"))
                .hint("name another directory for the emulator's key files with --key-directory DIR"));
        }
        let mut keys = KeyDirectory::at(Some(&path));
        keys.is_the_agents = true;
        keys.make_parents(&path)?;
        Ok(keys)
    }

    /// Makes what is missing above `path`, which the emulator makes itself.
    fn make_parents(&mut self, path: &Path) -> Result<(), Failure> {
        let mut missing: Vec<_> = path.ancestors().skip(1).take_while(|parent| !parent.exists()).collect();
        while let Some(parent) = missing.pop() {
            fs::create_dir(parent)
                .map_err(|error| Failure::system(format!("{} cannot be made", parent.display()), &error))?;
            self.made.push(parent.to_owned());
        }
        Ok(())
    }

    /// `None` is a temporary one that the emulator makes.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether every client looks there by itself.
    pub(super) fn is_the_agents(&self) -> bool {
        self.is_the_agents
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

impl Drop for KeyDirectory {
    fn drop(&mut self) {
        // What somebody else has put something into by now stays.
        while self.made.pop().is_some_and(|path| fs::remove_dir(path).is_ok()) {}
    }
}
