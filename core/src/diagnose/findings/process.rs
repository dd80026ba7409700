//! Who runs this process, how it was started, and on which system: what a remedy depends on.

mod container;
mod distribution;
mod launch;
#[cfg(test)]
mod tests;

pub(crate) use self::distribution::Distribution;
pub(crate) use self::launch::Launch;
#[cfg(target_os = "linux")]
pub(crate) use self::launch::unit_of;
use super::system::System;
use crate::accounts;
#[cfg(windows)]
use crate::windows;

/// This process.
#[derive(Debug)]
pub(crate) struct ThisProcess {
    /// The effective user, if the system has such.
    pub(crate) uid: Option<u32>,
    /// The user's name, or number.
    pub(crate) user: String,
    /// Whether another user's rights are had by `sudo`.
    pub(crate) uses_sudo: bool,
    /// On Windows, whether the process has the rights of an administrator.
    pub(crate) is_elevated: bool,
    /// Whether /etc/passwd has the user.
    pub(crate) is_known: bool,
    /// The groups that the process has, whatever /etc/group says.
    pub(crate) groups: Vec<u32>,
    /// Whether it is in a user namespace that may hide groups.
    pub(crate) hides_groups: bool,
    pub(crate) launch: Launch,
    /// The kind of container that it runs in.
    pub(crate) container: Option<&'static str>,
    pub(crate) distribution: Distribution,
    /// The system's name for people.
    pub(crate) system_name: String,
}

/// The effective user of this process, and its groups.
struct Ids {
    uid: Option<u32>,
    groups: Vec<u32>,
}

impl Ids {
    fn from_files(system: &System) -> Ids {
        // `Uid:` and `Gid:` are followed by the real, the effective and two more.
        let uid = system.numbers("self", "Uid:").get(1).copied();
        let gid = system.numbers("self", "Gid:").get(1).copied();
        Ids { uid, groups: gid.into_iter().chain(system.numbers("self", "Groups:")).collect() }
    }

    /// Where there is no /proc.
    #[cfg(unix)]
    fn from_the_system() -> Ids {
        Ids { uid: Some(nix::unistd::geteuid().as_raw()), groups: accounts::own_groups() }
    }
}

impl ThisProcess {
    pub(crate) fn find(system: &System) -> ThisProcess {
        let ids = Ids::from_files(system);
        #[cfg(unix)]
        let ids = if ids.uid.is_some() { ids } else { Ids::from_the_system() };
        let found = ThisProcess::with(ids, system);
        #[cfg(windows)]
        let found = found.completed();
        found
    }

    /// The rest is what files tell, as on Linux.
    fn with(ids: Ids, system: &System) -> ThisProcess {
        let Ids { uid, groups } = ids;
        let passwd = system.read("/etc/passwd").unwrap_or_default();
        let name = uid.and_then(|uid| accounts::name(&passwd, uid));
        let (distribution, system_name) = distribution::find(system);
        ThisProcess {
            uid,
            user: match (name, uid) {
                (Some(name), _) => name.to_owned(),
                (None, Some(uid)) => format!("uid {uid}"),
                (None, None) => "this user".to_owned(),
            },
            uses_sudo: uid != Some(0),
            is_elevated: false,
            is_known: name.is_some(),
            groups,
            hides_groups: accounts::hides_groups(&system.read("/proc/self/gid_map").unwrap_or_default()),
            launch: Launch::find(system),
            container: container::find(system),
            distribution,
            system_name,
        }
    }

    /// What functions of Windows tell, where files tell nothing.
    #[cfg(windows)]
    fn completed(self) -> ThisProcess {
        ThisProcess {
            user: windows::user_name().unwrap_or(self.user),
            uses_sudo: false,
            is_elevated: windows::is_elevated().unwrap_or_default(),
            launch: match windows::session() {
                Ok(windows::Session::Services) => Launch::Background,
                Ok(windows::Session::Login) => Launch::Login,
                Err(_) => Launch::Other,
            },
            system_name: windows::version().unwrap_or(self.system_name),
            ..self
        }
    }

    pub(crate) fn is_root(&self) -> bool {
        self.uid == Some(0)
    }
}
