//! The agent is absent, stopped, or another holds its port.

use super::machine::{on_a_machine, report};

/// Has the key directory belong to root, and to the agent's group.
const OF_ROOT: &str = "install -d -o root -g himds -m 770 /var/opt/azcmagent/tokens;";

#[test]
fn all_is_well() {
    let Some(report) = report("start_agent; as app himds /opt/arcidentity doctor keyvault --json") else {
        return;
    };
    report.assert_token(&[]);
    assert!(report.seen("service").starts_with("himds is running (process "));
    assert!(report.seen("port").contains("127.0.0.1:40342"));
    assert!(report.seen("port").contains("the user himds"));
    assert_eq!(report.seen("key-access"), "app read a key");
    assert!(report.seen("key-directory").contains("of the user himds and the group himds, mode 770"));
}

/// The agent's user is a local user of that name, who makes keys in the directory as a member of its group.
#[test]
fn the_directory_belongs_to_root() {
    let script = format!("{OF_ROOT} start_agent; as app himds /opt/arcidentity doctor keyvault --json");
    let Some(report) = report(&script) else { return };
    report.assert_token(&[]);
    assert!(report.seen("port").ends_with("in use by the user himds"), "{}", report.seen("port"));
    assert!(report.seen("key-directory").contains("of the user root and the group himds, mode 770"));
}

/// One line that is not UTF-8 hides no other.
#[test]
fn the_directory_belongs_to_root_and_a_name_is_in_latin_1() {
    let joerg = r"printf 'joerg:x:1002:1002:J\366rg:/:/bin/sh\n' >>/etc/passwd;";
    let script =
        format!("{joerg} {OF_ROOT} start_agent; as app himds /opt/arcidentity doctor keyvault --json");
    let Some(report) = report(&script) else { return };
    report.assert_token(&[]);
}

/// Who the agent's user is stands in a file, which takes a descriptor to read.
#[test]
fn the_directory_belongs_to_root_and_descriptors_run_out() {
    let ask = "setpriv --reuid app --regid himds --clear-groups -- prlimit --nofile=$limit -- \
               /opt/arcidentity token https://vault.azure.net >/dev/null 2>&1 && echo 0 || echo $?;";
    let script = format!("{OF_ROOT} start_agent; for limit in 4 5 6 7 8 9 10; do {ask} done");
    let Some(statuses) = on_a_machine(&script) else { return };
    let statuses: Vec<&str> = statuses.lines().collect();
    assert!(statuses.iter().all(|status| ["0", "3"].contains(status)), "{statuses:?}");
    assert_eq!((statuses[0], statuses[6]), ("3", "0"), "{statuses:?}");
}

/// Where keys are that are not the agent's, its user is anybody.
#[test]
fn the_agents_user_beside_another_directory_of_root() {
    let directory = "install -d -o root -g himds -m 770 /opt/keys;";
    let agent = "setpriv --reuid himds --regid himds --clear-groups -- \
                 /opt/azcmagent/bin/himds emulator --port 40342 --key-directory /opt/keys 2>/dev/null &";
    let ask = "as app himds /opt/arcidentity doctor keyvault --key-directory /opt/keys --json";
    let Some(report) = report(&format!("{directory} {agent} await_port; {ask}")) else { return };
    report.assert_cause("port", 6);
}

#[test]
fn the_agent_runs_as_root() {
    let agent = "/opt/azcmagent/bin/himds emulator --port 40342 --key-directory /var/opt/azcmagent/tokens 2>/dev/null &";
    let ask = "as app himds /opt/arcidentity doctor keyvault --json";
    let Some(report) = report(&format!("{OF_ROOT} {agent} await_port; {ask}")) else { return };
    report.assert_token(&[]);
    assert!(report.seen("port").ends_with(", who needs a key of the user root"), "{}", report.seen("port"));
}

#[test]
fn not_installed() {
    let Some(report) = report("rm -r /opt/azcmagent /var/opt/azcmagent; doctor --json") else { return };
    report.assert_cause("agent", 3);
    assert!(report.remedy("agent").contains("azcmagent connect"));
    for id in ["service", "port", "key-directory", "key-access", "metadata", "handshake"] {
        assert_eq!(report.check(id)["outcome"], "skipped", "{id}");
    }
}

