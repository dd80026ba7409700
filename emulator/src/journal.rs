//! What has been received so far.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::http::request::Request;
use crate::sync::lock;

/// The connections, counted, and the newest requests.
#[derive(Debug)]
pub(crate) struct Journal {
    /// How many requests are kept.
    limit: usize,
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    requests: VecDeque<(Entry, Request)>,
    next_entry: usize,
    connections: usize,
    /// Unlike `connections`, this is never reset.
    last_connection: usize,
}

/// Finds a request again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry(usize);

impl Journal {
    pub(crate) fn new(limit: usize) -> Journal {
        Journal { limit, pages: Mutex::default() }
    }

    /// Counts a connection and returns its number.
    pub(crate) fn add_connection(&self) -> usize {
        let mut pages = lock(&self.pages);
        pages.connections += 1;
        pages.last_connection += 1;
        pages.last_connection
    }

    pub(crate) fn add_request(&self, request: Request) -> Entry {
        let mut pages = lock(&self.pages);
        let entry = Entry(pages.next_entry);
        pages.next_entry += 1;
        pages.requests.push_back((entry, request));
        if pages.requests.len() > self.limit {
            pages.requests.pop_front();
        }
        entry
    }

    /// Notes how a request is answered, unless it was forgotten since.
    pub(crate) fn set_status(&self, entry: Entry, status: Option<u16>) {
        let mut pages = lock(&self.pages);
        if let Some((_, request)) = pages.requests.iter_mut().rfind(|(other, _)| *other == entry) {
            request.status = status;
        }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.pages).requests.iter().map(|(_, request)| request.clone()).collect()
    }

    pub(crate) fn connections(&self) -> usize {
        lock(&self.pages).connections
    }

    pub(crate) fn clear(&self) {
        let mut pages = lock(&self.pages);
        pages.requests.clear();
        pages.connections = 0;
    }
}
