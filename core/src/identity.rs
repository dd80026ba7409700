//! Which of the machine's identities a token is for.

use crate::error::{Error, ErrorKind};
use crate::installed;
use crate::json::{Member, Object};
use crate::limits::{MAX_RESOURCE, USER_ASSIGNED_SINCE};

/// Which of the machine's identities a client asks for.
///
/// User-assigned identities need agent 1.67 or later: an older one ignores the selector and answers
/// with the system-assigned identity's token. So the agent must confirm the selector in its answer, or
/// the call ends with [`ErrorKind::IdentityNotConfirmed`].
///
/// ```
/// use arcidentity_core::{Client, Identity};
///
/// let identity = Identity::ClientId("11111111-2222-3333-4444-555555555555".to_owned());
/// let client = Client::builder().identity(identity).build()?;
/// # Ok::<(), arcidentity_core::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identity {
    /// The machine's own identity.
    #[default]
    SystemAssigned,
    /// The user-assigned identity with this client id (application id).
    ClientId(String),
    /// The user-assigned identity with this object id (principal id).
    ObjectId(String),
    /// The user-assigned identity with this Azure resource id.
    ResourceId(String),
}

impl Identity {
    /// The only one of these, or the machine's own where there is none: for faces that take them one by one.
    #[doc(hidden)]
    pub fn at_most_one(identities: impl IntoIterator<Item = Identity>) -> Result<Identity, Error> {
        let mut identities = identities.into_iter();
        let first = identities.next().unwrap_or_default();
        match identities.next() {
            None => Ok(first),
            Some(_) => Err(Error::new(ErrorKind::InvalidArgument, "more than one identity is given")
                .with_hint("give one of the client id, the object id and the resource id")),
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.selector() {
            Some((_, "")) => Err(Error::new(ErrorKind::InvalidArgument, "the identity is empty")),
            Some((_, value)) if value.len() > MAX_RESOURCE => {
                Err(Error::new(ErrorKind::InvalidArgument, "the identity is too long"))
            }
            Some((_, value)) if value.chars().any(|c| c.is_control() || c == ' ') => {
                Err(Error::new(ErrorKind::InvalidArgument, "the identity contains white space"))
            }
            _ => Ok(()),
        }
    }

    /// The query parameter that selects this identity. The agent ignores `mi_res_id`.
    pub(crate) fn selector(&self) -> Option<(&'static str, &str)> {
        match self {
            Identity::SystemAssigned => None,
            Identity::ClientId(value) => Some(("client_id", value)),
            Identity::ObjectId(value) => Some(("object_id", value)),
            Identity::ResourceId(value) => Some(("msi_res_id", value)),
        }
    }

    /// Whether the agent says in its answer that the token is for this identity.
    pub(crate) fn confirm(&self, response: &Object<'_>) -> Result<(), Error> {
        let Some((parameter, wanted)) = self.selector() else { return Ok(()) };
        let names = match parameter {
            "msi_res_id" => &["msi_res_id", "mi_res_id"][..],
            other => &[other],
        };
        let echoes = || names.iter().flat_map(|name| response.all(name));
        let confirms =
            |echo: &Member<'_>| echo.as_str().is_some_and(|echo| echo.eq_ignore_ascii_case(wanted));
        if echoes().next().is_some() && echoes().all(confirms) {
            return Ok(());
        }
        let message = format!("the agent did not confirm that the token is for {parameter}={wanted}");
        Err(Error::new(ErrorKind::IdentityNotConfirmed, message).with_hint(format!(
            "user-assigned identities need the Azure Connected Machine agent {USER_ASSIGNED_SINCE} or later: see \
             `{}`",
            installed::AGENT.version
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirms(identity: &Identity, response: &str) -> bool {
        identity.confirm(&Object::parse(response.as_bytes()).unwrap()).is_ok()
    }

    #[test]
    fn one_identity_at_most() {
        let (client, object) = (Identity::ClientId("a".into()), Identity::ObjectId("b".into()));
        assert_eq!(Identity::at_most_one([]).unwrap(), Identity::SystemAssigned);
        assert_eq!(Identity::at_most_one([client.clone()]).unwrap(), client);
        let error = Identity::at_most_one([client, object]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }

    #[test]
    fn only_a_matching_echo_confirms() {
        let client = Identity::ClientId("AbC-1".into());
        assert!(confirms(&client, r#"{"client_id": "aBc-1"}"#));
        assert!(!confirms(&client, r#"{}"#));
        assert!(!confirms(&client, r#"{"client_id": null}"#));
        assert!(!confirms(&client, r#"{"client_id": ""}"#));
        assert!(!confirms(&client, r#"{"client_id": "AbC-2"}"#));
        assert!(!confirms(&client, r#"{"object_id": "AbC-1"}"#));
        assert!(confirms(&Identity::SystemAssigned, r#"{"client_id": "any"}"#));
    }

    #[test]
    fn a_resource_id_is_echoed_under_either_name() {
        let resource = Identity::ResourceId("/subscriptions/1".into());
        assert!(confirms(&resource, r#"{"msi_res_id": "/SUBSCRIPTIONS/1"}"#));
        assert!(confirms(&resource, r#"{"mi_res_id": "/subscriptions/1"}"#));
        assert!(confirms(
            &resource,
            r#"{"msi_res_id": "/subscriptions/1", "mi_res_id": "/Subscriptions/1"}"#
        ));
        assert!(!confirms(
            &resource,
            r#"{"msi_res_id": "/subscriptions/1", "mi_res_id": "/subscriptions/2"}"#
        ));
    }
}
