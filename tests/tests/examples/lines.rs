//! What a running program says.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::spawn;
use std::time::Duration;

/// A program that says nothing for so long hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// Lines, each taken when it comes, so that no program waits until the test reads.
pub(crate) struct Lines(Receiver<String>);

impl Lines {
    pub(crate) fn of(reader: impl Read + Send + 'static) -> Lines {
        let (sender, receiver) = channel();
        spawn(move || {
            BufReader::new(reader).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Lines(receiver)
    }

    /// The next one.
    pub(crate) fn next(&self) -> String {
        self.0.recv_timeout(LIMIT).expect("the program says something")
    }

    /// All that is left, when the program has closed the stream.
    pub(crate) fn rest(&self) -> Vec<String> {
        std::iter::from_fn(|| match self.0.recv_timeout(LIMIT) {
            Err(RecvTimeoutError::Timeout) => panic!("the program hangs"),
            line => line.ok(),
        })
        .collect()
    }
}
