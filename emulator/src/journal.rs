//! What has been received so far.

use std::sync::Mutex;

use crate::http::request::Request;
use crate::sync::lock;

/// The requests and connections, counted.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    requests: Vec<(Entry, Request)>,
    next_entry: usize,
    connections: usize,
    /// Unlike `connections`, this is never reset.
    last_connection: usize,
}

/// Finds a request again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry(usize);

impl Journal {
    /// Counts a connection and returns its number.
    pub(crate) fn add_connection(&self) -> usize {
        let mut pages = lock(&self.0);
        pages.connections += 1;
        pages.last_connection += 1;
        pages.last_connection
    }

    pub(crate) fn add_request(&self, request: Request) -> Entry {
        let mut pages = lock(&self.0);
        let entry = Entry(pages.next_entry);
        pages.next_entry += 1;
        pages.requests.push((entry, request));
        entry
    }

    /// Notes how a request is answered, unless the journal was cleared since.
    pub(crate) fn set_status(&self, entry: Entry, status: Option<u16>) {
        let mut pages = lock(&self.0);
        if let Some((_, request)) = pages.requests.iter_mut().rfind(|(other, _)| *other == entry) {
            request.status = status;
        }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.0).requests.iter().map(|(_, request)| request.clone()).collect()
    }

    pub(crate) fn connections(&self) -> usize {
        lock(&self.0).connections
    }

    pub(crate) fn clear(&self) {
        let mut pages = lock(&self.0);
        pages.requests.clear();
        pages.connections = 0;
    }
}
