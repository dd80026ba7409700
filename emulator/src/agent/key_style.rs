//! How key files are made: as the agent does, and wrong on demand.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::iter;
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// What a key of the agent looks like: one line of base64, without its end.
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const LENGTH: usize = 128;

/// How key files are made; see [`Emulator::make_keys`](crate::Emulator::make_keys).
///
/// Each wrong kind is wrong in that one way only: its text still is a valid key, so that a client
/// which falls for it gets a token.
///
/// ```
/// use arcidentity_emulator::{Emulator, KeyStyle};
///
/// let emulator = Emulator::start()?;
/// emulator.make_keys(KeyStyle::file().mode(0o666));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct KeyStyle {
    form: Form,
    contents: Contents,
    mode: u32,
    file_name: Option<String>,
    realm: Option<Vec<u8>>,
}

#[derive(Clone, Debug)]
enum Contents {
    Fixed(Vec<u8>),
    /// So many characters of these.
    Random(usize, Vec<u8>),
}

#[derive(Clone, Debug)]
enum Form {
    File,
    Symlink(PathBuf),
    HardLink(PathBuf),
    Fifo,
    Directory,
    Missing,
}

impl Default for KeyStyle {
    fn default() -> KeyStyle {
        KeyStyle::file()
    }
}

impl KeyStyle {
    /// A regular file, as the agent makes it. The style to start with.
    pub fn file() -> KeyStyle {
        KeyStyle::of(Form::File)
    }

    /// A symbolic link to `target`, a regular file that the emulator writes (over) and removes with
    /// the key.
    pub fn symlink(target: impl Into<PathBuf>) -> KeyStyle {
        KeyStyle::of(Form::Symlink(target.into()))
    }

    /// A second name of `target`, a regular file that the emulator writes (over) and removes with
    /// the key.
    pub fn hard_link(target: impl Into<PathBuf>) -> KeyStyle {
        KeyStyle::of(Form::HardLink(target.into()))
    }

    /// A named pipe that nobody writes to, so that opening it blocks. Unix only: elsewhere the
    /// agent answers 500.
    pub fn fifo() -> KeyStyle {
        KeyStyle::of(Form::Fifo)
    }

    /// A directory.
    pub fn directory() -> KeyStyle {
        KeyStyle::of(Form::Directory)
    }

    /// Nothing: the file is gone before the challenge is sent.
    pub fn missing() -> KeyStyle {
        KeyStyle::of(Form::Missing)
    }

    fn of(form: Form) -> KeyStyle {
        KeyStyle {
            form,
            contents: Contents::Random(LENGTH, BASE64.into()),
            mode: 0o640,
            file_name: None,
            realm: None,
        }
    }

    /// The file's bytes, as they are. The agent then takes this text as the key, without a byte
    /// order mark and white space at its end, which no header can carry. Defaults to random text
    /// without a newline.
    pub fn contents(mut self, contents: impl Into<Vec<u8>>) -> KeyStyle {
        self.contents = Contents::Fixed(contents.into());
        self
    }

    /// Random text of `length` characters from `alphabet`, which is ASCII. Defaults to 128 characters of base64.
    pub fn random_text(mut self, length: usize, alphabet: impl Into<String>) -> KeyStyle {
        self.contents = Contents::Random(length, alphabet.into().into_bytes());
        self
    }

    /// The permission bits, on Unix. Defaults to 0640.
    pub fn mode(mut self, mode: u32) -> KeyStyle {
        self.mode = mode;
        self
    }

    /// The file's name in the key directory; a key of that name that still waits makes way.
    /// Defaults to `<guid>.key`.
    pub fn file_name(mut self, name: impl Into<String>) -> KeyStyle {
        self.file_name = Some(name.into());
        self
    }

    /// What the challenge says after `realm=`. Defaults to the file's full path, not quoted.
    pub fn realm(mut self, realm: impl Into<Vec<u8>>) -> KeyStyle {
        self.realm = Some(realm.into());
        self
    }

    /// Makes the key at `path` and returns its text.
    pub(crate) fn make(&self, path: &Path) -> io::Result<Vec<u8>> {
        let contents = match &self.contents {
            Contents::Fixed(contents) => contents.clone(),
            Contents::Random(length, alphabet) => random_text(*length, alphabet),
        };
        match &self.form {
            Form::File => self.write(path, &contents)?,
            Form::Symlink(target) => {
                self.write_over(target, &contents)?;
                symlink(target, path)?;
            }
            Form::HardLink(target) => {
                self.write_over(target, &contents)?;
                fs::hard_link(target, path)?;
            }
            Form::Fifo => make_fifo(path, self.mode)?,
            Form::Directory => fs::create_dir(path)?,
            Form::Missing => {}
        }
        Ok(contents)
    }

    fn write_over(&self, path: &Path, contents: &[u8]) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => self.write(path, contents),
        }
    }

    fn write(&self, path: &Path, contents: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(contents)?;
        give_to_group(&file, path, self.mode)
    }

    /// The key's name in its directory.
    pub(crate) fn name(&self) -> String {
        self.file_name.clone().unwrap_or_else(|| format!("{}.key", Uuid::new_v4()))
    }

    /// What a challenge says of the key at `path`.
    pub(crate) fn realm_of(&self, path: &Path) -> Vec<u8> {
        self.realm.clone().unwrap_or_else(|| path.as_os_str().as_encoded_bytes().to_vec())
    }

    /// The file, besides the key, that goes with it.
    pub(crate) fn link_target(&self) -> Option<&Path> {
        match &self.form {
            Form::Symlink(target) | Form::HardLink(target) => Some(target),
            Form::File | Form::Fifo | Form::Directory | Form::Missing => None,
        }
    }
}

fn random_text(length: usize, alphabet: &[u8]) -> Vec<u8> {
    let bytes = iter::repeat_with(|| Uuid::new_v4().into_bytes()).flatten().take(length);
    bytes.filter_map(|byte| alphabet.get(usize::from(byte).checked_rem(alphabet.len())?).copied()).collect()
}

/// Sets the mode, whatever the umask, and the directory's group, whose members may read keys. The owner is who
/// listens, as with the real agent: clients compare both.
#[cfg(unix)]
fn give_to_group(file: &File, path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    if let Some(directory) = path.parent() {
        let gid = fs::metadata(directory)?.gid();
        // Not everybody may.
        let _ = fchown(file, None, Some(gid));
    }
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn give_to_group(_file: &File, _path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn symlink(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(windows)]
fn symlink(target: &Path, path: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(target, path)
}

#[cfg(unix)]
fn make_fifo(path: &Path, mode: u32) -> io::Result<()> {
    let mode = nix::sys::stat::Mode::from_bits_truncate(mode as nix::libc::mode_t);
    nix::unistd::mkfifo(path, mode).map_err(io::Error::from)
}

#[cfg(not(unix))]
fn make_fifo(_path: &Path, _mode: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
