//! Where a case takes place: an agent, its key directory, what lies around it, and who else listens.

use std::any::Any;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::Mutex;

use arcidentity_emulator::{Answer, Emulator, KeyStyle};
use arcidentity_testing::tables::realm::ABOVE;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The agent's key. Only the agent's port may see it.
pub use arcidentity_testing::tables::key_text::KEY;

/// What lies in files that no agent may get.
pub const BAIT: &str = "Ba1tInFilesThatAreNoKeysOfTheAgent+9876543210/zyxwvutsrqponmlk==";

/// As long as the shortest that an agent would hand out.
pub const TOKEN: &str = concat!(
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.",
    "eyJhdWQiOiJodHRwczovL3ZhdWx0LmF6dXJlLm5ldCIsImlzcyI6Imhvc3RpbGUiLCJzdWIiOiJub2JvZHkifQ.",
    "c2lnbmF0dXJlIG9mIHRoZSB0b2tlbiB0aGF0IG5vYm9keSBtYWRlIGFuZCBub2JvZHkgd2lsbCBjaGVjaw",
);

/// A token as the agent hands it out, with these members set.
pub fn issued(members: Value) -> Answer {
    let mut reply = json!({"access_token": TOKEN, "expires_in": "3600", "token_type": "Bearer"});
    if let (Value::Object(reply), Value::Object(members)) = (&mut reply, members) {
        reply.extend(members);
    }
    Answer::json(200, reply)
}

/// ```text
/// ROOT/tokens             the key directory, with a.key (the key); sub/a.key, a.txt and .key (bait)
/// ROOT/link -> tokens
/// ROOT/tokens2/a.key      bait
/// ROOT/outside.key        bait
/// ```
pub struct Scene {
    pub agent: Emulator,
    /// Nobody should ever come here.
    elsewhere: TcpListener,
    root: TempDir,
    kept: Mutex<Vec<Box<dyn Any + Send>>>,
    /// Further names that [`Scene::fill`] knows.
    names: Mutex<Vec<(&'static str, String)>>,
}

impl Scene {
    pub fn new() -> Scene {
        let root = tempfile::tempdir().unwrap();
        let keys = root.path().join("tokens");
        let agent = Emulator::builder().key_directory(&keys).start().unwrap();
        agent.make_keys(Scene::key_style().file_name("a.key"));
        agent.issue_key().unwrap();
        agent.make_keys(Scene::key_style());
        symlink(&keys, root.path().join("link")).unwrap();
        for directory in ["tokens/sub", "tokens2"] {
            fs::create_dir(root.path().join(directory)).unwrap();
        }
        for bait in ["tokens/sub/a.key", "tokens/a.txt", "tokens/.key", "tokens2/a.key", "outside.key"] {
            fs::write(root.path().join(bait), BAIT).unwrap();
        }
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
        elsewhere.set_nonblocking(true).unwrap();
        Scene { agent, elsewhere, root, kept: Mutex::default(), names: Mutex::default() }
    }

    /// How this agent makes keys.
    pub fn key_style() -> KeyStyle {
        KeyStyle::file().contents(KEY)
    }

    /// Replaces names in braces by what they stand for in this scene.
    pub fn fill(&self, text: &str) -> Vec<u8> {
        let port = self.agent.port().to_string();
        let places = [
            ("{agent}", self.agent.endpoint()),
            ("{port}", port),
            ("{elsewhere}", self.elsewhere()),
            ("{keys}", self.path("tokens").display().to_string()),
            ("{root}", self.root.path().display().to_string()),
            ("{key}", KEY.to_owned()),
            ("{token}", TOKEN.to_owned()),
            ("{8K}", "x".repeat(8 * 1024)),
        ];
        let names = self.names.lock().unwrap();
        let all = places.iter().chain(names.iter());
        let filled = all.fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        let mut bytes = Vec::new();
        for (at, part) in filled.split("{ff}").enumerate() {
            bytes.extend_from_slice(if at == 0 { b"" } else { b"\xff" });
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }

    /// Puts this scene's directory in the place of the one that the tables of realms are about.
    pub fn moved(&self, text: &[u8]) -> Vec<u8> {
        let root = self.root.path().as_os_str().as_bytes();
        let above = ABOVE.as_bytes();
        let mut moved = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.windows(above.len()).position(|part| part == above) {
            moved.extend_from_slice(&[&rest[..at], root].concat());
            rest = &rest[at + above.len()..];
        }
        [&moved, rest].concat()
    }

    /// A challenge with this value, filled in.
    pub fn challenge(&self, value: &str) -> Answer {
        Answer::challenge(self.fill(value))
    }

    /// A path below the scene's own directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The URL where nobody should come.
    pub fn elsewhere(&self) -> String {
        format!("http://{}", self.elsewhere.local_addr().unwrap())
    }

    /// Whether somebody came there.
    pub fn was_left(&self) -> bool {
        !matches!(self.elsewhere.accept(), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Lets texts of this case say `name` for `value`.
    pub fn name(&self, name: &'static str, value: impl Into<String>) {
        self.names.lock().unwrap().push((name, value.into()));
    }

    /// Keeps something until the case has ended.
    pub fn keep(&self, thing: impl Any + Send) {
        self.kept.lock().unwrap().push(Box::new(thing));
    }
}
