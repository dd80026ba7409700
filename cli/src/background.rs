//! A writer that nobody waits for: a thread of its own writes, which may be stuck where nobody reads.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use crate::lines::{Outlet, lines};

/// How long it is waited in the end for a reader that takes nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes what is written before each `flush` as a line.
pub(crate) struct BackgroundWriter {
    text: Vec<u8>,
    /// None in the end.
    outlet: Option<Outlet>,
    shown: Arc<AtomicU64>,
    /// Closed once all is written.
    end: Receiver<()>,
}

impl BackgroundWriter {
    pub(crate) fn start(mut writer: impl Write + Send + 'static) -> io::Result<BackgroundWriter> {
        let (outlet, lines) = lines();
        let (is_writing, end) = mpsc::channel();
        let shown: Arc<AtomicU64> = Arc::default();
        let count = Arc::clone(&shown);
        thread::Builder::new().name("standard error".to_owned()).spawn(move || {
            let _is_writing = is_writing;
            while let Some(line) = lines.next() {
                // There is nobody to tell if that fails.
                let _ = writer.write_all(format!("{line}\n").as_bytes()).and_then(|()| writer.flush());
                count.fetch_add(1, Ordering::Relaxed);
            }
        })?;
        Ok(BackgroundWriter { text: Vec::new(), outlet: Some(outlet), shown, end })
    }
}

impl Write for BackgroundWriter {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let text = std::mem::take(&mut self.text);
        let line = String::from_utf8_lossy(&text);
        if let Some(outlet) = &self.outlet {
            outlet.give(line.strip_suffix('\n').unwrap_or(&line).to_owned());
        }
        Ok(())
    }
}

/// Waits for what is left, as long as it is read.
impl Drop for BackgroundWriter {
    fn drop(&mut self) {
        drop(self.outlet.take());
        await_end(&self.end, PATIENCE, || self.shown.load(Ordering::Relaxed));
    }
}

/// Waits for the end as long as more is shown each time that `patience` has passed.
fn await_end(end: &Receiver<()>, patience: Duration, shown: impl Fn() -> u64) {
    let mut before = None;
    while end.recv_timeout(patience) == Err(mpsc::RecvTimeoutError::Timeout) {
        let now = Some(shown());
        if now == before {
            return;
        }
        before = now;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::mpsc::Sender;

    use super::*;

    /// Tells each text that is written, and waits until it may go on.
    struct Gate(Sender<String>, Receiver<()>);

    impl Write for Gate {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.0.send(String::from_utf8(text.to_vec()).unwrap()).map_err(io::Error::other)?;
            self.1.recv().map_err(io::Error::other)?;
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_waits_for_a_writer_that_is_stuck() {
        let ((written, shown), (open, gate)) = (mpsc::channel(), mpsc::channel());
        let mut writer = BackgroundWriter::start(Gate(written, gate)).unwrap();
        for line in ["one\n", "two\n", "three\n"] {
            writer.write_all(line.as_bytes()).and_then(|()| writer.flush()).unwrap();
        }
        assert_eq!(shown.recv().unwrap(), "one\n");
        // Ends although the gate is closed.
        drop(writer);
        open.send(()).unwrap();
        assert_eq!(shown.recv().unwrap(), "two\n", "the thread is still there");
    }

    #[test]
    fn it_is_waited_for_who_goes_on() {
        let (asked, (_is_writing, end)) = (Cell::new(0), mpsc::channel());
        await_end(&end, Duration::from_millis(1), || {
            asked.set(asked.get() + 1);
            // The fifth time as many as the fourth.
            asked.get().min(4)
        });
        assert_eq!(asked.get(), 5);
    }

    #[test]
    fn all_is_shown_in_the_end() {
        let ((written, shown), (open, gate)) = (mpsc::channel(), mpsc::channel());
        let mut writer = BackgroundWriter::start(Gate(written, gate)).unwrap();
        for line in ["one", "two\n"] {
            write!(writer, "{line}").and_then(|()| writer.flush()).unwrap();
            open.send(()).unwrap();
        }
        drop(writer);
        assert_eq!(shown.iter().collect::<Vec<_>>(), ["one\n", "two\n"]);
    }
}
