//! Makes clients between two lines.

use arcidentity_core::{Client, Error};

fn main() -> Result<(), Error> {
    let [endpoint, keys] = ["ENDPOINT", "KEYS"].map(|name| std::env::var(name).unwrap_or_default());
    println!("now");
    let client = Client::builder().endpoint(endpoint).key_directory(keys).build();
    let by_default = Client::new();
    println!("done");
    client.and(by_default).map(drop)
}
