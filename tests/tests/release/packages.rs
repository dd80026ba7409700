//! The packages for Debian and Ubuntu, and for Fedora, RHEL and SUSE: what lintian and rpmlint say, and how they are installed,
//! updated and removed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{LINTIAN, NAMESPACES, RPM, RPMLINT, needs};
use arcidentity_tests::{run, scratch, succeed, workspace};

use super::artifacts::{Artifact, DEB_DEVELOPMENT, DEB_PROGRAM, DEB_RUNTIME};
use super::artifacts::{RPM_DEVELOPMENT, RPM_PROGRAM, RPM_RUNTIME, X86_64, so_version};
use super::built::{next, release, release_for};

fn packages(packer: &str) -> Option<Vec<&'static Path>> {
    let packages = release()?.artifacts.iter().filter(|artifact| artifact.is_a(packer));
    Some(packages.map(|package| package.file.as_path()).collect())
}

#[test]
fn lintian_warns_of_nothing() {
    needs!(LINTIAN);
    let Some(packages) = packages(".deb") else { return };
    let mut lintian = Command::new("lintian");
    lintian.args(["--fail-on", "error,warning", "--allow-root", "--tag-display-limit", "0"]);
    // It is for packages of Debian's own archive.
    lintian.args(["--suppress-tags", "initial-upload-closes-no-bugs"]).args(packages);
    let output = run(&mut lintian);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn rpmlint_warns_of_nothing() {
    needs!(RPMLINT);
    let Some(packages) = packages(".rpm") else { return };
    let mut rpmlint = Command::new("rpmlint");
    rpmlint.arg("--config").arg(workspace().join("release/rpm/rpmlint.toml"));
    let said = succeed(rpmlint.args(packages));
    assert!(said.contains(" 0 errors, 0 warnings"), "{said}");
}

#[test]
fn a_package_depends_on_what_its_users_have() {
    needs!(LINTIAN);
    let Some(release) = release() else { return };
    let (version, abi) = (&release.version, so_version(&release.version));
    let runtime = format!("libarcidentity{abi} (= {version}-1)");
    for machine in release.machines() {
        for (kind, expected) in [
            (DEB_RUNTIME, "libc6 (>= 2.17)"),
            (DEB_DEVELOPMENT, &format!("{runtime}, libc6-dev")),
            (DEB_PROGRAM, ""),
        ] {
            let mut field = Command::new("dpkg-deb");
            let depends = succeed(field.arg("--field").arg(&release.find(kind, machine).file).arg("Depends"));
            assert_eq!(depends.trim(), expected, "{kind}");
        }
    }
}

/// The files of a package that it has for every processor in the same place.
fn shared_files(package: &Artifact) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = package.files().into_iter().map(|file| {
        let name = file.strip_prefix(&package.tree).unwrap().to_owned();
        (name, fs::read(file).unwrap())
    });
    files.filter(|(name, _)| !name.starts_with("usr/lib")).collect()
}

/// As whoever compiles for another processor installs it. Dpkg wants what both packages have to be the same.
#[test]
fn the_library_for_debian_can_be_there_for_several_processors() {
    needs!(LINTIAN);
    let Some(release) = release() else { return };
    for kind in [DEB_RUNTIME, DEB_DEVELOPMENT] {
        let packages: Vec<_> =
            release.machines().iter().map(|machine| release.find(kind, *machine)).collect();
        for package in &packages {
            let mut field = Command::new("dpkg-deb");
            let said = succeed(field.arg("--field").arg(&package.file).arg("Multi-Arch"));
            assert_eq!(said.trim(), "same", "{kind}");
            assert!(shared_files(package) == shared_files(packages[0]), "{kind}");
        }
    }
}

/// What rpm answers about a package, but what each package of this kind of archive says.
fn rpm(question: &str, package: &Artifact) -> Vec<String> {
    let mut rpm = Command::new("rpm");
    let answer = succeed(rpm.args(["--query", "--package", question]).arg(&package.file));
    answer.lines().filter(|line| !line.starts_with("rpmlib(")).map(str::to_owned).collect()
}

