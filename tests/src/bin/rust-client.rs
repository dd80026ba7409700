//! A Rust program that gets a token and lets go of it. After each step it says on standard error whether it still
//! holds it, "held" or "gone", and waits for a line of its standard input.

use std::io::{BufRead, stdin};

use arcidentity_core::{Client, Error};

fn main() -> Result<(), Error> {
    let mut lines = stdin().lock().lines();
    let mut step = |state: &str| {
        eprintln!("{state}");
        lines.next();
    };
    let [endpoint, keys] = ["ENDPOINT", "KEYS"].map(|name| std::env::var(name).unwrap_or_default());
    let client = Client::builder().endpoint(endpoint).key_directory(keys).build()?;
    let token = client.get_token("https://vault.azure.net")?;
    step("held");
    drop(token);
    step("held");
    drop(client);
    step("gone");
    Ok(())
}
