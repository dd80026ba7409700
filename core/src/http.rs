//! Requests to the agent over HTTP. The only place that knows the HTTP library.
//!
//! The library is given a connection, buffers and no choice: no proxy, no redirect, no name resolution,
//! no thread, no idle connection after the call.

mod transport;

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT,
    WWW_AUTHENTICATE,
};
use http::{Request, Uri};
use once_cell::race::OnceBox;
use ureq::config::{AutoHeaderValue, Config};

use self::transport::{Exchange, NoResolver, RouteConnector, SharedExchange, USUAL_INPUT, lock};
use crate::buffer::WipedBuffer;
use crate::clock::Clock;
use crate::connection::Route;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::keyfile::Key;
use crate::limits::{MAX_BODY, MAX_HEADERS};
use crate::listener::Peer;
use crate::response;
use crate::retry::{self, Failure};
use crate::secret::Secret;

const METADATA: HeaderName = HeaderName::from_static("metadata");

/// Every request has these, and its host. The agent logs `Client-Id` since version 1.50.
static HEADERS: [(HeaderName, HeaderValue); 4] = [
    (METADATA, HeaderValue::from_static("true")),
    (HeaderName::from_static("client-id"), PROGRAM),
    (USER_AGENT, PROGRAM),
    (ACCEPT, HeaderValue::from_static("application/json")),
];
/// More than a request takes in bytes beside its path, its host and its key.
const SHORT_REQUEST: usize = 256;
/// Room for a key that is not known yet, so that the request with it mostly fits where the one without was.
const USUAL_KEY: usize = 128;

const PROGRAM: HeaderValue = HeaderValue::from_static(concat!("arcidentity/", env!("CARGO_PKG_VERSION")));

/// One conversation with the agent about one URL, over one connection if the agent keeps it open.
pub(crate) struct HttpClient {
    http: ureq::Agent,
    url: Uri,
    host: HeaderValue,
    has_metadata_header: bool,
    clock: Arc<dyn Clock>,
    exchange: SharedExchange,
}

/// What the agent answered.
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Who answered.
    pub(crate) peer: Peer,
    pub(crate) headers: HeaderMap,
    pub(crate) retry_after: Option<Duration>,
    body: WipedBuffer,
}

impl HttpClient {
    /// `host` is that of the URL. Without it the library would write one for each request.
    pub(crate) fn new(
        url: Uri,
        host: HeaderValue,
        route: Arc<Route>,
        deadline: Deadline,
        clock: Arc<dyn Clock>,
    ) -> HttpClient {
        let exchange = SharedExchange::default();
        let connector = RouteConnector { route, exchange: Arc::clone(&exchange), deadline };
        let http = ureq::Agent::with_parts(config().clone(), connector, NoResolver);
        HttpClient { http, url, host, has_metadata_header: true, clock, exchange }
    }

    /// Without the header that proves that no other program was tricked into asking.
    pub(crate) fn without_metadata_header(self) -> HttpClient {
        HttpClient { has_metadata_header: false, ..self }
    }

    /// The path of the URL.
    pub(crate) fn path(&self) -> &str {
        self.url.path()
    }

    /// Asks once, with the key if there is one. Nobody gets it who needs another one to be believed.
    pub(crate) fn get(&self, key: Option<&Key>) -> Result<Response, Failure> {
        let request = self.request(key)?;
        *lock(&self.exchange) = Exchange {
            has_key: key.is_some(),
            key_owner: key.and_then(|key| key.owner),
            size: self.size(key),
            peer: Peer::default(),
        };
        let (answer, mut body) = self.http.run(request).map_err(failure)?.into_parts();
        let peer = lock(&self.exchange).peer;
        let retry_after =
            text(answer.headers.get(RETRY_AFTER)).and_then(|value| retry::retry_after(value, &*self.clock));
        Ok(Response {
            status: answer.status.as_u16(),
            peer,
            headers: answer.headers,
            retry_after,
            body: read_body(&mut body)?,
        })
    }

    /// Why an attempt failed whose last request was this client's last one.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        let exchange = *lock(&self.exchange);
        exchange.peer.explain(failure, exchange.key_owner)
    }

    /// The request with this key.
    fn request(&self, key: Option<&Key>) -> Result<Request<()>, Error> {
        // With room for the host and the key too: a map that grows is made twice.
        let mut headers = HeaderMap::with_capacity(HEADERS.len() + 2);
        headers.insert(HOST, self.host.clone());
        headers
            .extend(HEADERS.iter().filter(|(name, _)| self.has_metadata_header || name != METADATA).cloned());
        if let Some(key) = key {
            headers.insert(AUTHORIZATION, sensitive(&key.authorization)?);
        }
        let mut request = Request::new(());
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// More than the request with this key takes in bytes.
    fn size(&self, key: Option<&Key>) -> usize {
        let path = self.url.path_and_query().map_or(0, |path| path.as_str().len());
        SHORT_REQUEST + path + self.host.len() + key.map_or(USUAL_KEY, |key| key.authorization.as_str().len())
    }
}

/// Made once in a process: whoever makes one looks for a proxy in the environment.
fn config() -> &'static Config {
    static CONFIG: OnceBox<Config> = OnceBox::new();
    CONFIG.get_or_init(|| {
        let config = Config::builder()
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .max_response_header_size(MAX_HEADERS)
            .max_idle_connections(1)
            .max_idle_connections_per_host(1)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None);
        Box::new(config.build())
    })
}

