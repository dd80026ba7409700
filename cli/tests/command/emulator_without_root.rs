//! `arcidentity emulator -- COMMAND` for a user who may not write to the agent's key directory.
#![cfg(target_os = "linux")]

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use arcidentity_needs::{NAMESPACES, OTHER_USERS, are_met};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getegid, geteuid};
use tempfile::TempDir;

use crate::support::{Outcome, arcidentity, guard, outcome};

const PROGRAM: &str = env!("CARGO_BIN_EXE_arcidentity");
const KEYS: &str = "/var/opt/azcmagent/tokens";
const ITS_OWN: &str = "Key files are in /var/opt/azcmagent/tokens, for the command alone.\n";

/// An ordinary user: the one who runs the tests, or another if that is root.
struct User {
    id: u32,
    group: u32,
    /// For temporary files.
    room: TempDir,
}

impl User {
    /// `None` if there is none who may run the command.
    fn find() -> Option<User> {
        let (id, group) = match geteuid().as_raw() {
            0 => (65534, 65534),
            id => (id, getegid().as_raw()),
        };
        let room = tempfile::tempdir().unwrap();
        fs::set_permissions(room.path(), Permissions::from_mode(0o777)).unwrap();
        let user = User { id, group, room };
        match user.command(&["--version"]).output() {
            Ok(_) => Some(user),
            Err(error) => {
                OTHER_USERS.is_missing(format_args!("another user may not run the command: {error}"));
                None
            }
        }
    }

    /// The same, who may have namespaces.
    fn with_namespaces() -> Option<User> {
        let user = User::find()?;
        let mut trial = Command::new("unshare");
        let trial =
            user.runs(trial.args(["--mount", "--map-root-user", "mount", "-t", "tmpfs", "none", "/var/opt"]));
        match trial.output() {
            Ok(output) if output.status.success() => return Some(user),
            Ok(output) => NAMESPACES.is_missing(String::from_utf8_lossy(&output.stderr).trim()),
            Err(error) => NAMESPACES.is_missing(error),
        }
        None
    }

    fn runs<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if geteuid().is_root() {
            command.uid(self.id).gid(self.group);
        }
        command.env("TMPDIR", self.room.path()).current_dir("/")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = arcidentity(arguments);
        self.runs(&mut command);
        command
    }

    fn under_emulator(&self, options: &[&str], script: &str) -> Outcome {
        let arguments = [&["emulator"], options, &["--", "sh", "-c", script, PROGRAM]].concat();
        outcome(&mut self.command(&arguments))
    }

    fn leaves_nothing(&self) -> bool {
        self.room.path().read_dir().unwrap().count() == 0
    }
}

/// Runs `script` as a user without rights on a machine that root has set up. /opt and /var/opt were empty.
fn elsewhere(set_up: &str, script: &str) -> Option<Outcome> {
    if !are_met(&[NAMESPACES]) {
        return None;
    }
    let user = r#"exec unshare --map-user=1000 --map-group=1000 "$@""#;
    let set_up = format!("mount -t tmpfs none /opt; mount -t tmpfs none /var/opt; {set_up}\n{user}");
    let mut command = Command::new("unshare");
    command.args(if geteuid().is_root() { &["--mount"][..] } else { &["--mount", "--map-root-user"] });
    command.args(["sh", "-e", "-c", &set_up, "sh"]);
    // To forbid something itself, and no more: no user but root takes them along.
    if script.contains("/proc/sys") {
        command.arg("--keep-caps");
    }
    command.args(["sh", "-e", "-c", script, PROGRAM]);
    for variable in ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_HEADER"] {
        command.env_remove(variable);
    }
    Some(outcome(&mut command))
}

#[test]
fn a_users_command_sees_its_keys_where_the_agents_are() {
    let Some(user) = User::with_namespaces() else { return };
    let script = r#"
        pwd; echo "$(id -u) $(id -g)"; stat -c '%a %u %g' /var/opt/azcmagent/tokens
        grep -E '^Cap(Inh|Prm|Eff|Amb)' /proc/self/status | cut -f 2 | sort -u
        "$0" token keyvault
    "#;
    let outcome = user.under_emulator(&[], script);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let lines: Vec<_> = outcome.stdout.lines().collect();
    let User { id, group, .. } = user;
    let who = format!("{id} {group}");
    assert_eq!(lines[..4], ["/", &who, &format!("770 {who}"), "0000000000000000"], "{outcome:?}");
    assert!(lines[4].starts_with("eyJ") && lines.len() == 5, "{outcome:?}");
    assert!(outcome.stderr.contains(ITS_OWN), "{outcome:?}");
    assert!(!outcome.stderr.contains("--key-directory"), "{outcome:?}");
    assert!(user.leaves_nothing());
}

#[test]
fn an_empty_variable_names_no_temporary_directory() {
    let Some(user) = User::with_namespaces() else { return };
    let mut command =
        user.command(&["emulator", "-q", "--", "stat", "-c", "%a", "/var/opt/azcmagent/tokens"]);
    let outcome = outcome(command.env("TMPDIR", ""));
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "770\n"), "{outcome:?}");
}

#[test]
fn a_chosen_directory_is_everybodys() {
    let Some(user) = User::find() else { return };
    let keys = user.room.path().join("keys");
    let script = "readlink /proc/self/ns/user /proc/self/ns/mnt";
    let outcome = user.under_emulator(&["--key-directory", keys.to_str().unwrap()], script);
    let own = ["user", "mnt"].map(|kind| fs::read_link(format!("/proc/self/ns/{kind}")).unwrap());
    assert_eq!(
        outcome.stdout.lines().collect::<Vec<_>>(),
        own.map(|link| link.into_os_string()),
        "{outcome:?}"
    );
}

