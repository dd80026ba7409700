//! Tokens, and the agent's own cache of them.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::sync::lock;

/// The agent hands out the same token again until less than this remains of it.
const REUSED_UNTIL: Duration = Duration::from_secs(90 * 60);
/// A token is valid from a little before its time of issue, in favour of clocks that are behind.
const BACKDATED_BY: Duration = Duration::from_secs(5 * 60);
/// So many tokens are remembered at once, whatever a client asks for.
const MAX_TOKENS: usize = 1000;

/// Issues tokens and remembers them per identity and resource.
#[derive(Debug)]
pub(crate) struct Tokens {
    lifetime: Duration,
    cache: Mutex<HashMap<TokenRequest, Token>>,
}

/// What a token is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TokenRequest {
    pub(crate) resource: String,
    /// The position of a user-assigned identity; `None` is the system-assigned one.
    pub(crate) identity: Option<usize>,
}

/// An issued token. All times are since 1970 UTC.
#[derive(Clone, Debug)]
struct Token {
    text: String,
    not_before: Duration,
    expires_on: Duration,
}

impl Tokens {
    pub(crate) fn new(lifetime: Duration) -> Tokens {
        Tokens { lifetime, cache: Mutex::default() }
    }

    /// The agent's JSON for a token with these `claims`: the remembered one, unless too little of
    /// it is left or the cache is to be bypassed.
    pub(crate) fn get(
        &self,
        token_request: TokenRequest,
        claims: impl FnOnce() -> Value,
        now: Duration,
        bypass_cache: bool,
    ) -> Value {
        let mut cache = lock(&self.cache);
        let remembered =
            cache.get(&token_request).filter(|token| !bypass_cache && self.is_reusable(token, now));
        let token = match remembered {
            Some(token) => token.clone(),
            None => {
                let token = self.issue(&token_request.resource, claims(), now);
                if cache.len() >= MAX_TOKENS {
                    cache.clear();
                }
                cache.insert(token_request, token.clone());
                token
            }
        };
        token.to_json(now)
    }

    /// Forgets what would be handed out again.
    pub(crate) fn forget(&self) {
        lock(&self.cache).clear();
    }

    /// A token that lives 90 minutes or less would never be reused by the agent's rule; then it is
    /// for half its life.
    fn is_reusable(&self, token: &Token, now: Duration) -> bool {
        let limit = if self.lifetime > REUSED_UNTIL { REUSED_UNTIL } else { self.lifetime / 2 };
        let left = token.expires_on.saturating_sub(now);
        !left.is_zero() && left >= limit
    }

    fn issue(&self, resource: &str, mut claims: Value, now: Duration) -> Token {
        let not_before = now.saturating_sub(BACKDATED_BY);
        let expires_on = now.saturating_add(self.lifetime);
        claims["aud"] = json!(resource);
        claims["iat"] = json!(not_before.as_secs());
        claims["nbf"] = json!(not_before.as_secs());
        claims["exp"] = json!(expires_on.as_secs());
        // For whoever wonders why a service refuses it. `arcidentity doctor` knows it by this.
        claims["arcidentity_emulator"] = json!("issued by an emulator, and not valid in Azure");
        // What makes two tokens differ that were issued in the same second.
        claims["uti"] = json!(URL_SAFE_NO_PAD.encode(Uuid::new_v4()));
        Token { text: jwt(&claims), not_before, expires_on }
    }
}

impl Token {
    /// Numbers are strings here, and `resource` is empty, as on a real machine.
    fn to_json(&self, now: Duration) -> Value {
        let expires_in = self.expires_on.as_secs().saturating_sub(now.as_secs());
        json!({
            "access_token": self.text,
            "refresh_token": "",
            "expires_in": expires_in.to_string(),
            "expires_on": self.expires_on.as_secs().to_string(),
            "not_before": self.not_before.as_secs().to_string(),
            "resource": "",
            "token_type": "Bearer",
        })
    }
}

/// A JSON Web Token with random bytes in the place of a signature.
fn jwt(claims: &Value) -> String {
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "arcidentity-emulator"});
    let signature: Vec<u8> = (0..16).flat_map(|_| Uuid::new_v4().into_bytes()).collect();
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}.{}", encode(&header), encode(claims), URL_SAFE_NO_PAD.encode(signature))
}