impl Response {
    /// The body of a success, else the failure that the response is. `sent` are the keys that the agent
    /// has seen and may repeat, which messages must not.
    pub(crate) fn content(&self, sent: &[Key]) -> Result<&[u8], Failure> {
        if self.status == 200 {
            return Ok(self.body.used());
        }
        let error = self.error(sent);
        Err(match retry::is_temporary(self.status) {
            true => Failure::Temporary { error, retry_after: self.retry_after },
            false => error.into(),
        })
    }

    /// The values of `WWW-Authenticate`.
    pub(crate) fn challenges(&self) -> impl Iterator<Item = &[u8]> {
        self.headers.get_all(WWW_AUTHENTICATE).iter().map(HeaderValue::as_bytes)
    }

    /// The body, whatever the status is.
    pub(crate) fn body(&self) -> &[u8] {
        self.body.used()
    }

    /// The response as an error, in the agent's own words.
    pub(crate) fn error(&self, sent: &[Key]) -> Error {
        response::error(self.status, self.body.used(), Key::texts(sent))
    }
}

/// A header value over the secret's own memory, which is wiped when the last of them goes.
fn sensitive(secret: &Arc<Secret>) -> Result<HeaderValue, Error> {
    struct Shared(Arc<Secret>);
    impl AsRef<[u8]> for Shared {
        fn as_ref(&self) -> &[u8] {
            (*self.0).as_ref()
        }
    }
    let bytes = Bytes::from_owner(Shared(Arc::clone(secret)));
    let mut value = HeaderValue::from_maybe_shared(bytes)
        .map_err(|_| Error::new(ErrorKind::Internal, "the key is not a valid HTTP header"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn text(value: Option<&HeaderValue>) -> Option<&str> {
    value.and_then(|value| value.to_str().ok())
}

fn read_body(body: &mut ureq::Body) -> Result<WipedBuffer, Failure> {
    let declared = body.content_length().and_then(|length| usize::try_from(length).ok());
    if declared.is_some_and(|length| length > MAX_BODY) {
        return Err(too_large());
    }
    let mut content = WipedBuffer::new(declared.unwrap_or(USUAL_INPUT) + 1);
    let mut length = 0;
    let mut reader = body.as_reader();
    loop {
        match reader.read(&mut content[length..]).map_err(|error| failure(error.into()))? {
            0 => return Ok(content),
            count => length += count,
        }
        content.mark_used(length);
        if length > MAX_BODY {
            return Err(too_large());
        }
        if length == content.len() {
            content.grow(2 * length);
        }
    }
}

/// Turns the library's errors into ours. Its texts hold neither headers nor bodies.
fn failure(error: ureq::Error) -> Failure {
    match error {
        ureq::Error::Other(error) => match error.downcast::<Failure>() {
            Ok(failure) => *failure,
            Err(_) => Error::new(ErrorKind::Internal, "an unknown error of the HTTP library").into(),
        },
        ureq::Error::LargeResponseHeader(..) => {
            let message = format!("the agent's headers are larger than {MAX_HEADERS} bytes");
            Error::protocol(message).into()
        }
        ureq::Error::Io(error) => Failure::service(format!(
            "the agent closed the connection before its answer was complete: {error}"
        )),
        error => Error::protocol(format!("the agent's answer is not HTTP: {error}")).into(),
    }
}

fn too_large() -> Failure {
    Error::protocol(format!("the agent's answer is larger than {MAX_BODY} bytes")).into()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::path::PathBuf;
    use std::thread;

    use super::*;
    use crate::clock::SystemClock;
    use crate::limits::MAX_KEY;

    #[test]
    fn no_log_line_of_a_library_shows_the_key() {
        let header = sensitive(&Arc::new(Secret::concat(&["Basic ", "key"]))).ok().unwrap();
        assert_eq!(header.as_bytes(), b"Basic key");
        assert_eq!(format!("{header:?}"), "Sensitive");
    }

    /// The next request on a connection, which is answered.
    fn heard(connection: &mut TcpStream) -> String {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            connection.read_exact(&mut byte).unwrap();
            request.extend(byte);
        }
        connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        String::from_utf8(request).unwrap()
    }

    #[test]
    fn a_request_has_room_to_be_sent_in_one_piece() {
        let agent = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = agent.local_addr().unwrap();
        let route = Route {
            addresses: vec![address],
            verify_agent: false,
            keys: PathBuf::new(),
            agent_executable: None,
        };
        let url = format!("http://{address}/{}", "x".repeat(3000)).parse().unwrap();
        let host = HeaderValue::from_str(&address.to_string()).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let deadline = Deadline::after(Duration::from_secs(60), Arc::clone(&clock), None, None);
        let http = HttpClient::new(url, host, Arc::new(route), deadline, clock);
        let key = Key::of_nobody(&"k".repeat(MAX_KEY));
        let keys = [None, Some(&key)];
        let requests = thread::spawn(move || {
            let (mut connection, _) = agent.accept().unwrap();
            [(), ()].map(|()| heard(&mut connection))
        });
        let statuses = keys.map(|key| http.get(key).map(|response| response.status).ok());
        assert_eq!(statuses, [Some(200); 2]);
        for (key, request) in keys.iter().zip(requests.join().unwrap()) {
            assert_eq!(request.contains("\r\nauthorization: Basic kkk"), key.is_some(), "{request}");
            let slack = http.size(*key).checked_sub(request.len());
            assert!(slack.is_some_and(|slack| slack < SHORT_REQUEST + USUAL_KEY), "{slack:?}");
        }
    }
}
