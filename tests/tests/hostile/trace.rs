//! What a call does to files and to the network, as the kernel sees it.

use std::fs;
use std::path::{Path, PathBuf};

use super::case::Case;
use super::check::{Outcome, Runner};
use super::runner_c;
use super::scene::Scene;

/// Read by the library itself, whatever the agent says: names of users and groups for messages, the owner of
/// the agent's socket and directory, and whether the agent is installed.
const OWN_FILES: [&str; 7] = [
    "/etc/group",
    "/etc/passwd",
    "/opt/azcmagent/bin/himds",
    "/proc/net/tcp",
    "/proc/net/tcp6",
    "/proc/self/uid_map",
    "/var/opt/azcmagent/tokens",
];

const NETWORK: [&str; 20] = [
    "accept",
    "accept4",
    "bind",
    "connect",
    "getpeername",
    "getsockname",
    "getsockopt",
    "listen",
    "recv",
    "recvfrom",
    "recvmmsg",
    "recvmsg",
    "send",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "setsockopt",
    "shutdown",
    "socket",
    "socketpair",
];

/// The C program under strace.
#[derive(Clone, Copy)]
pub struct Traced;

impl Runner for Traced {
    fn name(&self) -> &'static str {
        runner_c::NAME
    }

    fn prepare(&self) {
        runner_c::program();
    }

    fn call(&self, case: &Case, scene: &Scene) -> Outcome {
        let (mut outcome, trace) = traced(case, scene);
        let directory = String::from_utf8(scene.fill(&case.key_directory)).unwrap();
        let directory = Path::new(&directory);
        let resolved = directory.canonicalize().unwrap_or_default();
        outcome.complaints.extend(strangers(&trace, directory, &resolved, scene.agent.port()));
        outcome
    }
}

/// What came of the call, and its trace.
pub fn traced(case: &Case, scene: &Scene) -> (Outcome, String) {
    let file = scene.path("trace");
    let mut strace = runner_c::command("strace", case, scene);
    strace.args(["-f", "-qq", "-y", "-s", "4096", "-e", "trace=%file,network", "-e", "signal=none", "-o"]);
    strace.arg(&file).arg(runner_c::program());
    let outcome = runner_c::outcome(strace);
    (outcome, fs::read_to_string(file).unwrap())
}

/// Files that were touched although only a stranger's text can have named them, and connections to anyone but
/// the agent.
fn strangers(trace: &str, directory: &Path, resolved: &Path, port: u16) -> Vec<String> {
    let mut has_heard = false;
    let mut found = Vec::new();
    for line in trace.lines() {
        let Some(call) = Call::read(line) else { continue };
        let is_fine = if NETWORK.contains(&call.name) {
            // Before its first answer the agent has no say; until then the loader opens its files.
            has_heard |= call.name == "recvfrom" && !call.arguments.contains("NETLINK");
            call.stays_here(port)
        } else {
            // A name that is too long is refused before it is looked for, and not shown as a whole.
            !has_heard || line.contains("= -1 ENAMETOOLONG") || call.is_ours(directory, resolved)
        };
        if !is_fine {
            found.push(format!("it called {line}"));
        }
    }
    found
}

struct Call<'a> {
    name: &'a str,
    arguments: &'a str,
}

