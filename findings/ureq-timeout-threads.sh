#!/bin/sh
# Seen with ureq 3.5.2 and Rust 1.95.0 on Linux with glibc.
#
# ureq is a client without an event loop, and one would expect that a request runs in the thread that makes it. With a
# timeout for the whole request it begins with a thread of its own, which turns the host's name into an address, because
# the system's function for that knows no timeout. It does so too where the URL has the address itself and there is nothing
# to find out, as that of an agent on 127.0.0.1 has. A library that may be in a program that forks, or that counts its
# threads, does without the timeouts for the whole and sets those for the phases (connecting, sending, receiving).
#
# Seen output (threads made by three requests to http://127.0.0.1):
#   no timeout: 0
#   timeout_global: 3
#   timeout_per_call: 3
#   timeout_resolve: 3
#   timeout_connect and timeout_recv_response: 0
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
mkdir "$directory/src"
cd "$directory"
cat > Cargo.toml <<'END'
[package]
name = "see"
version = "0.1.0"
edition = "2021"

[dependencies]
libc = "0.2"
ureq = { version = "=3.5.2", default-features = false }
END
cat > src/main.rs <<'END'
use std::ffi::c_void;
use std::io::{Read, Write};
use std::mem::transmute;
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use libc::{c_int, dlsym, pthread_attr_t, pthread_t, RTLD_NEXT};
use ureq::Agent;

type Start = extern "C" fn(*mut c_void) -> *mut c_void;
type Create = extern "C" fn(*mut pthread_t, *const pthread_attr_t, Start, *mut c_void) -> c_int;

static MADE: AtomicUsize = AtomicUsize::new(0);

/// Takes the place of the system's, and counts.
#[no_mangle]
extern "C" fn pthread_create(thread: *mut pthread_t, how: *const pthread_attr_t, start: Start, data: *mut c_void) -> c_int {
    MADE.fetch_add(1, Ordering::SeqCst);
    let system: Create = unsafe { transmute(dlsym(RTLD_NEXT, c"pthread_create".as_ptr())) };
    system(thread, how, start, data)
}

fn serve(listener: TcpListener) {
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        stream.read(&mut [0; 4096]).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    }
}

fn main() -> ExitCode {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(|| serve(listener));
    let minute = Some(Duration::from_secs(60));
    let config = || Agent::config_builder().proxy(None);
    let seen = [
        ("no timeout", config()),
        ("timeout_global", config().timeout_global(minute)),
        ("timeout_per_call", config().timeout_per_call(minute)),
        ("timeout_resolve", config().timeout_resolve(minute)),
        ("timeout_connect and timeout_recv_response", config().timeout_connect(minute).timeout_recv_response(minute)),
    ]
    .map(|(what, config)| {
        let agent = config.build().new_agent();
        MADE.store(0, Ordering::SeqCst);
        for _ in 0..3 {
            agent.get(&url).call().unwrap();
        }
        let made = MADE.load(Ordering::SeqCst);
        println!("{what}: {made}");
        made
    });
    ExitCode::from(u8::from(seen != [0, 3, 3, 3, 0]))
}
END
cargo +1.95.0 run --quiet
