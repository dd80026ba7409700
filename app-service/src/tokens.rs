//! The clients that tokens come from: one for each identity.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arcidentity_core::{Client, Error, Identity, Token};

use crate::answer::{Outcome, Refusal, is_passing};
use crate::claims::Claims;
use crate::token_request::TokenRequest;

/// How many identities there may be beside the first. Each has a client with a memory of its own.
const MAX_IDENTITIES: usize = 16;

/// The client of the program's tokens, and those of other identities that it selects.
pub(crate) struct Tokens {
    client: Arc<Client>,
    others: Mutex<HashMap<String, Arc<Client>>>,
    is_stopped: Arc<AtomicBool>,
}

impl Tokens {
    pub(crate) fn new(client: Arc<Client>, is_stopped: Arc<AtomicBool>) -> Tokens {
        Tokens { client, others: Mutex::default(), is_stopped }
    }

    /// With a client of the machine's own identity, requests get that one and whichever they select; with another client,
    /// that client's only.
    pub(crate) fn get(&self, token_request: &TokenRequest) -> Outcome {
        let TokenRequest { resource, identity } = token_request;
        if *identity == Identity::SystemAssigned || is_same(identity, self.client.identity()) {
            return Ok(self.ask(&self.client, resource)?);
        }
        if *self.client.identity() != Identity::SystemAssigned {
            return Err(Refusal::new(403, "identity_not_named", "tokens are given for another identity"));
        }
        // What DefaultAzureCredential makes of AZURE_CLIENT_ID is often the machine's own.
        match self.ask(&self.client, resource) {
            Ok(token) if is_of(identity, &token) => return Ok(token),
            // It cannot be told yet whose it is.
            Err(error) if is_passing(error.kind()) => return Err(error.into()),
            Ok(_) | Err(_) => {}
        }
        let client = self.other(identity)?;
        Ok(self.ask(&client, resource)?)
    }

    /// The end of the endpoint is the end of the call.
    fn ask(&self, client: &Client, resource: &str) -> Result<Arc<Token>, Error> {
        let is_stopped = Arc::clone(&self.is_stopped);
        client.get_token_cancellable(resource, move || is_stopped.load(Ordering::Relaxed))
    }

    fn other(&self, identity: &Identity) -> Result<Arc<Client>, Refusal> {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("{identity:?}");
        if let Some(client) = others.get(&name) {
            return Ok(Arc::clone(client));
        }
        if others.len() == MAX_IDENTITIES {
            return Err(Refusal::new(403, "too_many_identities", "too many identities were asked for"));
        }
        let client = Arc::new(self.client.for_identity(identity.clone())?);
        others.insert(name, Arc::clone(&client));
        Ok(client)
    }
}

/// Whether a token is for this identity, as far as it can be read.
fn is_of(identity: &Identity, token: &Token) -> bool {
    let Claims { client_id, object_id, .. } = Claims::read(token.value());
    let is = |own: Option<String>, id: &str| own.is_some_and(|own| own.eq_ignore_ascii_case(id));
    match identity {
        Identity::ClientId(id) => is(client_id, id),
        Identity::ObjectId(id) => is(object_id, id),
        _ => false,
    }
}

fn is_same(one: &Identity, other: &Identity) -> bool {
    match (one, other) {
        (Identity::ClientId(one), Identity::ClientId(other))
        | (Identity::ObjectId(one), Identity::ObjectId(other))
        | (Identity::ResourceId(one), Identity::ResourceId(other)) => one.eq_ignore_ascii_case(other),
        _ => false,
    }
}
