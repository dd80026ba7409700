//! Users who are in the group, on paper only, or not at all.

use super::machine::{Report, on_a_machine, report};

/// The report of the user app in this group, who may not read the keys of an agent that runs, after a change of the
/// machine.
fn denied(change: &str, group: &str) -> Option<Report> {
    let report = report(&format!("start_agent; {change} as app {group} /opt/arcidentity doctor --json"))?;
    report.assert_cause("key-access", 4);
    Some(report)
}

#[test]
fn not_in_the_group() {
    let Some(report) = denied("", "app") else { return };
    assert!(report.seen("key-access").starts_with("app is not in the group himds"));
    assert!(report.remedy("key-access").starts_with("sudo usermod -aG himds app\n"));
}

#[test]
fn in_the_group_since_this_process_was_started() {
    let join = "sed -i 's/^himds:x:990:/&app/' /etc/group;";
    let Some(report) = denied(join, "app") else { return };
    assert!(report.seen("key-access").contains("started before that"), "{}", report.seen("key-access"));
    assert!(!report.remedy("key-access").contains("usermod"));
}

#[test]
fn the_group_of_the_directory_has_no_name() {
    let remove = "sed -i /^himds/d /etc/group;";
    let Some(report) = denied(remove, "app") else { return };
    assert!(report.seen("key-access").contains("990 is not in /etc/group"));
}

/// The agent is no root, and a restart mends nothing.
const GIVE_BACK: &str =
    "sudo chown himds:himds /var/opt/azcmagent/tokens\nsudo chmod 770 /var/opt/azcmagent/tokens";

/// Nobody is told to become a member of the group root.
#[test]
fn the_group_of_the_directory_is_not_the_agents() {
    let give_away = "chgrp root /var/opt/azcmagent/tokens;";
    let Some(report) = denied(give_away, "app") else { return };
    assert!(
        report.seen("key-access").contains("the group root instead of himds"),
        "{}",
        report.seen("key-access")
    );
    assert_eq!(report.remedy("key-access"), GIVE_BACK);
    let report = denied("chgrp 60123 /var/opt/azcmagent/tokens;", "app").expect("the same machine");
    assert!(
        report.seen("key-access").contains("the group 60123 instead of himds"),
        "{}",
        report.seen("key-access")
    );
    assert_eq!(report.remedy("key-access"), GIVE_BACK);
    // Also who may enter the directory may not read a key in it.
    for group in ["app", "root"] {
        let hint = hint(&format!("start_agent; {give_away} as app {group}")).expect("the same machine");
        assert!(!hint.contains("usermod") && hint.contains("instead of the group himds"), "{hint}");
    }
}

/// It can make no key, and says so in its own way.
#[test]
fn the_directory_is_closed_to_the_agent() {
    for close in ["chown 0:0", "chown other:other", "chmod 500"] {
        let script = format!(
            "start_agent; {close} /var/opt/azcmagent/tokens; as app himds /opt/arcidentity doctor --json"
        );
        let Some(report) = report(&script) else { return };
        assert_eq!(report.check("key-directory")["outcome"], "failed", "{close}");
        let seen = report.seen("key-directory");
        assert!(seen.contains(" is closed to himds: the agent answered 500: "), "{close}: {seen}");
        assert_eq!(report.remedy("key-directory"), GIVE_BACK, "{close}");
    }
    let script = "start_agent; chown root:himds /var/opt/azcmagent/tokens; as app himds /opt/arcidentity doctor --json";
    report(script).expect("the same machine").assert_token(&[]);
}

#[test]
fn no_room_for_another_key() {
    let fill = "mount -t tmpfs -o size=4k,uid=990,gid=990,mode=770 tmpfs /var/opt/azcmagent/tokens; \
                head -c 4096 /dev/zero >/var/opt/azcmagent/tokens/filler;";
    let Some(report) = report(&format!("start_agent; {fill} doctor --json")) else { return };
    report.assert_cause("key-directory", 10);
    assert!(
        report.seen("key-directory").starts_with("the file system of /var/opt/azcmagent/tokens is full: ")
    );
    assert_eq!(report.remedy("key-directory"), "# make room on it:\ndf -h\ndf -i");
}

/// There is no agent that could be mended, and root's group is nobody's to join.
#[test]
fn the_keys_are_those_of_an_emulator_of_root() {
    let emulator = "rm -r /opt/azcmagent /var/opt/azcmagent; /opt/arcidentity emulator --port 40342 2>/dev/null & await_port;";
    let advice = "as root, or";
    let Some(report) = report(&format!("{emulator} as app app /opt/arcidentity doctor --json")) else {
        return;
    };
    report.assert_cause("key-access", 4);
    assert!(
        report.seen("key-access").ends_with("an emulator that root runs"),
        "{}",
        report.seen("key-access")
    );
    assert!(report.remedy("key-access").contains(advice), "{}", report.remedy("key-access"));
    let hint = hint(&format!("{emulator} as app app")).expect("the same machine");
    assert!(hint.contains(advice) && !hint.contains("himds"), "{hint}");
}

