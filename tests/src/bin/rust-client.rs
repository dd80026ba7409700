//! A Rust program that gets a token and lets go of it, step by step as the lines of its standard input come.

use std::io::{BufRead, stdin};

use arcidentity_core::{Client, Error};

fn main() -> Result<(), Error> {
    let mut steps = stdin().lock().lines();
    let mut step = |done: &str| {
        println!("{done}");
        steps.next();
    };
    let [endpoint, keys] = ["ENDPOINT", "KEYS"].map(|name| std::env::var(name).unwrap_or_default());
    let client = Client::builder().endpoint(endpoint).key_directory(keys).build()?;
    let token = client.get_token("https://vault.azure.net")?;
    step("has a token");
    drop(token);
    drop(client);
    step("let go");
    Ok(())
}
