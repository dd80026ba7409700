//! The forms in which a token is printed.

use std::io::{self, Write};

use arcidentity_app_service::{Claims, answer};
use arcidentity_core::{Metadata, Token};
use chrono::{Local, TimeZone};

/// How the token is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Token,
    Json,
    Header,
    /// As `az account get-access-token` does.
    Az,
    /// As IMDS and App Service do.
    Imds,
}

impl Format {
    /// The form of this name, which the syntax of the command has.
    pub(crate) fn named(name: &str) -> Format {
        match name {
            "header" => Format::Header,
            "json" => Format::Json,
            "az" => Format::Az,
            "imds" => Format::Imds,
            _ => Format::Token,
        }
    }

    /// Whether the form tells the machine's subscription.
    pub(crate) fn has_subscription(self) -> bool {
        self == Format::Az
    }

    /// Writes piece by piece, so that no copy of the token is made here. `metadata` tells the subscription.
    pub(crate) fn write(
        self,
        token: &Token,
        resource: &str,
        metadata: Option<&Metadata>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self {
            Format::Token => out.write_all(token.value().as_bytes())?,
            Format::Header => {
                write!(out, "Authorization: {} ", token.token_type())?;
                out.write_all(token.value().as_bytes())?;
            }
            Format::Json => json(token, resource, out)?,
            Format::Az => az(token, metadata, out)?,
            Format::Imds => serde_json::to_writer(&mut *out, &answer(token, resource))?,
        }
        out.write_all(b"\n")
    }
}

fn json(token: &Token, resource: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, r#"{{"token":"#)?;
    serde_json::to_writer(&mut *out, token.value())?;
    let (kind, expires_on, refresh_on) = (token.token_type(), token.expires_on(), token.refresh_on());
    write!(out, r#","token_type":"{kind}","expires_on":{expires_on},"refresh_on":{refresh_on}"#)?;
    write!(out, r#","resource":"#)?;
    serde_json::to_writer(&mut *out, resource)?;
    write!(out, "}}")
}

/// The members of the Azure CLI, in its order. What is not known of the machine is left out.
fn az(token: &Token, metadata: Option<&Metadata>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, r#"{{"accessToken":"#)?;
    serde_json::to_writer(&mut *out, token.value())?;
    // Without a zone: readers take it for the local time.
    if let Some(end) = Local.timestamp_opt(token.expires_on(), 0).single() {
        write!(out, r#","expiresOn":"{}""#, end.format("%Y-%m-%d %H:%M:%S%.6f"))?;
    }
    write!(out, r#","expires_on":{}"#, token.expires_on())?;
    let subscription = metadata.and_then(Metadata::subscription_id);
    let claims = Claims::read(token.value());
    for (name, value) in [("subscription", subscription), ("tenant", claims.tenant_id.as_deref())] {
        if let Some(value) = value {
            write!(out, r#","{name}":"#)?;
            serde_json::to_writer(&mut *out, value)?;
        }
    }
    write!(out, r#","tokenType":"{}"}}"#, token.token_type())
}
