//! The packages for Debian's and Fedora's kin: what their judges say, and their life on a system.

use std::fs;
use std::process::Command;

use arcidentity_needs::{LINTIAN, NAMESPACES, RPM, RPMLINT, needs};
use arcidentity_tests::{run, scratch, succeed, workspace};

use super::artifacts::{Artifact, DEB_DEVELOPMENT, DEB_PROGRAM, DEB_RUNTIME};
use super::artifacts::{RPM_DEVELOPMENT, RPM_PROGRAM, RPM_RUNTIME, so_version};
use super::built::{next, release};

fn packages(packer: &str) -> Vec<&'static Artifact> {
    let artifacts = release().into_iter().flat_map(|release| &release.artifacts);
    artifacts.filter(|artifact| artifact.is_a(packer)).collect()
}

#[test]
fn lintian_warns_of_nothing() {
    needs!(LINTIAN);
    let packages = packages(".deb");
    let files = packages.iter().map(|package| &package.file);
    if packages.is_empty() {
        return;
    }
    let mut lintian = Command::new("lintian");
    lintian.args(["--fail-on", "error,warning", "--allow-root", "--tag-display-limit", "0"]);
    // It is for packages of Debian's own archive.
    lintian.args(["--suppress-tags", "initial-upload-closes-no-bugs"]).args(files);
    let output = run(&mut lintian);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn rpmlint_warns_of_nothing() {
    needs!(RPMLINT);
    let packages = packages(".rpm");
    let files = packages.iter().map(|package| &package.file);
    if packages.is_empty() {
        return;
    }
    let mut rpmlint = Command::new("rpmlint");
    rpmlint.arg("--config").arg(workspace().join("release/rpm/rpmlint.toml"));
    let said = succeed(rpmlint.args(files));
    assert!(said.contains(" 0 errors, 0 warnings"), "{said}");
}

#[test]
fn a_package_depends_on_what_its_users_have() {
    needs!(LINTIAN, RPM);
    let Some(release) = release() else { return };
    let (version, abi) = (&release.version, so_version(&release.version));
    let runtime = format!("libarcidentity{abi} (= {version}-1)");
    for (kind, expected) in [
        (DEB_RUNTIME, "libc6 (>= 2.17)"),
        (DEB_DEVELOPMENT, &format!("{runtime}, libc6-dev")),
        (DEB_PROGRAM, ""),
    ] {
        let mut field = Command::new("dpkg-deb");
        let depends = succeed(field.arg("--field").arg(&release.own(kind).file).arg("Depends"));
        assert_eq!(depends.trim(), expected, "{kind}");
    }
    for (kind, expected) in [
        (RPM_RUNTIME, "libc.so.6(GLIBC_2.14)(64bit)"),
        (RPM_DEVELOPMENT, &format!("libarcidentity(x86-64) = {version}-1")),
        (RPM_PROGRAM, ""),
    ] {
        let query = |question| {
            let mut rpm = Command::new("rpm");
            succeed(rpm.args(["--query", "--package", question]).arg(&release.own(kind).file))
        };
        let requires = query("--requires");
        let ours: Vec<&str> = requires.lines().filter(|line| !line.starts_with("rpmlib(")).collect();
        assert!(expected.is_empty() && ours.is_empty() || ours.contains(&expected), "{kind}: {requires}");
        assert_eq!(query("--scripts"), "", "{kind}");
    }
    let mut provides = Command::new("rpm");
    let provides =
        succeed(provides.args(["--query", "--package", "--provides"]).arg(&release.own(RPM_RUNTIME).file));
    assert!(provides.contains(&format!("libarcidentity.so.{abi}()(64bit)\n")), "{provides}");
}

/// What a script prints that installs and removes packages in a system of its own.
fn life(script: &str) {
    let (Some(today), Some(next)) = (release(), next()) else { return };
    let root = scratch("release").join(format!("{script}-root"));
    let _ = fs::remove_dir_all(&root);
    fs::create_dir(&root).unwrap();
    let directory = |kind| [today, next].map(|release| release.own(kind).file.parent().unwrap());
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-root-user", "sh"]).arg(workspace().join("tests/release").join(script));
    let printed = succeed(unshare.arg(&root).args(directory(DEB_PROGRAM)));
    for release in [today, next] {
        assert!(printed.contains(&format!("\narcidentity {}\n", release.version)), "{printed}");
    }
    assert!(printed.ends_with("nothing is left\n"), "{printed}");
}

#[test]
fn debs_install_are_followed_by_the_next_release_and_go_without_a_trace() {
    needs!(LINTIAN, NAMESPACES);
    life("deb.sh");
}

#[test]
fn rpms_install_are_followed_by_the_next_release_and_go_without_a_trace() {
    needs!(RPM, NAMESPACES);
    life("rpm.sh");
}