impl<'a> Call<'a> {
    /// A line is `PID NAME(ARGUMENTS) = RESULT`.
    fn read(line: &'a str) -> Option<Call<'a>> {
        let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let (name, arguments) = call.split_once('(')?;
        Some(Call { name, arguments })
    }

    /// Neither a name nor an address other than the agent's comes into it.
    fn stays_here(&self, port: u16) -> bool {
        let agent = format!("_port=htons({port}), ");
        let to_agent = self.arguments.contains(&agent)
            && (self.arguments.contains("inet_addr(\"127.") || self.arguments.contains("\"::1\""));
        match self.name {
            "connect" => to_agent,
            "socket" => ["AF_INET, SOCK_STREAM", "AF_INET6, SOCK_STREAM", "AF_NETLINK, "]
                .iter()
                .any(|kind| self.arguments.starts_with(kind)),
            // Without an address, that is over a connection.
            "sendto" => self.arguments.contains(", NULL, 0)"),
            "recvfrom" | "getsockopt" | "setsockopt" | "getpeername" | "getsockname" => true,
            _ => false,
        }
    }

    /// The key directory, what leads to it, one name in it, an open file, or one of our own.
    fn is_ours(&self, directory: &Path, resolved: &Path) -> bool {
        let mut quoted = self.arguments.split('"');
        let (before, path) = (quoted.next().unwrap_or_default(), quoted.next().unwrap_or_default());
        let handle = before.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path);
        match handle.filter(|_| !before.contains("AT_FDCWD")) {
            Some(_) if path.is_empty() => true,
            Some(handle) => Path::new(handle) == resolved && !path.contains('/') && path.ends_with(".key"),
            None => {
                let path = PathBuf::from(path);
                directory.starts_with(&path)
                    || resolved.starts_with(&path)
                    || OWN_FILES.iter().any(|own| path == Path::new(own))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use arcidentity_needs::{STRACE, needs};

    use super::*;
    use crate::hostile::case::Expected::Token;

    /// A search that finds nothing because it sees nothing would pass.
    #[test]
    fn a_trace_holds_what_it_is_searched_for() {
        needs!(STRACE);
        Traced.prepare();
        let case = Case::new("a good call", Token, 2);
        let scene = Scene::new();
        let (_, trace) = traced(&case, &scene);
        let keys = scene.path("tokens");
        let heard = trace.split_once("\"HTTP/1.1 401").expect("the trace has the challenge").1;
        assert!(heard.contains(&format!("<{}>, \"", keys.display())), "{trace}");
        assert!(trace.contains(&format!("htons({})", scene.agent.port())), "{trace}");
        let strangers = |directory, port| strangers(&trace, directory, directory, port);
        assert_eq!(strangers(&keys, scene.agent.port()), [""; 0]);
        // Seen from another directory and another port, the same call is a stranger's.
        assert!(!strangers(Path::new("/nonexistent"), scene.agent.port()).is_empty());
        assert!(!strangers(&keys, 1).is_empty());
    }

    /// What `core` opens it with, beside what it judges afterwards.
    #[test]
    fn a_key_is_opened_without_following_waiting_or_handing_on() {
        needs!(STRACE);
        Traced.prepare();
        let scene = Scene::new();
        let (_, trace) = traced(&Case::new("a good call", Token, 2), &scene);
        let opened = trace.lines().find(|line| line.contains("openat(") && line.contains(".key\""));
        let opened = opened.expect("the trace has the key");
        for flag in ["O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC"] {
            assert!(opened.contains(flag), "{opened}");
        }
    }

    #[test]
    fn strangers_are_found() {
        let heard = "1 recvfrom(3<TCP:[1]>, \"HTTP/1.1 401\", 4096, 0, NULL, NULL) = 12";
        let is_stranger = |line: &str| {
            let trace = format!("{heard}\n1 {line}");
            let keys = Path::new("/keys");
            !strangers(&trace, keys, keys, 7).is_empty()
        };
        for line in [
            "openat(AT_FDCWD</>, \"/etc/shadow\", O_RDONLY) = -1 EACCES",
            "openat(4</keys>, \"sub/a.key\", O_RDONLY) = 5",
            "openat(4</keys>, \"a.txt\", O_RDONLY) = 5",
            "openat(4</other>, \"a.key\", O_RDONLY) = 5",
            "statx(AT_FDCWD</>, \"/keys/a.key\", 0, STATX_ALL, {}) = 0",
            "readlink(\"/keys2\", 0x1, 1023) = -1 EINVAL",
            "stat(\"//attacker/share\", {}) = -1 ENOENT",
            "connect(3<TCP:[1]>, {sa_family=AF_INET, sin_port=htons(8), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0",
            "connect(3<TCP:[1]>, {sa_family=AF_INET, sin_port=htons(7), sin_addr=inet_addr(\"10.0.0.1\")}, 16) = 0",
            "connect(3<UNIX:[1]>, {sa_family=AF_UNIX, sun_path=\"/var/run/nscd/socket\"}, 110) = 0",
            "socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_IP) = 3",
            "socket(AF_UNIX, SOCK_STREAM, 0) = 3",
            "sendto(3<UDP:[1]>, \"x\", 1, 0, {sa_family=AF_INET, sin_port=htons(53)}, 16) = 1",
        ] {
            assert!(is_stranger(line), "{line}");
        }
        for line in [
            "openat(AT_FDCWD</>, \"/keys\", O_RDONLY|O_PATH) = 4",
            "openat(4</keys>, \"a.key\", O_RDONLY|O_NOFOLLOW) = -1 ENOENT",
            "statx(5</keys/a.key>, \"\", AT_EMPTY_PATH, STATX_ALL, {}) = 0",
            "openat(AT_FDCWD</>, \"/etc/passwd\", O_RDONLY) = 5",
            "connect(3<TCP:[1]>, {sa_family=AF_INET, sin_port=htons(7), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0",
        ] {
            assert!(!is_stranger(line), "{line}");
        }
    }
}
