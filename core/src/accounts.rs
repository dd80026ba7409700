//! Names of local users and groups, for messages, and the groups of this process.
//!
//! Names are read from the files: the system's own functions may ask a directory service over the network, and so
//! take any time. Who is not in the files is shown by number.

use std::{fs, io};

#[cfg(unix)]
use crate::out_of_resources;

/// `the user app`, or `uid 1000`.
pub(crate) fn user(id: u32) -> String {
    user_name(id).map_or_else(|| format!("uid {id}"), |name| format!("the user {name}"))
}

/// `the group app`, or `gid 1000`.
#[cfg(unix)]
pub(crate) fn group(id: u32) -> String {
    group_name(id).map_or_else(|| format!("gid {id}"), |name| format!("the group {name}"))
}

pub(crate) fn user_name(id: u32) -> Option<String> {
    name_in("/etc/passwd", id)
}

/// The number of a local user, if there is one. An error where the system has run out of what it takes to look.
#[cfg(unix)]
pub(crate) fn user_id(name: &str) -> io::Result<Option<u32>> {
    Ok(out_of_resources::told(read("/etc/passwd"))?.and_then(|lines| id(&lines, name)))
}

#[cfg(unix)]
pub(crate) fn group_name(id: u32) -> Option<String> {
    name_in("/etc/group", id)
}

/// The number of a local group.
#[cfg(unix)]
pub(crate) fn group_id(name: &str) -> Option<u32> {
    id(&read("/etc/group").ok()?, name)
}

/// The groups that this process has, whatever /etc/group says.
#[cfg(unix)]
pub(crate) fn own_groups() -> Vec<u32> {
    use nix::unistd::{getegid, getgroups};

    let others = getgroups().unwrap_or_default();
    [getegid()].into_iter().chain(others).map(|gid| gid.as_raw()).collect()
}

/// What Linux shows in the place of a group that the reader's user namespace hides. One that has a group of this number
/// itself does not tell them apart.
pub(crate) const HIDDEN_GROUP: u32 = 65534;

/// Whether a process with this `/proc/self/gid_map` is in a user namespace that may hide groups.
pub(crate) fn hides_groups(maps: &str) -> bool {
    const WHOLE: [&str; 3] = ["0", "0", "4294967295"];
    !maps.is_empty() && !maps.split_ascii_whitespace().eq(WHOLE)
}

/// The lines of such a file. Those of old systems have people's names that are not UTF-8.
fn read(path: &str) -> io::Result<String> {
    fs::read(path).map(|lines| String::from_utf8_lossy(&lines).into_owned())
}

fn name_in(path: &str, id: u32) -> Option<String> {
    let lines = read(path).ok()?;
    name(&lines, id).map(str::to_owned)
}

/// The fields behind this name. In both files a line is `name:password:id:…`.
pub(crate) fn fields<'a>(lines: &'a str, name: &str) -> Option<impl Iterator<Item = &'a str> + use<'a>> {
    lines.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(fields)
    })
}

/// The id of this name.
#[cfg(unix)]
fn id(lines: &str, name: &str) -> Option<u32> {
    fields(lines, name)?.nth(1)?.parse().ok()
}

/// The name of this id. In both files a line is `name:password:id:…`.
pub(crate) fn name(lines: &str, id: u32) -> Option<&str> {
    lines.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(id)).then_some(name)
    })
}
