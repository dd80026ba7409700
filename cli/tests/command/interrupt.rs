//! The library's hook, for a caller that handles Ctrl-C itself.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arcidentity_cli::{Interrupt, Stream, run};
use arcidentity_emulator::{Answer, Emulator};

/// What was written to standard error.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A hook that interrupts at its third question, and the questions so far.
fn third_time() -> (Interrupt, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    (Arc::new(move || counter.fetch_add(1, Ordering::Relaxed) >= 2), asked)
}

#[test]
fn a_waiting_call_ends() {
    let agent = Emulator::start().unwrap();
    agent.respond_with(|_| Answer::hang());
    for arguments in [["token", "https://vault.azure.net"], ["token", "arm"], ["metadata", "/compute"]] {
        let ((hook, asked), mut stdout, stderr) = (third_time(), Vec::new(), Shared::default());
        let endpoint = format!("--endpoint={}", agent.endpoint());
        let arguments = arguments.into_iter().chain([endpoint.as_str()]).map(Into::into);
        let status = run(arguments, Stream::new(&mut stdout), Stream::new(stderr.clone()), Some(hook));
        assert_eq!((status, stdout.as_slice()), (13, &b""[..]));
        assert_eq!(stderr.text(), "arcidentity: the call was cancelled\n");
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }
}

#[test]
fn the_emulator_stops() {
    let directory = tempfile::tempdir().unwrap();
    let keys = directory.path().join("keys");
    let ((hook, _), mut stdout, stderr) = (third_time(), Vec::new(), Shared::default());
    let arguments = ["emulator".into(), "--key-directory".into(), keys.clone().into()];
    assert_eq!(run(arguments, Stream::new(&mut stdout), Stream::new(stderr.clone()), Some(hook)), 0);
    assert!(stdout.is_empty());
    assert!(stderr.text().contains("The emulator listens on 127.0.0.1:"));
    assert!(!keys.exists());
}
