//! What `arcidentity --version` prints: the version, and the agents and clouds that it was made for.

use arcidentity_core::azure_services::Cloud;
use arcidentity_core::limits::{API_VERSION, USER_ASSIGNED_SINCE};

/// The first line is for programs, too.
pub(crate) fn text() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let clouds: Vec<_> = Cloud::ALL.iter().map(|cloud| cloud.name()).collect();
    format!(
        "arcidentity {version}\n\
         agent: Azure Connected Machine agent (HIMDS), API version {API_VERSION}\n\
         user-assigned identities: agent {USER_ASSIGNED_SINCE} or later\n\
         clouds: {}; others by URI\n",
        clouds.join(", ")
    )
}
