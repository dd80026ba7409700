//! azure_identity for Rust, from a thread that waits for each token. It keeps a connection for each client.

#[path = "../../../common/measure.rs"]
mod measure;

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_identity::ManagedIdentityCredential;
use measure::{RESOURCE, SLOW_RESOURCE};
use tokio::runtime::Runtime;

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

struct Program {
    runtime: Runtime,
}

impl Program {
    fn use_token(&self, client: &Arc<ManagedIdentityCredential>, resource: &str) -> Outcome {
        let token = self.runtime.block_on(client.get_token(&[resource], None))?;
        black_box(token.token.secret());
        Ok(())
    }

    /// It does not renew when it is told to: each handshake is for another resource.
    fn renew(&self, client: &Arc<ManagedIdentityCredential>, number: &mut u32) -> Outcome {
        *number += 1;
        self.use_token(client, &format!("{RESOURCE}/{number}/.default"))
    }
}

fn main() -> Outcome {
    let program = Program { runtime: Runtime::new()? };
    let scope = format!("{RESOURCE}/.default");
    let arguments = measure::arguments();
    let count = arguments.count;
    if arguments.action == "token" {
        let client = ManagedIdentityCredential::new(None)?;
        let token = program.runtime.block_on(client.get_token(&[&scope], None))?;
        println!("{}", token.token.secret());
        return Ok(());
    }
    if arguments.action == "new" {
        let call = || program.use_token(&ManagedIdentityCredential::new(None)?, &scope);
        measure::report(measure::ns_for_each(count, call)?);
        return Ok(());
    }
    let client = ManagedIdentityCredential::new(None)?;
    if arguments.action == "same" {
        let mut number = 0;
        measure::report(measure::ns_for_each(count, || program.renew(&client, &mut number))?);
        return Ok(());
    }
    program.use_token(&client, &scope)?;
    let cached = || program.use_token(&client, &scope);
    measure::report(match arguments.action.as_str() {
        "cached" => measure::ns_for_each(count, cached)?,
        "threads" => measure::ns_for_each_in_threads(count, arguments.threads, cached)?,
        "beside" => measure::ns_beside(cached, || {
            let _ = program.use_token(&client, &format!("{SLOW_RESOURCE}/.default"));
        }),
        _ => measure::usage(),
    });
    Ok(())
}
