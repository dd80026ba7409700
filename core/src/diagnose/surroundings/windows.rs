//! This process on Windows, where functions of the system tell what files do elsewhere.

use super::{Surroundings, Way};
use crate::windows::{Session, is_elevated, session, user_name, version};

pub(super) fn complete(found: Surroundings) -> Surroundings {
    Surroundings {
        user: user_name().unwrap_or(found.user),
        uses_sudo: false,
        is_elevated: is_elevated().unwrap_or_default(),
        way: match session() {
            Ok(Session::Services) => Way::Background,
            Ok(Session::Login) => Way::Login,
            Err(_) => Way::Other,
        },
        distribution: version().unwrap_or(found.distribution),
        ..found
    }
}
