//! User-assigned identities and how a request selects one.

use crate::http::request::Request;

/// A user-assigned identity of the machine, with the three names that select it.
#[derive(Clone, Debug)]
pub struct UserAssigned {
    /// The client (application) id, for `client_id=`.
    pub client_id: String,
    /// The object (principal) id, for `object_id=`.
    pub object_id: String,
    /// The Azure resource id, for `msi_res_id=`.
    pub resource_id: String,
}

/// A request's wish for one identity: the parameter's name and value.
pub(crate) struct Selector<'a> {
    pub(crate) name: &'static str,
    value: &'a str,
}

const NAMES: [&str; 3] = ["client_id", "object_id", "msi_res_id"];

impl<'a> Selector<'a> {
    /// All selectors of a request. An empty one counts as missing, like any empty parameter.
    pub(crate) fn all_of(request: &'a Request) -> Vec<Selector<'a>> {
        let selector = |name| request.parameter(name).map(|value| Selector { name, value });
        NAMES.into_iter().filter_map(selector).filter(|selector| !selector.value.is_empty()).collect()
    }

    /// The position of the identity that is meant, compared without case, and its name as the agent
    /// knows it.
    pub(crate) fn find(&self, identities: &'a [UserAssigned]) -> Option<(usize, &'a str)> {
        let names = identities.iter().map(|identity| self.name_of(identity)).enumerate();
        names.into_iter().find(|(_, name)| name.eq_ignore_ascii_case(self.value))
    }

    fn name_of(&self, identity: &'a UserAssigned) -> &'a str {
        match self.name {
            "client_id" => &identity.client_id,
            "object_id" => &identity.object_id,
            _ => &identity.resource_id,
        }
    }
}
