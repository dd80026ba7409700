//! The service manager, which answers everybody who has logged in here.

use windows_sys::Win32::Foundation::{ERROR_SERVICE_DOES_NOT_EXIST, GetLastError};
use windows_sys::Win32::System::Services::{
    CloseServiceHandle, OpenSCManagerW, OpenServiceW, QUERY_SERVICE_CONFIGW, QueryServiceConfigW,
    QueryServiceStatusEx, SC_HANDLE, SC_MANAGER_CONNECT, SC_STATUS_PROCESS_INFO, SERVICE_DISABLED,
    SERVICE_QUERY_CONFIG, SERVICE_QUERY_STATUS, SERVICE_STATUS_PROCESS,
};

use super::texts;

/// What the manager knows of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// It runs, or is starting or stopping.
    Runs {
        process: u32,
    },
    Stopped {
        is_disabled: bool,
    },
    Missing,
}

/// `None` if this process is not told.
pub(crate) fn service(name: &str) -> Option<Service> {
    // SAFETY: NULL means this machine and its active database.
    let manager = unsafe { OpenSCManagerW(std::ptr::null(), std::ptr::null(), SC_MANAGER_CONNECT) };
    let manager = Handle::new(manager)?;
    let name = texts::wide(name);
    // SAFETY: the manager is open, and `name` ends with a NUL.
    let service =
        unsafe { OpenServiceW(manager.0, name.as_ptr(), SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG) };
    match Handle::new(service) {
        Some(service) => service.state(),
        // SAFETY: the call takes nothing.
        None if unsafe { GetLastError() } == ERROR_SERVICE_DOES_NOT_EXIST => Some(Service::Missing),
        None => None,
    }
}

struct Handle(SC_HANDLE);

impl Handle {
    fn new(handle: SC_HANDLE) -> Option<Handle> {
        (!handle.is_null()).then(|| Handle(handle))
    }

    fn state(&self) -> Option<Service> {
        let mut status = SERVICE_STATUS_PROCESS::default();
        let mut needed = 0;
        // SAFETY: the service is open, and `status` and `needed` are valid for the call.
        let done = unsafe {
            QueryServiceStatusEx(
                self.0,
                SC_STATUS_PROCESS_INFO,
                (&raw mut status).cast(),
                size_of_val(&status) as u32,
                &raw mut needed,
            )
        };
        match status.dwProcessId {
            _ if done == 0 => None,
            0 => Some(Service::Stopped { is_disabled: self.is_disabled() }),
            process => Some(Service::Runs { process }),
        }
    }

    fn is_disabled(&self) -> bool {
        // The most that the call ever needs, by its documentation; of u64 because it holds pointers.
        let mut buffer = [0_u64; 1024];
        let mut needed = 0;
        let config = buffer.as_mut_ptr().cast::<QUERY_SERVICE_CONFIGW>();
        // SAFETY: the service is open, and `buffer` and `needed` are valid for the call.
        let done =
            unsafe { QueryServiceConfigW(self.0, config, size_of_val(&buffer) as u32, &raw mut needed) };
        // SAFETY: on success the call has put such a record there.
        done != 0 && unsafe { (*config).dwStartType } == SERVICE_DISABLED
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: it is open, and nobody else's.
        unsafe { CloseServiceHandle(self.0) };
    }
}

#[cfg(test)]
mod tests {
    use super::{Service, service};

    #[test]
    fn services_that_every_machine_has_and_one_that_none_has() {
        assert!(matches!(service("PlugPlay"), Some(Service::Runs { process }) if process != 0));
        assert_eq!(service("arcidentity-none"), Some(Service::Missing));
    }
}