#[test]
fn a_commands_exit_status_is_the_emulators() {
    let Some(user) = User::with_namespaces() else { return };
    for (script, status) in [("exit 7", 7), ("kill -9 $$", 137)] {
        let outcome = user.under_emulator(&[], script);
        assert_eq!(outcome.status, Some(status), "{outcome:?}");
        assert!(outcome.stderr.contains(ITS_OWN), "{outcome:?}");
    }
    for (program, status) in [("/no-such-program", 127), ("/dev/null", 126)] {
        let outcome = outcome(&mut user.command(&["emulator", "--", program]));
        assert_eq!(outcome.status, Some(status), "{outcome:?}");
    }
    assert!(user.leaves_nothing());
}

#[test]
fn whoever_ignores_the_ends_of_children_gets_it_too() {
    let Some(user) = User::with_namespaces() else { return };
    let mut env = Command::new("env");
    // A shell does not.
    env.args(["--ignore-signal=CHLD", PROGRAM, "emulator", "--", "sh", "-c", "exit 7"]);
    let outcome = outcome(user.runs(&mut env));
    assert_eq!(outcome.status, Some(7), "{outcome:?}");
    assert!(outcome.stderr.contains(ITS_OWN), "{outcome:?}");
}

#[test]
fn signals_are_passed_on() {
    let Some(user) = User::with_namespaces() else { return };
    let script = "trap 'echo cleaned; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    let mut command = user.command(&["emulator", "--", "sh", "-c", script]);
    command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let _guard = guard(&child);
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    stdout.read_line(&mut said).unwrap();
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
    stdout.read_to_string(&mut said).unwrap();
    assert_eq!((said.as_str(), child.wait().unwrap().code()), ("ready\ncleaned\n", Some(3)));
    assert!(user.leaves_nothing());
}

#[test]
fn what_else_is_there_is_seen_as_ever() {
    let set_up = "
        mkdir -p /var/opt/app/below; echo file > /var/opt/app/file; echo plain > /var/opt/plain
        mount -t tmpfs none /var/opt/app/below; echo below > /var/opt/app/below/file
        ln -s app/file /var/opt/link; ln -s /no-such-file /var/opt/broken
    ";
    let script = r#"
        cd /var/opt/app
        "$0" emulator -- sh -c '
            cd /var/opt; cat app/file plain link app/below/file; readlink broken; echo new > app/new; ls
            touch gone azcmagent/gone 2>&1 | grep -c denied
        '
        cat new; ls /var/opt
    "#;
    let Some(outcome) = elsewhere(set_up, script) else { return };
    let inside = "file\nplain\nfile\nbelow\n/no-such-file\napp\nazcmagent\nbroken\nlink\nplain\n2\n";
    assert_eq!(outcome.stdout, format!("{inside}new\napp\nbroken\nlink\nplain\n"), "{outcome:?}");
}

#[test]
fn an_installed_agents_directory_is_left_alone() {
    let set_up = |mode: &str, directory: &str| {
        format!(
            "mkdir -p /opt/azcmagent/bin {KEYS}; touch /opt/azcmagent/bin/himds {KEYS}/agents.key
             chmod {mode} {directory}"
        )
    };
    let script = r#"
        "$0" emulator -- sh -c 'ls /var/opt/azcmagent /var/opt/azcmagent/tokens; "$0" token keyvault | cut -c 1-3' "$0"
        chmod 700 /var/opt/azcmagent /var/opt/azcmagent/tokens; ls /var/opt/azcmagent/tokens
    "#;
    // Nobody may enter it, or not even see it.
    for (mode, directory) in [("0", KEYS), ("0", "/var/opt/azcmagent"), ("755", KEYS)] {
        let Some(outcome) = elsewhere(&set_up(mode, directory), script) else { return };
        let expected = format!("/var/opt/azcmagent:\ntokens\n\n{KEYS}:\neyJ\nagents.key\n");
        assert_eq!(outcome.stdout, expected, "{mode} {directory} {outcome:?}");
    }
}

#[test]
fn a_link_on_the_way_is_followed() {
    let set_up = "mkdir /opt/data; umount /var/opt; mount --bind /opt/data /var/opt; ln -s /opt/real /opt/data/azcmagent
        mkdir /opt/real";
    let script = r#""$0" emulator -- "$0" token keyvault"#;
    let Some(outcome) = elsewhere(set_up, script) else { return };
    assert!(outcome.stdout.starts_with("eyJ"), "{outcome:?}");
    assert!(outcome.stderr.contains(ITS_OWN), "{outcome:?}");
}

#[test]
fn where_user_namespaces_are_forbidden_the_command_says_so() {
    for setting in ["max_user_namespaces", "max_mnt_namespaces"] {
        let script = format!(
            r#"echo 0 > /proc/sys/user/{setting}; "$0" emulator -- sh -c 'echo $IMDS_ENDPOINT; exit 7' "#
        );
        let Some(outcome) = elsewhere("", &script) else { return };
        assert_eq!(outcome.status, Some(7), "{outcome:?}");
        assert!(outcome.stdout.starts_with("http://127.0.0.1:"), "{outcome:?}");
        let told: Vec<_> = outcome.stderr.lines().skip(1).collect();
        let refusal = format!(
            "The command cannot be given {KEYS} as its own: user namespaces are forbidden here (user.{setting} is 0)."
        );
        assert_eq!(told[0], refusal);
        assert!(told[1].contains("sudo"), "{outcome:?}");
        let keys = told[2].strip_prefix("Key files are in ").unwrap().strip_suffix('.').unwrap();
        assert!(!keys.starts_with("/var/opt"), "{keys}");
        assert_eq!(told[3], format!("Clients read them only if told to: --key-directory {keys}"));
    }
}
