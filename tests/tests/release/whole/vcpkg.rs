//! The port for vcpkg, with stand-ins for the functions that vcpkg gives to a port.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{CMAKE, PKG_CONFIG, needs};
use arcidentity_tests::{path_with_cargo, patiently, scratch, shared_library, shipping, succeed, workspace};
use serde_json::Value;

use crate::programs::{agent, command};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn port() -> PathBuf {
    workspace().join("release/vcpkg/arcidentity")
}

/// What vcpkg would install for this kind of library.
fn packages(linkage: &str) -> PathBuf {
    let directory = scratch("release/vcpkg").join(linkage);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(directory.join("buildtrees")).unwrap();
    // What it is made of is compiled then.
    shared_library();
    symlink(scratch("shipped"), directory.join("buildtrees/cargo")).unwrap();
    let mut build = patiently("cmake");
    build.arg(format!("-DPORT_DIRECTORY={}", port().display())).arg(format!("-DLINKAGE={linkage}"));
    build.arg(format!("-DWORKSPACE={}", workspace().display()));
    build.arg(format!("-DDIRECTORY={}", directory.display()));
    build.arg("-P").arg(workspace().join("tests/release/vcpkg.cmake"));
    succeed(build.env("PATH", path_with_cargo()).envs(shipping()));
    directory.join("packages")
}

/// The files and links below a directory, by their names in it.
fn files(directory: &Path) -> Vec<String> {
    let found = succeed(Command::new("find").arg(directory).args(["-not", "-type", "d", "-printf", "%P\n"]));
    let mut files: Vec<String> = found.lines().map(str::to_owned).collect();
    files.sort();
    files
}

fn expected(libraries: &[String]) -> Vec<String> {
    let headers = files(&workspace().join("include"));
    let mut expected: Vec<String> = headers.iter().map(|header| format!("include/{header}")).collect();
    for directory in ["lib", "debug/lib"] {
        expected.extend(libraries.iter().map(|library| format!("{directory}/{library}")));
        expected.push(format!("{directory}/pkgconfig/arcidentity.pc"));
    }
    let share = ["config-version", "config", "places", "targets"];
    expected.extend(share.map(|part| format!("share/arcidentity/arcidentity-{part}.cmake")));
    expected.extend(["copyright", "usage"].map(|file| format!("share/arcidentity/{file}")));
    expected.sort();
    expected
}

/// A project finds the package by CMake, and a program by pkg-config.
fn assert_serves(packages: &Path, shared: bool) {
    let build = packages.with_file_name("project");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(workspace().join("release/conan/test_package")).arg("-B").arg(&build);
    succeed(configure.arg(format!("-Darcidentity_DIR={}/share/arcidentity", packages.display())));
    succeed(Command::new("cmake").arg("--build").arg(&build));
    for program in ["token", "token-cpp"] {
        succeed(&mut Command::new(build.join(program)));
    }

    let asked = |question: &str| {
        let mut ask = Command::new("pkg-config");
        let answer = succeed(
            ask.args(["--static", question, "arcidentity"])
                .env("PKG_CONFIG_PATH", packages.join("lib/pkgconfig")),
        );
        answer.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let program = build.join("smoke");
    let mut compile = Command::new("cc");
    compile.args(["-std=c11", "-o"]).arg(&program).arg(workspace().join("tests/c/smoke.c"));
    succeed(compile.args(asked("--cflags")).args(asked("--libs")));
    let dynamic = succeed(Command::new("readelf").env("LC_ALL", "C").arg("--dynamic").arg(&program));
    assert_eq!(dynamic.contains("[libarcidentity.so."), shared, "{dynamic}");
    succeed(command(&program, &agent()).env("LD_LIBRARY_PATH", packages.join("lib")));
}

#[test]
fn each_kind_of_library_is_where_vcpkg_wants_it_and_serves_programs() {
    needs!(CMAKE, PKG_CONFIG);
    let soname = VERSION.rsplit_once('.').unwrap().0;
    let shared = [
        "libarcidentity.so".to_owned(),
        format!("libarcidentity.so.{soname}"),
        format!("libarcidentity.so.{VERSION}"),
    ];
    for (linkage, libraries) in [("dynamic", &shared[..]), ("static", &["libarcidentity.a".to_owned()])] {
        let packages = packages(linkage);
        assert_eq!(files(&packages), expected(libraries), "{linkage}");
        let empty = succeed(Command::new("find").arg(&packages).args(["-type", "d", "-empty"]));
        assert_eq!(empty, "", "{linkage}");
        let licences = fs::read_to_string(packages.join("share/arcidentity/copyright")).unwrap();
        for licence in ["LICENSE-MIT", "LICENSE-APACHE", "ffi/THIRD-PARTY.txt"] {
            assert!(licences.contains(&fs::read_to_string(workspace().join(licence)).unwrap()), "{licence}");
        }
        assert_serves(&packages, linkage == "dynamic");
    }
}

#[test]
fn the_manifest_is_that_of_this_version() {
    let manifest = fs::read_to_string(port().join("vcpkg.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    // What vcpkg demands of a port.
    assert_eq!(manifest["name"], "arcidentity");
    assert_eq!(manifest["version"], VERSION);
    assert_eq!(manifest["license"], "MIT OR Apache-2.0");
    for key in ["description", "homepage", "supports"] {
        assert!(manifest[key].is_string(), "{key}");
    }
    let known = ["name", "version", "description", "homepage", "license", "supports", "dependencies"];
    assert!(manifest.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())), "{manifest}");
    for dependency in manifest["dependencies"].as_array().unwrap() {
        assert_eq!(dependency["host"], true, "{dependency}");
    }
}