#[test]
fn not_installed_below_windows() {
    let kernel = "echo 5.15.153.1-microsoft-standard-WSL2 >/run/kernel; mount --bind /run/kernel /proc/sys/kernel/osrelease;";
    let script = format!("{kernel} rm -r /opt/azcmagent /var/opt/azcmagent; doctor --json");
    let Some(report) = report(&script) else { return };
    report.assert_cause("agent", 3);
    assert!(report.seen("agent").contains("this is WSL"), "{}", report.seen("agent"));
    assert!(report.remedy("agent").ends_with("\narcidentity emulator -- COMMAND"));
}

#[test]
fn uninstalled() {
    let Some(report) = report("rm -r /opt/azcmagent; doctor --json") else { return };
    report.assert_cause("agent", 3);
    assert!(report.seen("agent").contains("of one that was removed, or of an emulator"));
}

const STOPPED: &str = "install -d -o himds -g himds -m 770 /var/opt/azcmagent/tokens;";

#[test]
fn stopped() {
    let Some(report) = report(&format!("{STOPPED} as app himds /opt/arcidentity doctor --json")) else {
        return;
    };
    report.assert_cause("service", 3);
    assert!(report.remedy("service").starts_with("sudo systemctl enable --now himdsd"));
}

#[test]
fn masked() {
    let mask = "mkdir -p /etc/systemd/system; ln -s /dev/null /etc/systemd/system/himdsd.service;";
    let Some(report) = report(&format!("{STOPPED} {mask} doctor --json")) else { return };
    report.assert_cause("service", 3);
    assert!(report.seen("service").contains("masked"));
    assert!(report.remedy("service").starts_with("systemctl unmask himdsd"));
}

#[test]
fn a_process_that_only_bears_its_name_is_not_the_agent() {
    let fake = "cp /usr/bin/sleep /opt/himds; as app 1000 /opt/himds 60 &";
    let wait = "until grep -qs himds /proc/[0-9]*/comm; do sleep 0.05; done;";
    let Some(report) = report(&format!("{STOPPED} {fake} {wait} doctor --json")) else { return };
    report.assert_cause("service", 3);
}

#[test]
fn running_and_not_listening() {
    let deaf = "cp /usr/bin/sleep /opt/himds; setpriv --reuid himds --clear-groups /opt/himds 60 &";
    let wait = "until grep -qs himds /proc/[0-9]*/comm; do sleep 0.05; done;";
    let Some(report) = report(&format!("{STOPPED} {deaf} {wait} doctor --json")) else { return };
    report.assert_cause("port", 3);
    assert!(report.remedy("port").contains("systemctl restart himdsd"));
}

#[test]
fn in_another_network() {
    let other = "start_agent; nsenter --net=/run/network setpriv --reuid app --regid app --groups himds --";
    let Some(report) = report(&format!("{other} /opt/arcidentity doctor --json || true")) else { return };
    report.assert_cause("port", 3);
    assert!(
        report.seen("port").contains("in this process's network: himds (process "),
        "{}",
        report.seen("port")
    );
    assert!(!report.remedy("port").contains("himdsd"), "{}", report.remedy("port"));
}

#[test]
fn without_loopback() {
    let none = "start_agent; unshare --net /opt/arcidentity doctor --json || true";
    let Some(report) = report(none) else { return };
    report.assert_cause("port", 3);
    assert!(
        report.seen("port").ends_with("Network is unreachable (os error 101)"),
        "{}",
        report.seen("port")
    );
    assert!(report.remedy("port").starts_with("# let this process connect to 127.0.0.1:40342"));
}

#[test]
fn its_port_is_taken() {
    let thief = "setpriv --reuid other --regid other --clear-groups -- \
                 /opt/arcidentity emulator --port 40342 --key-directory /tmp/keys 2>/dev/null &";
    let wait = "until /opt/arcidentity metadata --no-verify-agent >/dev/null 2>&1; do sleep 0.05; done;";
    let script = format!("{STOPPED} install -d -o other /tmp/keys; {thief} {wait} doctor --json");
    let Some(report) = report(&script) else { return };
    report.assert_cause("port", 6);
    assert!(report.seen("port").contains("arcidentity (process "), "{}", report.seen("port"));
    assert!(report.seen("port").contains("user other"));
    assert!(report.remedy("port").contains("\nkill "));
}

#[test]
fn a_login_without_any_variable_has_a_token_all_the_same() {
    let Some(said) = on_a_machine("start_agent; env -i /opt/arcidentity doctor") else { return };
    assert!(said.starts_with("The agent gave a token for https://management.azure.com/\n"), "{said}");
    assert!(said.contains("are not set, and not needed"), "{said}");
}
