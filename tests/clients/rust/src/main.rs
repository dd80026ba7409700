//! Gets a token with the stable Azure SDK for Rust, and prints it as JSON.

use azure_core::credentials::TokenCredential;
use azure_identity::ManagedIdentityCredential;
use serde_json::json;
use tokio::runtime::Builder;

fn main() -> azure_core::Result<()> {
    let credential = ManagedIdentityCredential::new(None)?;
    let request = credential.get_token(&["https://storage.azure.com/.default"], None);
    let token = Builder::new_current_thread().enable_all().build()?.block_on(request)?;
    println!("{}", json!({ "azure_identity": token.token.secret() }));
    Ok(())
}