/// Whether it is a part of glibc that the oldest system has.
fn is_of_the_oldest_glibc(dependency: &str) -> bool {
    let Some(rest) = dependency.strip_suffix("(64bit)") else { return false };
    let Some((library, version)) = rest.split_once('(') else { return false };
    let minor = version.trim_end_matches(')').strip_prefix("GLIBC_2.").map(|rest| rest.split('.').next());
    ["libc.so.6", "libdl.so.2", "libpthread.so.0", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"]
        .contains(&library)
        && (version == ")" || minor.is_some_and(|minor| minor.unwrap().parse::<u32>().unwrap() <= 17))
}

#[test]
fn an_rpm_asks_for_and_gives_what_its_users_have() {
    needs!(RPM);
    assert!(is_of_the_oldest_glibc("libc.so.6(GLIBC_2.3.4)(64bit)"));
    for strange in
        ["libc.so.6(GLIBC_2.18)(64bit)", "libssl.so.3()(64bit)", "libc.so.6(GLIBC_PRIVATE)(64bit)", "glibc"]
    {
        assert!(!is_of_the_oldest_glibc(strange), "{strange}");
    }
    let Some(release) = release() else { return };
    let (version, abi) = (&release.version, so_version(&release.version));
    for machine in release.machines() {
        let isa = machine.name.replace('_', "-").replace("aarch64", "aarch-64");
        let [runtime, development, program] =
            [RPM_RUNTIME, RPM_DEVELOPMENT, RPM_PROGRAM].map(|kind| release.find(kind, machine));
        let requires = rpm("--requires", runtime);
        let strange: Vec<_> = requires.iter().filter(|it| !is_of_the_oldest_glibc(it)).collect();
        assert!(!requires.is_empty() && strange.is_empty(), "{requires:?}");
        let provides = rpm("--provides", runtime);
        assert!(provides.contains(&format!("libarcidentity.so.{abi}()(64bit)")), "{provides:?}");
        assert_eq!(rpm("--requires", development), [format!("libarcidentity({isa}) = {version}-1")]);
        let itself = [
            format!("cmake(arcidentity) = {version}"),
            format!("libarcidentity-devel = {version}-1"),
            format!("libarcidentity-devel({isa}) = {version}-1"),
            format!("pkgconfig(arcidentity) = {version}"),
        ];
        assert_eq!(rpm("--provides", development), itself);
        assert_eq!(rpm("--requires", program), Vec::<String>::new());
        for package in [runtime, development, program] {
            assert_eq!(rpm("--scripts", package), Vec::<String>::new(), "{}", package.name());
        }
    }
}

/// Neither today's packages nor the next ones, whose builder has macros of his own.
#[test]
fn no_rpm_names_a_person() {
    needs!(RPM);
    let (Some(today), Some(next)) = (release(), next()) else { return };
    let rpms = today.artifacts.iter().chain(&next.artifacts).filter(|artifact| artifact.is_a(".rpm"));
    for package in rpms {
        let tags = rpm("--queryformat=%{PACKAGER} %{VENDOR}\n", package);
        assert_eq!(tags, ["(none) (none)"], "{}", package.name());
    }
}

#[test]
fn a_package_says_where_its_sources_are() {
    needs!(LINTIAN, RPM);
    let (Some(debs), Some(rpms)) = (packages(".deb"), packages(".rpm")) else { return };
    for package in debs {
        let homepage = succeed(Command::new("dpkg-deb").arg("--field").arg(package).arg("Homepage"));
        assert_eq!(homepage.trim(), env!("CARGO_PKG_REPOSITORY"), "{}", package.display());
    }
    for package in rpms {
        let mut query = Command::new("rpm");
        let url = succeed(query.args(["--query", "--package", "--queryformat", "%{URL}"]).arg(package));
        assert_eq!(url, env!("CARGO_PKG_REPOSITORY"), "{}", package.display());
    }
}

/// What a script prints that installs and removes packages in a system of its own.
fn life(script: &str) {
    let (Some(today), Some(next)) = (release_for(X86_64), next()) else { return };
    let root = scratch("release").join(format!("{script}-root"));
    let _ = fs::remove_dir_all(&root);
    fs::create_dir(&root).unwrap();
    let directory = |kind| [today, next].map(|release| release.own(kind).file.parent().unwrap());
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-root-user", "sh"]).arg(workspace().join("tests/release").join(script));
    let printed = succeed(unshare.arg(&root).args(directory(DEB_PROGRAM)));
    for release in [today, next] {
        let version = format!("arcidentity {}", release.version);
        assert!(printed.lines().any(|line| line == version), "{printed}");
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
