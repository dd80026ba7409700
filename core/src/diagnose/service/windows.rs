//! What the service manager tells of the agent's service.

use super::Service;
use crate::installed::WINDOWS;
use crate::windows;

pub(super) fn find() -> Service {
    match windows::service(WINDOWS.service) {
        Some(windows::Service::Runs { process }) => Service::Runs { process },
        Some(windows::Service::Stopped { .. } | windows::Service::Missing) => Service::Stopped,
        None => Service::Unknown,
    }
}

pub(super) fn is_disabled() -> bool {
    windows::service(WINDOWS.service) == Some(windows::Service::Stopped { is_disabled: true })
}
