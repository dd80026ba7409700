//! A well-formed answer: status, headers, body.

use std::path::PathBuf;

use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    /// The key file that it names, or that was used to get it.
    pub(crate) key_file: Option<PathBuf>,
}

impl Message {
    pub(crate) fn new(status: u16) -> Message {
        Message { status, headers: Vec::new(), body: Vec::new(), key_file: None }
    }

    pub(crate) fn json(status: u16, value: &Value) -> Message {
        let mut message = Message::new(status).with_header("Content-Type", "application/json");
        message.body = value.to_string().into_bytes();
        message
    }

    /// An error in the agent's own shape.
    pub(crate) fn error(status: u16, error: &str, description: &str) -> Message {
        Message::json(
            status,
            &json!({"error": error, "error_description": description, "error_codes": [status]}),
        )
    }

    /// A 401 that asks for authorization as `challenge` says.
    pub(crate) fn challenge(challenge: &[u8], description: &str) -> Message {
        Message::error(401, "unauthorized_client", description).with_header("Www-Authenticate", challenge)
    }

    pub(crate) fn with_header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Message {
        self.headers.push((name.as_ref().to_vec(), value.as_ref().to_vec()));
        self
    }

    pub(crate) fn with_key_file(mut self, path: PathBuf) -> Message {
        self.key_file = Some(path);
        self
    }
}
