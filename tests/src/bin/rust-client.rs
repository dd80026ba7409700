//! A Rust program that gets a token and lets go of it. After each step it says on standard error whether it still
//! holds it, "held" or "gone", and waits for a line of its standard input. With an argument it makes one call, whose
//! callback panics when a key was sent and another one is asked for.

use std::io::{BufRead, stdin};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::atomic::{AtomicUsize, Ordering};

use arcidentity_core::{Client, ClientBuilder, Error, TraceEvent};

const RESOURCE: &str = "https://vault.azure.net";

fn main() -> Result<(), Error> {
    let mut lines = stdin().lock().lines();
    let mut step = |state: &str| {
        eprintln!("{state}");
        lines.next();
    };
    let [endpoint, keys] = ["ENDPOINT", "KEYS"].map(|name| std::env::var(name).unwrap_or_default());
    let builder = Client::builder().endpoint(endpoint).key_directory(keys);
    if std::env::args().nth(1).is_some() {
        panic_at_second_key(builder)?;
        step("gone");
        return Ok(());
    }
    let client = builder.build()?;
    let token = client.get_token(RESOURCE)?;
    step("held");
    drop(token);
    step("held");
    drop(client);
    step("gone");
    Ok(())
}

/// How many keys the agent has named.
static KEYS: AtomicUsize = AtomicUsize::new(0);

fn panic_at_second_key(builder: ClientBuilder) -> Result<(), Error> {
    let client = builder.trace(count_keys).build()?;
    let is_cancelled = || {
        assert!(KEYS.load(Ordering::Relaxed) < 2);
        false
    };
    // Nothing but steps is said.
    set_hook(Box::new(|_| {}));
    let call = || client.get_token_cancellable(RESOURCE, is_cancelled).is_ok();
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
    Ok(())
}

fn count_keys(event: &TraceEvent<'_>) {
    if event.to_string().contains("key file") {
        KEYS.fetch_add(1, Ordering::Relaxed);
    }
}
