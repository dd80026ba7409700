//! `arc_metadata`: facts about the machine, as text for C.

use std::ffi::{CStr, CString, c_char};

use arcidentity_core::Metadata;

use crate::guard;
use crate::text::{borrowed, owned};

/// Facts about this machine. Immutable: any thread may read it.
pub struct arc_metadata {
    json: CString,
    name: Option<CString>,
    location: Option<CString>,
    resource_id: Option<CString>,
    resource_group: Option<CString>,
    subscription_id: Option<CString>,
    vm_id: Option<CString>,
    os_type: Option<CString>,
    environment: Option<CString>,
}

impl arc_metadata {
    /// A handle with copies of the facts.
    pub(crate) fn into_raw(metadata: &Metadata) -> *mut arc_metadata {
        Box::into_raw(Box::new(arc_metadata {
            json: owned(metadata.json()),
            name: metadata.name().map(owned),
            location: metadata.location().map(owned),
            resource_id: metadata.resource_id().map(owned),
            resource_group: metadata.resource_group().map(owned),
            subscription_id: metadata.subscription_id().map(owned),
            vm_id: metadata.vm_id().map(owned),
            os_type: metadata.os_type().map(owned),
            environment: metadata.environment().map(owned),
        }))
    }
}

/// The whole document as the agent wrote it, in JSON.
///
/// `*len` becomes its length in bytes, without the NUL at the end. `len` may
/// be NULL.
///
/// Belongs to `metadata`. NULL, and `*len` 0, if `metadata` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_metadata_json(metadata: *const arc_metadata, len: *mut usize) -> *const c_char {
    // SAFETY: the caller's pointers are as lib.rs says.
    unsafe {
        let json = metadata.as_ref().map(|metadata| metadata.json.as_c_str());
        guard::write(len, || json.map_or(0, CStr::count_bytes));
        borrowed(json)
    }
}

/// The machine's name in Azure.
///
/// Belongs to `metadata`. NULL if the agent does not tell it, or `metadata` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_metadata_name(metadata: *const arc_metadata) -> *const c_char {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { fact(metadata, |metadata| &metadata.name) }
}

/// The Azure region that the machine is connected to, such as "westeurope".
///
/// Belongs to `metadata`. NULL if the agent does not tell it, or `metadata` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_metadata_location(metadata: *const arc_metadata) -> *const c_char {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { fact(metadata, |metadata| &metadata.location) }
}

/// The Azure resource id of the machine.
///
/// Belongs to `metadata`. NULL if the agent does not tell it, or `metadata` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_metadata_resource_id(metadata: *const arc_metadata) -> *const c_char {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { fact(metadata, |metadata| &metadata.resource_id) }
}

/// The resource group of the machine.
///
/// Belongs to `metadata`. NULL if the agent does not tell it, or `metadata` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_metadata_resource_group(metadata: *const arc_metadata) -> *const c_char {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { fact(metadata, |metadata| &metadata.resource_group) }
}

/// The subscription of the machine.
///
/// Belongs to `metadata`. NULL if the agent does not tell it, or `metadata` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_metadata_subscription_id(metadata: *const arc_metadata) -> *const c_char {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { fact(metadata, |metadata| &metadata.subscription_id) }
}

/// The id that Azure gave the machine.
///
/// Belongs to `metadata`. NULL if the agent does not tell it, or `metadata` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_metadata_vm_id(metadata: *const arc_metadata) -> *const c_char {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { fact(metadata, |metadata| &metadata.vm_id) }
}

/// The operating system: "linux" or "windows".
///
/// Belongs to `metadata`. NULL if the agent does not tell it, or `metadata` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_metadata_os_type(metadata: *const arc_metadata) -> *const c_char {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { fact(metadata, |metadata| &metadata.os_type) }
}

/// The cloud, such as "AzurePublicCloud" or "AzureUSGovernmentCloud".
///
/// Belongs to `metadata`. NULL if the agent does not tell it, or `metadata` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_metadata_environment(metadata: *const arc_metadata) -> *const c_char {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { fact(metadata, |metadata| &metadata.environment) }
}

/// Releases `metadata`.
///
/// `metadata` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_metadata_free(metadata: *mut arc_metadata) {
    if !metadata.is_null() {
        // SAFETY: made by `into_raw`, and used no more.
        drop(unsafe { Box::from_raw(metadata) });
    }
}

/// One fact.
///
/// # Safety
///
/// `metadata` is NULL or a live handle.
unsafe fn fact(
    metadata: *const arc_metadata,
    choose: impl FnOnce(&arc_metadata) -> &Option<CString>,
) -> *const c_char {
    // SAFETY: NULL or alive, as this function's own contract says.
    let metadata = unsafe { metadata.as_ref() };
    borrowed(metadata.and_then(|metadata| choose(metadata).as_deref()))
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;

    #[test]
    fn null_has_no_facts() {
        let null = ptr::null();
        let mut len = 7;
        // SAFETY: NULL or writable.
        unsafe {
            for fact in [
                arc_metadata_name,
                arc_metadata_location,
                arc_metadata_resource_id,
                arc_metadata_resource_group,
                arc_metadata_subscription_id,
                arc_metadata_vm_id,
                arc_metadata_os_type,
                arc_metadata_environment,
            ] {
                assert!(fact(null).is_null());
            }
            assert!(arc_metadata_json(null, &raw mut len).is_null());
            assert_eq!(len, 0);
            assert!(arc_metadata_json(null, ptr::null_mut()).is_null());
            arc_metadata_free(ptr::null_mut());
        }
    }
}
