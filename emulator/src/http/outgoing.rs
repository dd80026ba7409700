//! An answer, made ready for one request.

use std::io;
use std::path::PathBuf;

use super::delivery::{Form, Wire};
use super::message::Message;
use super::request::Request;
use crate::answer::{Answer, Content};

pub(crate) enum Outgoing<'a> {
    Message(Message, Form),
    Raw(&'a [u8]),
    Nothing,
}

impl<'a> Outgoing<'a> {
    /// `normal` is asked for the faithful answer where that is what the answer starts from.
    pub(crate) fn new(
        answer: &'a Answer,
        request: &Request,
        is_last: bool,
        normal: impl FnOnce() -> Message,
    ) -> Outgoing<'a> {
        let message = match &answer.content {
            Content::Normal => normal(),
            Content::Message(message) => message.clone(),
            Content::Raw(bytes) => return Outgoing::Raw(bytes),
            Content::Nothing => return Outgoing::Nothing,
        };
        let mut message = change(message, answer);
        if is_last {
            message = message.with_header("Connection", "close");
        }
        let without_body = request.method == "HEAD";
        Outgoing::Message(message, Form { framing: answer.framing, endless: answer.endless, without_body })
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.message().map(|message| message.status)
    }

    pub(crate) fn key_file(&self) -> Option<PathBuf> {
        self.message()?.key_file.clone()
    }

    fn message(&self) -> Option<&Message> {
        match self {
            Outgoing::Message(message, _) => Some(message),
            Outgoing::Raw(_) | Outgoing::Nothing => None,
        }
    }

    pub(crate) fn send(&self, wire: &Wire<'_>) -> io::Result<()> {
        match self {
            Outgoing::Message(message, form) => wire.send_message(message, form),
            Outgoing::Raw(bytes) => wire.send(bytes),
            Outgoing::Nothing => Ok(()),
        }
    }
}

/// What the answer's methods ask for, on top of what it starts from.
fn change(mut message: Message, answer: &Answer) -> Message {
    message.headers.extend_from_slice(&answer.headers);
    if let Some(body) = &answer.body {
        message.body.clone_from(body);
    }
    if let Some(edit) = &answer.edit {
        message.body = edit.apply(message.body);
    }
    message
}
