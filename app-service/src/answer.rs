//! The answers: in the one shape that every client understands, whichever version it speaks.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use arcidentity_core::{Error, ErrorKind, Token};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::claims::Claims;

/// What a request ends with.
pub(crate) type Outcome = Result<Arc<Token>, Refusal>;

/// Why there is no token.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// A word for programs.
    pub(crate) error: String,
    /// A text for people.
    pub(crate) text: String,
    /// The library's error, where it is one: it is told on the side of the endpoint too.
    pub(crate) cause: Option<Error>,
}

impl Refusal {
    pub(crate) fn new(status: u16, error: &str, text: impl Into<String>) -> Refusal {
        Refusal { status, error: error.to_owned(), text: text.into(), cause: None }
    }

    /// The one answer to whoever is not the program that is served, so that nothing can be learned from it.
    pub(crate) fn stranger() -> Refusal {
        Refusal::new(403, "forbidden", "this endpoint serves another program")
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        let text = match error.hint() {
            Some(hint) => format!("{}: {hint}", error.message()),
            None => error.message().to_owned(),
        };
        let code = error.code().map_or_else(|| error.kind().name().to_ascii_lowercase(), str::to_owned);
        // Clients repeat a request after 503, and give up after 403: both as they should.
        let status = if is_passing(error.kind()) { 503 } else { 403 };
        Refusal { status, error: code, text, cause: Some(error) }
    }
}

/// Whether a later request may succeed.
pub(crate) fn is_passing(kind: ErrorKind) -> bool {
    use ErrorKind::{Cancelled, Service, Timeout, Unavailable};
    matches!(kind, Service | Timeout | Unavailable | Cancelled)
}

/// A response of HTTP, complete; the one to a HEAD request describes a body and has none.
pub(crate) fn response(outcome: &Outcome, resource: &str, has_body: bool) -> Zeroizing<Vec<u8>> {
    match outcome {
        Ok(token) => http(200, &answer(token, resource), has_body),
        Err(refusal) => http(refusal.status, &failure(refusal), has_body),
    }
}

/// A token as App Service and IMDS answer with it, for a request for `resource`. All values are texts: some clients take
/// nothing else for the times.
#[must_use]
pub fn answer(token: &Token, resource: &str) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let expires_on = u64::try_from(token.expires_on()).unwrap_or(0);
    let mut answer = json!({
        "access_token": token.value(),
        "expires_on": expires_on.to_string(),
        "expires_in": expires_on.saturating_sub(now).to_string(),
        "resource": resource,
        "token_type": token.token_type(),
    });
    if let Some(client_id) = Claims::read(token.value()).client_id {
        answer["client_id"] = client_id.into();
    }
    answer
}

/// The members that the clients of Azure show, each by its own name.
fn failure(refusal: &Refusal) -> Value {
    json!({
        "error": refusal.error,
        "error_description": refusal.text,
        "statusCode": refusal.status,
        "message": refusal.text,
    })
}

fn http(status: u16, body: &Value, has_body: bool) -> Zeroizing<Vec<u8>> {
    let body = Zeroizing::new(body.to_string());
    let allow = if status == 405 { "Allow: GET\r\n" } else { "" };
    let head = format!(
        "HTTP/1.1 {status} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         {allow}Connection: close\r\n\r\n",
        reason(status),
        body.len()
    );
    let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + body.len()));
    bytes.extend_from_slice(head.as_bytes());
    if has_body {
        bytes.extend_from_slice(body.as_bytes());
    }
    bytes
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Error",
    }
}
