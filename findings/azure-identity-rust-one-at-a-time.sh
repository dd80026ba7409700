#!/bin/sh
# Seen with azure_identity 1.0.0, azure_core 1.1.0 and Rust 1.95.0 on Linux.
#
# A credential has a token in memory for each resource, and one would expect that those which are fresh can be had while
# another is on its way. azure_identity for Rust keeps them behind one lock, and holds it for writing for as long as the
# endpoint takes. A call for one resource makes the calls for all others wait, also where their token is in memory and
# is good for a day: with a slow endpoint and its retries that can be minutes. A credential for each resource helps, and
# so does the memory that each client has for itself, until that is to be renewed.
#
# Seen output (the endpoint answers to `slow` when it is told to, and at once to `fast`):
#   fast: a token, after 1 request for it
#   fast, while slow is on its way: no token within 2 s
#   fast, of another credential: a token
#   fast, when slow has its token: a token, after 1 request for it
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
mkdir "$directory/src"
cat > "$directory/Cargo.toml" <<'END'
[package]
name = "see"
version = "0.1.0"
edition = "2021"
rust-version = "1.95"
resolver = "3"

[dependencies]
azure_core = { version = "=1.1.0", default-features = false, features = ["reqwest"] }
azure_identity = { version = "=1.0.0", default-features = false }
tokio = { version = "=1.48.0", features = ["macros", "rt-multi-thread", "time"] }

[profile.dev]
debug = false
END
cat > "$directory/src/main.rs" <<'END'
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use azure_core::credentials::TokenCredential;
use azure_identity::ManagedIdentityCredential;

static FAST_REQUESTS: AtomicUsize = AtomicUsize::new(0);
const PATIENCE: Duration = Duration::from_secs(2);

struct Slow {
    arrived: Sender<()>,
    release: Receiver<()>,
}

fn answer(mut stream: TcpStream, slow: &Mutex<Slow>) {
    let mut request = [0; 4096];
    let length = stream.read(&mut request).unwrap();
    if String::from_utf8_lossy(&request[..length]).contains("slow") {
        let slow = slow.lock().unwrap();
        slow.arrived.send(()).unwrap();
        slow.release.recv().unwrap();
    } else {
        FAST_REQUESTS.fetch_add(1, Ordering::SeqCst);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let body = format!(
        r#"{{"access_token":"token","expires_on":"{}","resource":"","token_type":"Bearer"}}"#,
        now + 86400
    );
    let length = body.len();
    write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
}

async fn has_token(credential: &ManagedIdentityCredential, resource: &str) -> bool {
    let scope = format!("https://{resource}.example/.default");
    let scopes = [scope.as_str()];
    let token = tokio::time::timeout(PATIENCE, credential.get_token(&scopes, None)).await;
    token.is_ok_and(|token| token.is_ok())
}

fn said(has: bool) -> &'static str {
    if has { "a token" } else { "no token within 2 s" }
}

#[tokio::main]
async fn main() {
    let (arrived, has_arrived) = channel();
    let (do_release, release) = channel();
    let slow = Arc::new(Mutex::new(Slow { arrived, release }));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    std::env::set_var("IDENTITY_ENDPOINT", format!("http://{}/token", listener.local_addr().unwrap()));
    std::env::set_var("IDENTITY_HEADER", "header");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let slow = slow.clone();
            std::thread::spawn(move || answer(stream.unwrap(), &slow));
        }
    });
    let credential = ManagedIdentityCredential::new(None).unwrap();
    let first = has_token(&credential, "fast").await;
    println!("fast: {}, after {} request for it", said(first), FAST_REQUESTS.load(Ordering::SeqCst));

    let other = credential.clone();
    let call = tokio::spawn(async move { other.get_token(&["https://slow.example/.default"], None).await.is_ok() });
    tokio::task::spawn_blocking(move || has_arrived.recv().unwrap()).await.unwrap();
    let meanwhile = has_token(&credential, "fast").await;
    println!("fast, while slow is on its way: {}", said(meanwhile));
    let requests = FAST_REQUESTS.load(Ordering::SeqCst);
    let own = has_token(&ManagedIdentityCredential::new(None).unwrap(), "fast").await;
    println!("fast, of another credential: {}", said(own));
    FAST_REQUESTS.store(requests, Ordering::SeqCst);
    do_release.send(()).unwrap();
    let slow = call.await.unwrap();
    let last = has_token(&credential, "fast").await;
    let requests = FAST_REQUESTS.load(Ordering::SeqCst);
    println!("fast, when slow has its token: {}, after {requests} request for it", said(last));
    std::process::exit(i32::from(!(first && !meanwhile && own && slow && last && requests == 1)));
}
END
cd "$directory"
cargo +1.95.0 build --quiet
NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 target/debug/see
