//! The packages for Debian.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{CMAKE, LINTIAN, needs};
use arcidentity_tests::{path_with_cargo, shipping, succeed, unpack, workspace};

use super::installation::{build_in, empty, files, hollow_libraries};
use super::isolated::isolated;

/// Makes the packages by the one command of the manual.
fn packages() -> Vec<PathBuf> {
    let mut workflow = Command::new("cmake");
    workflow.current_dir(workspace().join("ffi")).args(["--workflow", "--preset", "deb"]);
    let made = succeed(workflow.env("PATH", path_with_cargo()).envs(shipping()));
    let packages =
        made.lines().filter_map(|line| line.split("package: ").nth(1)?.strip_suffix(" generated."));
    packages.map(PathBuf::from).collect()
}

/// What its licences of the code of others say.
fn notices(package: &Path) -> String {
    let tree = empty("deb-notices");
    succeed(Command::new("dpkg-deb").arg("--extract").arg(package).arg(&tree));
    let mut names = fs::read_dir(tree.join("usr/share/doc")).unwrap();
    let documents = names.next().unwrap().unwrap().path();
    succeed(Command::new("gzip").arg("--decompress").arg("--stdout").arg(documents.join("THIRD-PARTY.gz")))
}

#[test]
fn the_packages_are_clean_install_work_and_go() {
    needs!(CMAKE, LINTIAN);
    let packages = packages();
    let names: Vec<_> =
        packages.iter().map(|package| package.file_name().unwrap().to_string_lossy()).collect();
    let soname =
        format!("libarcidentity{}.{}_", env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
    assert!(names.len() == 2 && names[0].starts_with("libarcidentity-dev_"), "{names:?}");
    assert!(names[1].starts_with(&soname), "{names:?}");
    let ours = fs::read_to_string(workspace().join("ffi/THIRD-PARTY.txt")).unwrap();
    assert!(packages.iter().all(|package| notices(package) == ours));
    succeed(Command::new("lintian").args(["--fail-on", "error"]).args(&packages));

    let script = workspace().join("tests/isolated/deb.sh");
    let Some(printed) = isolated(&script, &packages) else { return };
    assert!(printed.contains("\nAuthorization: Bearer eyJ"), "{printed}");
    assert!(printed.ends_with("nothing is left\n"), "{printed}");
}

/// CPack runs the same scripts for every kind of package.
#[test]
fn no_other_package_has_what_is_debians() {
    needs!(CMAKE);
    let built = hollow_libraries("built-for-tar");
    let arguments = ["-DCMAKE_INSTALL_PREFIX=/usr", &format!("-DARCIDENTITY_PREBUILT={}", built.display())];
    let build = build_in("tar", &arguments);
    let packages = empty("packages-tar");
    let mut pack = Command::new("cpack");
    pack.arg("--config").arg(build.join("CPackConfig.cmake")).args(["-G", "TGZ", "-B"]).arg(&packages);
    succeed(pack.current_dir(&build));
    let archive = files(&packages).into_iter().find(|file| file.ends_with(".tar.gz")).unwrap();
    unpack(&packages.join(archive), "tarfile", &packages);
    let mut trees = fs::read_dir(&packages).unwrap().map(|entry| entry.unwrap().path());
    let tree = trees.find(|path| path.join("usr").exists()).unwrap();
    assert_eq!(fs::read_dir(tree).unwrap().count(), 1, "only usr");
}
