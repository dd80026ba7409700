//! Threads that are cancelled (`pthread_cancel`) inside a call, in a storm of signals.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, mpsc};

use arcidentity_emulator::{Answer, Emulator, Event};
use arcidentity_needs::{VALGRIND, needs};

use crate::programs::{agent, c, command, valgrind};

/// Runs `program` beside an agent that lets the threads wait until they were cancelled.
pub fn cancel(mut program: Command, agent: &Emulator, kind: &str, cancellation: &str) {
    let (release, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    agent.respond_with(move |_| {
        // Nothing is ever sent.
        let _ = held.lock().map(|held| held.recv());
        Answer::normal()
    });
    let (arrived, arrival) = mpsc::channel();
    agent.on_event(move |event| {
        if matches!(event, Event::Received { .. }) {
            let _ = arrived.send(());
        }
    });
    let program = program.args([kind, cancellation]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = program.spawn().expect("the program starts");
    arrival.recv().expect("the agent runs");
    process.stdin.as_mut().expect("it is a pipe").write_all(b"\n").expect("the program reads");
    let mut said = String::new();
    let stdout = process.stdout.take().expect("it is a pipe");
    BufReader::new(stdout).read_line(&mut said).expect("it is text");
    drop(release);
    let status = process.wait().expect("the program ends");
    assert!(status.success() && said == "cancelled\n", "{kind}, {cancellation}: {status}, {said}");
}

/// What `cancelled.c` calls.
pub const KINDS: [&str; 3] = ["token", "metadata", "diagnose"];

#[test]
fn a_cancelled_thread_ends_neither_its_call_nor_the_process() {
    let program = c("cancelled").link_shared().build("cancelled");
    for cancellation in ["deferred", "asynchronous"] {
        for kind in KINDS {
            let agent = agent();
            cancel(command(&program, &agent), &agent, kind, cancellation);
        }
    }
}

#[test]
fn a_cancelled_thread_leaks_nothing() {
    needs!(VALGRIND);
    let program = c("cancelled").link_shared().build("cancelled-valgrind");
    for kind in KINDS {
        let agent = agent();
        cancel(valgrind(Path::new(&program), &agent), &agent, kind, "deferred");
    }
}
