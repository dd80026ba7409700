//! Machines laid out in a directory.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;

use tempfile::TempDir;

use super::*;

/// A process of the systemd service app.service.
const SERVICE: (&str, &str) = ("proc/self/cgroup", "0::/system.slice/app.service\n");

/// A machine with these files, and what is found on it.
fn find(files: &[(&str, &str)], environment: fn(&str) -> Option<std::ffi::OsString>) -> ThisProcess {
    let root = TempDir::new().unwrap();
    let login = [
        ("etc/passwd", "root:x:0:0::/:\napp:x:1000:1000::/:\n"),
        ("proc/self/status", "PPid:\t20\nUid:\t0\t1000\t0\t0\nGid:\t0\t1000\t0\t0\nGroups:\t4 990 \n"),
        ("proc/20/status", "PPid:\t10\n"),
        ("proc/20/comm", "bash\n"),
        ("proc/10/status", "PPid:\t1\n"),
        ("proc/10/comm", "sshd\n"),
    ];
    for (path, content) in login.iter().chain(files) {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let system = System { root: Some(root.path().to_owned()), environment };
    ThisProcess::with(Ids::from_files(&system), &system)
}

#[test]
fn the_effective_user_counts_and_the_groups_of_the_process() {
    let found = find(&[], |_| None);
    assert_eq!((found.uid, found.user.as_str(), found.is_known), (Some(1000), "app", true));
    assert_eq!(found.groups, [1000, 4, 990]);
    let stranger = find(&[("etc/passwd", "root:x:0:0::/:\n")], |_| None);
    assert_eq!((stranger.user.as_str(), stranger.is_known), ("uid 1000", false));
}

#[test]
fn how_a_process_was_started() {
    let bash = ("proc/10/comm", "bash\n");
    let launch = |files: &[(&str, &str)]| find(files, |_| None).launch;
    let in_group = |path: &str| launch(&[bash, ("proc/self/cgroup", path)]);
    assert_eq!(launch(&[]), Launch::Login);
    assert_eq!(launch(&[("proc/10/comm", "cron\n")]), Launch::Cron);
    assert_eq!(launch(&[bash]), Launch::Other);
    assert_eq!(in_group("0::/system.slice/app.service\n"), Launch::Service("app.service".into()));
    assert_eq!(
        in_group("1:name=systemd:/system.slice/a@b.service/x\n"),
        Launch::Service("a@b.service".into())
    );
    assert_eq!(in_group("0::/user.slice/user-1.slice/session-2.scope\n"), Launch::Login);
    let manager = "0::/user.slice/user-1.slice/user@1.service/app.slice/";
    assert_eq!(in_group(&format!("{manager}app.service\n")), Launch::UserService("app.service".into()));
    assert_eq!(in_group(&format!("{manager}terminal.scope\n")), Launch::Login);
    assert_eq!(in_group("0::/system.slice/$(reboot).service\n"), Launch::Other);
    // What cron starts may have a session.
    assert_eq!(
        launch(&[("proc/10/comm", "crond\n"), ("proc/self/cgroup", "0::/user.slice/session-2.scope\n")]),
        Launch::Cron
    );
}

/// A unit in which people start what they like is nobody's to disable.
#[test]
#[cfg(target_os = "linux")]
fn the_unit_of_another_process() {
    let root = TempDir::new().unwrap();
    fs::create_dir_all(root.path().join("proc/7")).unwrap();
    let system = System { root: Some(root.path().to_owned()), environment: |_| None };
    assert_eq!(unit_of(&system, 7), None);
    for (path, unit) in [
        ("/system.slice/other.service", Some("other.service")),
        ("/system.slice/ssh.service", None),
        ("/system.slice/sshd@1.service", None),
        ("/system.slice/cron.service", None),
        ("/user.slice/user-1.slice/user@1.service/app.slice/other.service", None),
        ("/user.slice/user-1.slice/session-2.scope", None),
        ("/system.slice/docker-1.scope", None),
    ] {
        fs::write(root.path().join("proc/7/cgroup"), format!("0::{path}\n")).unwrap();
        assert_eq!(unit_of(&system, 7).as_deref(), unit, "{path}");
    }
}

#[test]
fn a_ring_of_parents_ends() {
    assert_eq!(
        find(&[("proc/10/comm", "a\n"), ("proc/10/status", "PPid:\t20\n")], |_| None).launch,
        Launch::Other
    );
}

#[test]
fn containers() {
    let kind = |files: &[(&str, &str)]| find(files, |_| None).container;
    assert_eq!(kind(&[]), None);
    assert_eq!(kind(&[(".dockerenv", "")]), Some("Docker"));
    assert_eq!(kind(&[("run/.containerenv", "")]), Some("Podman"));
    assert_eq!(kind(&[("proc/1/cgroup", "1:cpu:/docker/abc\n")]), Some("Docker"));
    assert_eq!(kind(&[("run/systemd/container", "lxc")]), Some("LXC"));
    assert_eq!(find(&[], |name| (name == "container").then(|| "podman".into())).container, Some("Podman"));
    assert_eq!(
        find(&[(".dockerenv", "")], |name| (name == "KUBERNETES_SERVICE_HOST").then(|| "x".into())).container,
        Some("Kubernetes")
    );
}

#[test]
fn remedies_follow_the_launch_and_the_distribution() {
    let remedy = |files: &[(&str, &str)]| find(files, |_| None).join("himds");
    let bash = ("proc/10/comm", "bash\n");
    assert_eq!(remedy(&[])[0], "sudo usermod -aG himds app");
    assert_eq!(remedy(&[]).last().unwrap(), "newgrp himds");
    let alpine = ("etc/os-release", "ID=alpine\nPRETTY_NAME=\"Alpine Linux\"\n");
    assert_eq!(remedy(&[alpine])[0], "sudo addgroup app himds");
    assert!(remedy(&[("proc/10/comm", "cron\n")])[1].contains("next run"));
    let of_a_directory_service = remedy(&[("etc/passwd", "root:x:0:0::/:\n")]);
    assert!(of_a_directory_service.contains(&"sudo gpasswd -a \"$(id -un 1000)\" himds".to_owned()));
    assert_eq!(of_a_directory_service.last().unwrap(), "newgrp himds");
    let service = remedy(&[bash, SERVICE]);
    assert!(service[1].contains("SupplementaryGroups=himds"), "{service:?}");
    assert_eq!(service.last().unwrap(), "sudo systemctl restart app.service");
    let network = find(&[bash, SERVICE], |_| None).leave_network();
    assert!(network[2].contains("[Service]\\nPrivateNetwork=no\\nNetworkNamespacePath=\\n'"), "{network:?}");
    assert!(find(&[], |_| None).leave_network()[0].contains("the machine's network"));
    let keys = find(&[bash, SERVICE], |_| None).show_keys();
    assert!(keys[2].contains("[Service]\\nBindReadOnlyPaths=-/var/opt/azcmagent/tokens\\n'"), "{keys:?}");
    assert!(find(&[], |_| None).show_keys().is_empty());
    let hidden = |files: &[(&str, &str)]| find(files, |_| None).see_hidden_paths().concat();
    assert!(hidden(&[bash, SERVICE]).ends_with("systemctl show --property=InaccessiblePaths app.service"));
    assert_eq!(hidden(&[]), "");
    let root = ("proc/self/status", "PPid:\t20\nUid:\t0\t0\t0\t0\n");
    assert!(find(&[root], |_| None).is_root());
    assert_eq!(find(&[root], |_| None).commands(&["sudo x | sudo y"]), ["x | y"]);
    assert_eq!(find(&[("etc/os-release", "ID=\"rhel\"")], |_| None).distribution, Distribution::RedHat);
    assert_eq!(
        find(&[("etc/os-release", "ID=ubuntu\nID_LIKE=debian")], |_| None).distribution,
        Distribution::Other
    );
}

/// As of rootless Podman, whose containers have numbers of their own.
#[test]
fn in_a_user_namespace_a_group_is_kept_and_not_given() {
    const MAPS: &str = "         0       1000          1\n         1     100000      65536\n";
    let (podman, docker) = (("run/.containerenv", ""), (".dockerenv", ""));
    let keys = std::path::Path::new("/k");
    let with = |container, maps| find(&[container, ("proc/self/gid_map", maps)], |_| None);
    let kept = with(podman, MAPS).keep_groups(keys).join("\n");
    assert!(
        kept.contains("\nsudo usermod -aG himds \"$USER\"\n")
            && kept.ends_with(" --group-add keep-groups IMAGE"),
        "{kept}"
    );
    assert!(with(podman, MAPS).share_host(keys, Some(990))[1].ends_with(" --group-add keep-groups IMAGE"));
    // Root's own, and where nobody tells.
    for maps in ["         0          0 4294967295\n", ""] {
        assert!(
            with(podman, maps).share_host(keys, Some(990))[1].ends_with(" --group-add \"990\" IMAGE"),
            "{maps}"
        );
    }
    let shared = with(docker, MAPS).keep_groups(keys).join("\n");
    assert!(shared.contains("--userns host") && shared.contains("getent group himds"), "{shared}");
    let alone = |cgroup| {
        find(&[("proc/10/comm", "bash\n"), ("proc/self/cgroup", cgroup)], |_| None).keep_groups(keys)
    };
    assert!(alone("0::/system.slice/app.service\n")[1].contains("SupplementaryGroups=himds"));
    assert!(alone("").concat().contains("in the group himds"));
}

/// A setting is given where this kind of process takes it from; what a shell would run is not given to paste.
#[test]
#[cfg(not(windows))]
fn variables_are_set_where_the_process_has_them_from() {
    let set = |files: &[(&str, &str)], list| find(files, |_| None).set(&["A", "a"], list).join("\n");
    let (bash, cron) = (("proc/10/comm", "bash\n"), ("proc/10/comm", "cron\n"));
    assert_eq!(set(&[], "x,*.y"), "export A='x,*.y' a='x,*.y'");
    let drop_in = set(&[bash, SERVICE], "x");
    assert!(drop_in.contains("printf '[Service]\\nEnvironment=A=x a=x\\n' | sudo tee"), "{drop_in}");
    // Not in the place of the group that another check adds.
    assert!(drop_in.contains("/etc/systemd/system/app.service.d/arcidentity-proxy.conf"), "{drop_in}");
    assert_eq!(set(&[cron], "x"), "# put A='x' a='x' before the command in:\ncrontab -e");
    assert_eq!(set(&[(".dockerenv", "")], "x"), "# start the container with the environment A=x a=x");
    for list in ["$(reboot)", "x'y", "x y", "%n"] {
        assert_eq!(set(&[bash, SERVICE], list), format!("# set A and a to {list}"));
    }
}
