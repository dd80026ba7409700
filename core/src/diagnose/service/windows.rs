//! What the service manager tells of the agent's service.

use super::Service;
use crate::windows;

const NAME: &str = "himds";

pub(super) fn find() -> Service {
    match windows::service(NAME) {
        Some(windows::Service::Runs { process }) => Service::Runs { process },
        Some(windows::Service::Stopped { .. } | windows::Service::Missing) => Service::Stopped,
        None => Service::Unknown,
    }
}

pub(super) fn is_disabled() -> bool {
    windows::service(NAME) == Some(windows::Service::Stopped { is_disabled: true })
}
