//! Containers, by the marks that their tools leave.

use crate::diagnose::findings::system::System;

/// The kind of container that this process runs in.
pub(super) fn find(system: &System) -> Option<&'static str> {
    if system.variable("KUBERNETES_SERVICE_HOST").is_some()
        || system.exists("/var/run/secrets/kubernetes.io/serviceaccount")
    {
        return Some("Kubernetes");
    }
    if system.exists("/run/.containerenv") {
        return Some("Podman");
    }
    if system.exists("/.dockerenv") {
        return Some("Docker");
    }
    let marks = [
        system.variable("container").unwrap_or_default(),
        system.read("/run/systemd/container").unwrap_or_default(),
        system.read("/proc/1/cgroup").unwrap_or_default(),
    ];
    [
        ("docker", "Docker"),
        ("podman", "Podman"),
        ("libpod", "Podman"),
        ("kubepods", "Kubernetes"),
        ("lxc", "LXC"),
    ]
    .into_iter()
    .find(|(word, _)| marks.iter().any(|mark| mark.contains(word)))
    .map(|(_, kind)| kind)
}
