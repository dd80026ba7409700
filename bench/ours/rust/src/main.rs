//! The crate `arcidentity-core`: see common/measure.h for what the arguments mean.

#[path = "../../../common/measure.rs"]
mod measure;

use std::hint::black_box;

use arcidentity_core::{Client, Error};
use measure::{RESOURCE, SLOW_RESOURCE};

fn use_token(client: &Client) -> Result<(), Error> {
    black_box(client.get_token(RESOURCE)?.value());
    Ok(())
}

fn main() -> Result<(), Error> {
    let arguments = measure::arguments();
    let count = arguments.count;
    if arguments.action == "new" {
        measure::report(measure::ns_for_each(count, || use_token(&Client::new()?))?);
        return Ok(());
    }
    let client = Client::new()?;
    if arguments.action == "same" {
        let renew = || client.force_refresh(RESOURCE).map(|token| drop(black_box(token)));
        measure::report(measure::ns_for_each(count, renew)?);
        return Ok(());
    }
    use_token(&client)?;
    let cached = || use_token(&client);
    measure::report(match arguments.action.as_str() {
        "cached" => measure::ns_for_each(count, cached)?,
        "threads" => measure::ns_for_each_in_threads(count, arguments.threads, cached)?,
        "beside" => measure::ns_beside(cached, || drop(client.get_token(SLOW_RESOURCE))),
        _ => measure::usage(),
    });
    Ok(())
}