/// What is advised with the error of a command.
fn hint(user: &str) -> Option<String> {
    let said = on_a_machine(&format!("{user} /opt/arcidentity token https://vault.azure.net 2>&1"))?;
    Some(said.lines().find_map(|line| line.strip_prefix("hint: ")).expect(&said).to_owned())
}

#[test]
fn the_hint_is_a_command_that_runs() {
    let Some(named) = hint("start_agent; as app app") else { return };
    assert!(named.contains("sudo usermod -aG himds app,"), "{named}");
    let unnamed = hint("start_agent; as 60123 60123").expect("the same machine");
    assert!(!unnamed.contains("usermod") && unnamed.contains("--group-add 990"), "{unnamed}");
    let unknown = hint("start_agent; sed -i /^himds/d /etc/group; as app app").expect("the same machine");
    assert!(!unknown.contains("usermod") && unknown.contains("--group-add 990"), "{unknown}");
}

#[test]
fn in_the_group_of_a_directory_that_lost_its_mode() {
    let close = "chmod 700 /var/opt/azcmagent/tokens;";
    let Some(report) = denied(close, "himds") else { return };
    assert!(report.seen("key-access").contains("in the group himds and still"));
}

#[test]
fn who_is_in_the_group_is_not_told_to_join_it() {
    let closed = "chmod 700 /var/opt/azcmagent/tokens;";
    // What cannot be looked at has no group to compare with.
    let out_of_sight = "chmod 700 /var/opt/azcmagent;";
    for change in [closed, out_of_sight] {
        let Some(hint) = hint(&format!("start_agent; {change} as app himds")) else { return };
        assert!(!hint.contains("usermod") && hint.contains("has the group himds and is denied"), "{hint}");
    }
}

#[test]
fn a_stopped_agent_is_the_cause_and_the_group_is_foreseen() {
    let stopped = "install -d -o himds -g himds -m 770 /var/opt/azcmagent/tokens;";
    let Some(report) = report(&format!("{stopped} as app app /opt/arcidentity doctor --json")) else {
        return;
    };
    assert_eq!(report.check("service")["outcome"], "failed");
    assert_eq!(report.check("key-access")["outcome"], "warning");
}

#[test]
fn a_missing_key_directory() {
    let remove = "mv /var/opt/azcmagent/tokens /var/opt/azcmagent/gone;";
    let Some(report) = report(&format!("start_agent; {remove} doctor --json")) else { return };
    report.assert_cause("key-directory", 10);
    assert!(report.remedy("key-directory").contains("systemctl restart himdsd"));
}

/// By nobody's mode or group.
#[test]
fn something_else_than_a_key_directory() {
    const DATA: &str = "/var/opt/azcmagent";
    for (change, what) in [
        ("touch tokens", "/tokens"),
        ("ln -s tokens tokens", "/tokens"),
        ("cd ..; rm -r azcmagent; touch azcmagent", ""),
    ] {
        let change = format!("start_agent; (cd {DATA}; rm -r tokens; {change});");
        let ask = "as app himds /opt/arcidentity doctor --json";
        let Some(report) = report(&format!("{change} {ask}")) else { return };
        report.assert_cause("key-directory", 10);
        assert_eq!(report.seen("key-directory"), format!("{DATA}{what} is not a directory"));
        assert!(report.remedy("key-directory").starts_with(&format!("# move {DATA}{what} away\n")));
    }
}

/// The process knows who it is without /proc too.
#[test]
fn without_proc() {
    let hide = "start_agent; mount -t tmpfs tmpfs /proc;";
    let ask = |groups| format!("{hide} as app {groups} /opt/arcidentity doctor --json");
    let Some(with_the_group) = report(&ask("himds")) else { return };
    with_the_group.assert_token(&[]);
    assert_eq!(with_the_group.check("process")["details"]["user"], "app");
    let without = report(&ask("app")).unwrap();
    without.assert_cause("key-access", 4);
    assert!(
        without.remedy("key-access").starts_with("sudo usermod -aG himds app"),
        "{}",
        without.remedy("key-access")
    );
    // Whose mode is wrong, and not the process's groups.
    let closed = "start_agent; chmod 700 /var/opt/azcmagent/tokens; mount -t tmpfs tmpfs /proc;";
    let denied = report(&format!("{closed} as app himds /opt/arcidentity doctor --json")).unwrap();
    denied.assert_cause("key-access", 4);
    assert!(
        denied.seen("key-access").starts_with("app is in the group himds and still may not"),
        "{}",
        denied.seen("key-access")
    );
}
