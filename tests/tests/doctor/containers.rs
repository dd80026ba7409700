//! Containers without the host's network, its keys or its group.

use super::machine::report;

/// A container on a machine with an agent: no agent and no user himds of its own, and the host's network.
const CONTAINER: &str =
    "start_agent; touch /.dockerenv; mkdir /run/empty; rm -r /opt/azcmagent; sed -i /^himds:/d /etc/passwd;";

#[test]
fn without_the_network() {
    let Some(report) = report("rm -r /opt/azcmagent /var/opt/azcmagent; touch /.dockerenv; doctor --json")
    else {
        return;
    };
    report.assert_cause("port", 3);
    assert!(report.remedy("port").contains("docker run --network host"));
    assert!(report.remedy("port").ends_with("with an emulated agent:\narcidentity emulator -- COMMAND"));
}

#[test]
fn without_the_mount() {
    let hide = "mount -t tmpfs tmpfs /var/opt;";
    let script = format!("{CONTAINER} unshare --mount sh -c '{hide} /opt/arcidentity doctor --json || true'");
    let Some(report) = report(&script) else { return };
    report.assert_cause("key-directory", 6);
    assert!(report.remedy("key-directory").contains("--volume /var/opt/azcmagent/tokens:"));
}

#[test]
fn with_an_empty_directory_instead_of_the_mount() {
    let hide = "mount --bind /run/empty /var/opt/azcmagent/tokens;";
    let script = format!("{CONTAINER} unshare --mount sh -c '{hide} /opt/arcidentity doctor --json || true'");
    let Some(report) = report(&script) else { return };
    report.assert_cause("key-directory", 6);
    assert!(report.remedy("key-directory").contains("--volume /var/opt/azcmagent/tokens:"));
}

#[test]
fn without_the_group() {
    let Some(report) = report(&format!("{CONTAINER} as app app /opt/arcidentity doctor --json")) else {
        return;
    };
    report.assert_cause("key-access", 4);
    assert!(report.remedy("key-access").contains("--group-add \"990\""));
}

/// Nothing of that can be done inside.
#[test]
fn with_the_group_and_a_directory_that_lost_its_mode() {
    let close = "chmod 700 /var/opt/azcmagent/tokens;";
    let script = format!("{CONTAINER} {close} as app himds /opt/arcidentity doctor --json");
    let Some(report) = report(&script) else { return };
    report.assert_cause("key-access", 4);
    let remedy = report.remedy("key-access");
    assert!(
        remedy.starts_with("# on the container's host:\nsudo systemctl restart himdsd\nsudo "),
        "{remedy}"
    );
}

/// As on RHEL, where neither group nor root helps.
#[test]
fn with_a_label_of_selinux() {
    let label = |name| format!("echo system_u:system_r:{name}:s0:c1,c2 >/run/label;");
    let close = "chmod 700 /var/opt/azcmagent/tokens;";
    let confined = "sh -c 'mount --bind /run/label /proc/$$/attr/current; \
                    exec setpriv --reuid app --regid app --groups himds -- /opt/arcidentity doctor --json' || true";
    let on_selinux = |name| report(&format!("{CONTAINER} {close} {} {confined}", label(name)));
    let Some(report) = on_selinux("container_t") else { return };
    report.assert_cause("key-access", 4);
    assert!(report.seen("key-access").contains("SELinux most likely"), "{}", report.seen("key-access"));
    let remedy = report.remedy("key-access");
    assert!(remedy.starts_with("# start the container with --security-opt label=disable;"), "{remedy}");
    assert!(remedy.ends_with("\nsudo ausearch -m avc -ts recent"), "{remedy}");
    let report = on_selinux("spc_t").expect("the same machine");
    assert!(report.seen("key-access").contains("their mode was changed"), "{}", report.seen("key-access"));
}

/// The agent is restarted where it is, and so is a program stopped that the container does not see.
#[test]
fn its_port_is_taken() {
    let thief = "install -d -o other /tmp/keys; setpriv --reuid other --regid other --clear-groups -- \
                 /opt/arcidentity emulator --port 40342 --key-directory /tmp/keys 2>/dev/null & await_port;";
    let container = "touch /.dockerenv; rm -r /opt/azcmagent; install -d -o himds -g himds -m 770 /var/opt/azcmagent/tokens;";
    let restart = "# on the container's host:\nsudo systemctl restart himdsd";
    let Some(seen) = report(&format!("{thief} {container} doctor --json")) else { return };
    seen.assert_cause("port", 6);
    assert!(seen.remedy("port").starts_with("ss -tlnp"), "{}", seen.remedy("port"));
    assert!(seen.remedy("port").ends_with(&format!("\n{restart}")), "{}", seen.remedy("port"));

    let hide = "mount -t proc -o hidepid=2 proc /proc;";
    let hidden =
        report(&format!("{thief} {container} {hide} as app himds /opt/arcidentity doctor --json")).unwrap();
    hidden.assert_cause("port", 6);
    assert!(
        hidden.remedy("port").starts_with("# on the container's host:\nsudo ss -tlnp"),
        "{}",
        hidden.remedy("port")
    );
    assert!(hidden.remedy("port").ends_with("\nsudo systemctl restart himdsd"), "{}", hidden.remedy("port"));
}

#[test]
fn with_everything() {
    let Some(report) = report(&format!("{CONTAINER} as app himds /opt/arcidentity doctor --json")) else {
        return;
    };
    report.assert_token(&[]);
}
