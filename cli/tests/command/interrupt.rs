//! The library's hook, for a caller that handles Ctrl-C itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arcidentity_cli::{Interrupt, Stream, run};
use arcidentity_emulator::{Answer, Emulator};

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
        let ((hook, asked), mut stdout, mut stderr) = (third_time(), Vec::new(), Vec::new());
        let endpoint = format!("--endpoint={}", agent.endpoint());
        let arguments = arguments.into_iter().chain([endpoint.as_str()]).map(Into::into);
        let status = run(arguments, Stream::new(&mut stdout), Stream::new(&mut stderr), Some(hook));
        assert_eq!((status, stdout.as_slice()), (13, &b""[..]));
        assert_eq!(String::from_utf8(stderr).unwrap(), "arcidentity: the call was cancelled\n");
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }
}

#[test]
fn the_emulator_stops() {
    let directory = tempfile::tempdir().unwrap();
    let keys = directory.path().join("keys");
    let ((hook, _), mut stdout, mut stderr) = (third_time(), Vec::new(), Vec::new());
    let arguments = ["emulator".into(), "--key-directory".into(), keys.clone().into()];
    assert_eq!(run(arguments, Stream::new(&mut stdout), Stream::new(&mut stderr), Some(hook)), 0);
    assert!(stdout.is_empty());
    assert!(String::from_utf8(stderr).unwrap().contains("The emulator listens on 127.0.0.1:"));
    assert!(!keys.exists());
}
