//! What the registry holds: the variables of the machine and of the user, and the system's version.

use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, RRF_NOEXPAND, RRF_RT_REG_EXPAND_SZ, RRF_RT_REG_SZ,
    RegGetValueW,
};

use super::texts;

/// For whom a variable is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Machine,
    User,
}

const VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";

/// For whom the variable is set, so that every new process has it. Of both, the user's one counts.
pub(crate) fn set_for(name: &str) -> Option<Scope> {
    let scopes = [
        (HKEY_CURRENT_USER, "Environment", Scope::User),
        (HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment", Scope::Machine),
    ];
    let is_set = |(root, key, _): &(HKEY, &str, Scope)| text(*root, key, name).is_some();
    scopes.into_iter().find(is_set).map(|(.., scope)| scope)
}

/// `Windows, build 20348`.
pub(crate) fn version() -> Option<String> {
    text(HKEY_LOCAL_MACHINE, VERSION, "CurrentBuild").map(|build| format!("Windows, build {build}"))
}

/// A text below a key, or its beginning.
fn text(root: HKEY, key: &str, name: &str) -> Option<String> {
    let (key, name) = (texts::wide(key), texts::wide(name));
    // The longest value of a variable.
    let mut value = vec![0_u16; 32_768];
    let mut length = size_of_val(&*value) as u32;
    // SAFETY: the names end with a NUL, and `value` has room for `length` bytes.
    let status = unsafe {
        RegGetValueW(
            root,
            key.as_ptr(),
            name.as_ptr(),
            RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND,
            std::ptr::null_mut(),
            value.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    let units = value.get(..length as usize / 2).filter(|_| status == 0)?;
    Some(String::from_utf16_lossy(units).trim_end_matches('\0').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_for_whom_they_are_set() {
        assert_eq!(set_for("ComSpec"), Some(Scope::Machine));
        assert_eq!(set_for("TEMP"), Some(Scope::User));
        assert_eq!(set_for("ARCIDENTITY_NONE"), None);
        assert!(version().unwrap().starts_with("Windows, build "), "{:?}", version());
    }
}
