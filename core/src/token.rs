//! An access token and its times.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Now;
use crate::secret::Secret;

/// An access token. Immutable: any thread may read it.
///
/// Its text is wiped from memory when the last holder lets go of it; the client's cache is one of them.
// Its own cache line: the reference counts of the copies that threads on different cores hold would
// otherwise fight over one (see `cache/stripe.rs`).
#[repr(align(64))]
pub struct Token {
    data: Arc<TokenData>,
}

/// What the agent issued, once in memory however many hold it.
pub(crate) struct TokenData {
    value: Secret,
    /// When it ends and when a new one should be asked for, on both clocks.
    pub(crate) expires: Now,
    pub(crate) refresh: Now,
}

impl TokenData {
    /// A token that ends `lifetime` seconds from `now` and wants a successor after `refresh_in` seconds.
    pub(crate) fn new(value: &str, now: Now, lifetime: u64, refresh_in: u64) -> TokenData {
        let after = |seconds: u64| Now {
            monotonic: now.monotonic.saturating_add(Duration::from_secs(seconds)),
            unix: now.unix.saturating_add_unsigned(seconds),
        };
        TokenData { value: Secret::concat(&[value]), expires: after(lifetime), refresh: after(refresh_in) }
    }
}

impl Token {
    pub(crate) fn share(data: &Arc<TokenData>) -> Token {
        Token { data: Arc::clone(data) }
    }

    /// The token's text, for an `Authorization: Bearer …` header. Do not log it.
    #[must_use]
    pub fn value(&self) -> &str {
        self.data.value.as_str()
    }

    /// For the C library: the token's text followed by the NUL that ends it. Only that NUL is one.
    #[doc(hidden)]
    #[must_use]
    pub fn value_with_nul(&self) -> &str {
        self.data.value.with_nul()
    }

    /// `Bearer`: the agent issues no other type.
    #[must_use]
    pub fn token_type(&self) -> &'static str {
        "Bearer"
    }

    /// When the token ends, in seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn expires_on(&self) -> i64 {
        self.data.expires.unix
    }

    /// When the client will ask for a new one, in seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn refresh_on(&self) -> i64 {
        self.data.refresh.unix
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires_on", &self.expires_on())
            .field("refresh_on", &self.refresh_on())
            .finish_non_exhaustive()
    }
}
