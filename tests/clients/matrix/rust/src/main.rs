//! Asks Microsoft's client for Rust for tokens; tests/src/bin/client-bench/program.rs tells how. It is compiled with
//! each version of the client that is tried.

use std::error::Error;
use std::io::{Write, stdin, stdout};
use std::sync::Arc;

use azure_core::async_runtime::{AsyncRuntime, SpawnedTask, TaskFuture, set_async_runtime};
use azure_core::credentials::TokenCredential;
use azure_identity::{ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId};
use serde_json::{Value, json};
use tokio::runtime::Builder;

/// Each try follows the one before at once: the client lets nobody choose the pause.
struct AtOnce;

impl AsyncRuntime for AtOnce {
    fn spawn(&self, _: TaskFuture) -> SpawnedTask {
        unimplemented!("a credential spawns nothing")
    }

    fn sleep(&self, _: azure_core::time::Duration) -> TaskFuture {
        Box::pin(async {})
    }

    fn yield_now(&self) -> TaskFuture {
        Box::pin(async {})
    }
}

async fn token(resource: &str, identity: Option<&str>) -> azure_core::Result<String> {
    let options = ManagedIdentityCredentialOptions {
        user_assigned_id: identity.map(|id| UserAssignedId::ClientId(id.to_owned())),
        ..Default::default()
    };
    let credential = ManagedIdentityCredential::new(Some(options))?;
    let token = credential.get_token(&[&format!("{resource}/.default")], None).await?;
    Ok(token.token.secret().to_owned())
}

/// Without what the error holds: `ErrorKind::Credential`, for example.
fn kind(error: &azure_core::Error) -> String {
    let kind = format!("{:?}", error.kind());
    let name = kind.split(|letter: char| !letter.is_alphanumeric()).next();
    format!("ErrorKind::{}", name.unwrap_or_default())
}

async fn ask(question: &Value) -> Value {
    let resource = question["resource"].as_str().unwrap_or_default();
    match token(resource, question["identity"].as_str()).await {
        Ok(token) => json!({ "outcome": "token", "text": token }),
        Err(error) => json!({ "outcome": kind(&error), "text": error.to_string() }),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    set_async_runtime(Arc::new(AtOnce))?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    for line in stdin().lines() {
        let question = serde_json::from_str(&line?)?;
        writeln!(stdout(), "{}", runtime.block_on(ask(&question)))?;
    }
    Ok(())
}
