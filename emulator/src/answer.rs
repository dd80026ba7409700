//! What to answer instead of, or on top of, the faithful answer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::http::message::Message;

/// One answer to one request, for [`Emulator::script`](crate::Emulator::script) and
/// [`Emulator::respond_with`](crate::Emulator::respond_with).
///
/// An answer starts with one of the functions without `self` and is changed by the methods, in any
/// order. Methods that change status line, headers or body have no effect on [`raw`](Answer::raw),
/// [`close`](Answer::close), [`reset`](Answer::reset) and [`hang`](Answer::hang).
///
/// ```
/// # use std::time::Duration;
/// use arcidentity_emulator::Answer;
///
/// Answer::status(503).header("Retry-After", "3").body("starting");
/// Answer::challenge("Basic realm=/etc/passwd");
/// Answer::normal().delay(Duration::from_secs(1)).close_after();
/// Answer::normal().edit_json(|json| json["expires_in"] = 3600.into());
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Answer {
    pub(crate) content: Content,
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) edit: Option<JsonEdit>,
    pub(crate) framing: Framing,
    pub(crate) endless: Option<Endless>,
    pub(crate) delay: Duration,
    pub(crate) drip: Option<Drip>,
    pub(crate) ending: Ending,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Normal,
    Message(Message),
    Raw(Vec<u8>),
    Nothing,
}

/// How the end of the body is told.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Framing {
    #[default]
    Length,
    DeclaredLength(u64),
    Chunked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endless {
    Headers,
    Body,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Drip {
    pub(crate) chunk: usize,
    pub(crate) pause: Duration,
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    KeepOpen,
    Close,
    Reset,
    Hang,
}

#[derive(Clone)]
pub(crate) struct JsonEdit(Arc<dyn Fn(&mut Value) + Send + Sync>);

impl JsonEdit {
    /// The body after the edit; as it was when it is not JSON.
    pub(crate) fn apply(&self, body: Vec<u8>) -> Vec<u8> {
        let Ok(mut value) = serde_json::from_slice(&body) else {
            return body;
        };
        (self.0)(&mut value);
        value.to_string().into_bytes()
    }
}

impl fmt::Debug for JsonEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonEdit")
    }
}

impl Answer {
    /// What the faithful agent answers to this request.
    pub fn normal() -> Answer {
        Answer::of(Content::Normal, Ending::KeepOpen)
    }

    /// This status, without headers and with an empty body.
    pub fn status(status: u16) -> Answer {
        Answer::message(Message::new(status))
    }

    /// This status with `value` as its JSON body.
    pub fn json(status: u16, value: impl Into<Value>) -> Answer {
        Answer::message(Message::json(status, &value.into()))
    }

    /// This status with an error in the agent's own shape: `error`, `error_description`,
    /// `error_codes`.
    pub fn error(status: u16, error: &str, description: &str) -> Answer {
        Answer::message(Message::error(status, error, description))
    }

    /// The agent's 401 with this value of `WWW-Authenticate`, whatever it says. A second one can be
    /// added with [`header`](Answer::header).
    pub fn challenge(value: impl AsRef<[u8]>) -> Answer {
        Answer::message(Message::challenge(value.as_ref(), "Missing Basic Authorization header"))
    }

    /// These bytes as they are, status line and all; then the connection is closed, unless
    /// [`keep_open`](Answer::keep_open) or another ending is chosen.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Answer {
        Answer::of(Content::Raw(bytes.into()), Ending::Close)
    }

    /// No answer: the connection is closed.
    pub fn close() -> Answer {
        Answer::of(Content::Nothing, Ending::Close)
    }

    /// No answer: the connection is reset.
    pub fn reset() -> Answer {
        Answer::of(Content::Nothing, Ending::Reset)
    }

    /// No answer, on an open connection, until the client goes or the emulator stops.
    pub fn hang() -> Answer {
        Answer::of(Content::Nothing, Ending::Hang)
    }

    fn message(message: Message) -> Answer {
        Answer::of(Content::Message(message), Ending::KeepOpen)
    }

    fn of(content: Content, ending: Ending) -> Answer {
        Answer {
            content,
            headers: Vec::new(),
            body: None,
            edit: None,
            framing: Framing::Length,
            endless: None,
            delay: Duration::ZERO,
            drip: None,
            ending,
        }
    }

    /// Adds a header, verbatim; a name may come more than once. Defaults to none beyond those of
    /// the answer's own kind.
    pub fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Answer {
        self.headers.push((name.as_ref().to_vec(), value.as_ref().to_vec()));
        self
    }

    /// Replaces the body. Defaults to that of the answer's own kind.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Answer {
        self.body = Some(body.into());
        self
    }

    /// Changes a JSON body before it is sent; any other body stays as it is. Defaults to no change.
    pub fn edit_json(mut self, edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Answer {
        self.edit = Some(JsonEdit(Arc::new(edit)));
        self
    }

    /// Waits before anything is sent. Defaults to no wait.
    pub fn delay(mut self, delay: Duration) -> Answer {
        self.delay = delay;
        self
    }

    /// Sends `chunk` bytes at a time and pauses after each time. Defaults to all bytes at once.
    pub fn drip(mut self, chunk: usize, pause: Duration) -> Answer {
        self.drip = Some(Drip { chunk: chunk.max(1), pause });
        self
    }

    /// Sends the body in chunks (`Transfer-Encoding: chunked`). Defaults to a body with its length
    /// declared.
    pub fn chunked(mut self) -> Answer {
        self.framing = Framing::Chunked;
        self
    }

    /// Declares this many bytes of body, true or not. With more than are sent, a client waits for
    /// the rest, or, after [`close_after`](Answer::close_after), finds the body cut short. Defaults
    /// to the true length.
    pub fn declared_length(mut self, bytes: u64) -> Answer {
        self.framing = Framing::DeclaredLength(bytes);
        self
    }

    /// After the body, sends white space until the client goes; without a declared length, unless
    /// one was set. Defaults to a body that ends.
    pub fn endless_body(mut self) -> Answer {
        self.endless = Some(Endless::Body);
        self
    }

    /// After the headers, sends more headers until the client goes. Defaults to headers that end.
    pub fn endless_headers(mut self) -> Answer {
        self.endless = Some(Endless::Headers);
        self
    }

    /// Keeps the connection open after the answer. The default, except for [`raw`](Answer::raw).
    pub fn keep_open(mut self) -> Answer {
        self.ending = Ending::KeepOpen;
        self
    }

    /// Closes the connection after the answer, without saying so before: add the header
    /// `Connection: close` for that. Defaults to an open connection.
    pub fn close_after(mut self) -> Answer {
        self.ending = Ending::Close;
        self
    }

    /// Resets the connection after the answer, parts of which the client may then not see. Defaults
    /// to an open connection.
    pub fn reset_after(mut self) -> Answer {
        self.ending = Ending::Reset;
        self
    }

    /// Answers nothing more on this connection, but keeps it until the client goes or the emulator
    /// stops. Defaults to an open connection on which further requests are answered.
    pub fn hang_after(mut self) -> Answer {
        self.ending = Ending::Hang;
        self
    }
}
