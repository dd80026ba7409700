//! Which files there are, and what is in them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use arcidentity_needs::{CARGO_C, CMAKE, MINGW, PKG_CONFIG, needs};
use arcidentity_tests::{UNOPTIMIZED, patiently, scratch, succeed, traces, workspace};

use super::installation::{Installation, build, build_in, empty, files, hollow_libraries, installed};

const SHARED: &str = concat!("libarcidentity.so.", env!("CARGO_PKG_VERSION"));
pub const SONAME: &str =
    concat!("libarcidentity.so.", env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));

/// The files of an installation. CMake and cargo-c look for a CMake package in different places.
fn expected(libdir: &str, cmake_package: &str) -> Vec<String> {
    let lib = |name: &str| format!("{libdir}/{name}");
    let mut expected = vec![
        lib("libarcidentity.a"),
        lib("libarcidentity.so"),
        lib(SONAME),
        lib(SHARED),
        lib("pkgconfig/arcidentity.pc"),
        format!("{cmake_package}/cmake/arcidentity/arcidentity-config-version.cmake"),
        format!("{cmake_package}/cmake/arcidentity/arcidentity-config.cmake"),
        format!("{cmake_package}/cmake/arcidentity/arcidentity-targets.cmake"),
        "share/man/man3/libarcidentity.3".to_owned(),
    ];
    expected.extend(files(&workspace().join("include")).iter().map(|header| format!("include/{header}")));
    // cargo-c has one layout.
    if cmake_package == libdir {
        expected.push(lib("cmake/arcidentity/arcidentity-places.cmake"));
    }
    expected.sort();
    expected
}

#[test]
fn it_has_headers_libraries_packages_and_the_manual() {
    needs!(CMAKE);
    let Installation { prefix, libdir } = installed();
    assert_eq!(files(prefix), expected("lib", "lib"));
    assert_eq!(fs::read_link(libdir.join("libarcidentity.so")).unwrap(), Path::new(SHARED));
    assert_eq!(fs::read_link(libdir.join(SONAME)).unwrap(), Path::new(SHARED));
    for file in files(prefix) {
        let mode = fs::metadata(prefix.join(&file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o666, 0o644, "{file}");
    }
}

#[test]
fn destdir_prefix_and_libdir_are_honoured_and_uninstall_leaves_nothing() {
    needs!(CMAKE);
    let staging = empty("staging");
    let places = ["-DCMAKE_INSTALL_PREFIX=/opt/arc", "-DCMAKE_INSTALL_LIBDIR=lib/triplet"];
    let build = build_in("other-layout", &places);
    succeed(Command::new("cmake").env("DESTDIR", &staging).arg("--install").arg(&build));
    assert_eq!(files(&staging.join("opt/arc")), expected("lib/triplet", "lib/triplet"));
    let package = fs::read_to_string(staging.join("opt/arc/lib/triplet/pkgconfig/arcidentity.pc")).unwrap();
    assert!(package.starts_with("prefix=/opt/arc\n"), "{package}");
    assert!(package.contains("\nlibdir=${prefix}/lib/triplet\n"), "{package}");

    let foreign = staging.join("opt/arc/include/other.h");
    fs::write(&foreign, "").unwrap();
    let mut uninstall = Command::new("cmake");
    uninstall.env("DESTDIR", &staging).arg("--build").arg(&build);
    succeed(uninstall.args(["--target", "uninstall"]));
    assert_eq!(files(&staging), ["opt/arc/include/other.h"]);
}

/// Such as its prefix, where a program may have more; and whatever characters are in its path.
#[test]
fn uninstall_leaves_what_others_have_in_a_directory_of_this_name() {
    needs!(CMAKE);
    let staging = empty("shared-staging");
    let own = "/opt/[1] jos\u{e9}/arcidentity";
    let places = ["PREFIX", "LIBDIR"].map(|place| format!("-DCMAKE_INSTALL_{place}={own}"));
    let build = build_in("shared", &places.each_ref().map(String::as_str));
    succeed(Command::new("cmake").env("DESTDIR", &staging).arg("--install").arg(&build));
    // What a path would be that began after the character.
    let others = ["arcidentity/libarcidentity.a", "opt/[1] jos\u{e9}/arcidentity/settings"];
    for file in others.map(|file| staging.join(file)) {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
    }
    let mut uninstall = Command::new("cmake");
    uninstall.env("DESTDIR", &staging).arg("--build").arg(&build);
    succeed(uninstall.args(["--target", "uninstall"]));
    assert_eq!(files(&staging), others);
    assert!(!staging.join(&own[1..]).join("include/arcidentity").exists());
}

#[test]
fn nothing_names_the_machine_that_built_it() {
    needs!(CMAKE);
    let traces = traces();
    let prefix = empty("unnamed");
    // Not at the same time: both make arcidentity.pc in the build directory.
    installed();
    // The prefix is in arcidentity.pc, as it should be: here one that is no place of this machine.
    succeed(Command::new("cmake").env("DESTDIR", &prefix).arg("--install").arg(build()));
    for file in files(&prefix) {
        let contents = fs::read(prefix.join(&file)).unwrap();
        // Searched as a text, which takes less time than to compare every part.
        let contents = String::from_utf8_lossy(&contents);
        for trace in &traces {
            assert!(!contents.contains(trace.as_str()), "{file}: {trace}");
        }
    }
}

#[test]
fn pkg_config_says_what_a_program_needs() {
    needs!(CMAKE, PKG_CONFIG);
    let here = installed();
    let (include, lib) = (here.prefix.join("include"), here.libdir.display());
    assert_eq!(here.pkg_config(&["--modversion"]), [env!("CARGO_PKG_VERSION")]);
    assert_eq!(here.pkg_config(&["--cflags"]), [format!("-I{}", include.display())]);
    assert_eq!(here.pkg_config(&["--libs"]), [format!("-L{lib}"), "-larcidentity".to_owned()]);
    let all = here.pkg_config(&["--static", "--libs"]);
    let system = ["-lutil", "-lrt", "-lpthread", "-lm", "-ldl"];
    assert_eq!(all[2..], system);
}

/// As a shell reads it, which puts it into the compiler's command.
#[test]
fn pkg_config_knows_paths_with_spaces() {
    needs!(CMAKE, PKG_CONFIG);
    let built = hollow_libraries("built-nothing");
    let prefix = empty("a b").join("c d");
    let lib = prefix.join("e f").display().to_string();
    for (name, relocatable) in [("spaces", "OFF"), ("spaces-relocatable", "ON")] {
        let arguments = [
            format!("-DCMAKE_INSTALL_PREFIX={}", prefix.display()),
            format!("-DCMAKE_INSTALL_LIBDIR={lib}"),
            format!("-DARCIDENTITY_PREBUILT={}", built.display()),
            format!("-DARCIDENTITY_RELOCATABLE={relocatable}"),
        ];
        let build = build_in(name, &arguments.each_ref().map(String::as_str));
        succeed(Command::new("cmake").arg("--install").arg(build));
        let mut shell = Command::new("sh");
        shell.env("PKG_CONFIG_LIBDIR", format!("{lib}/pkgconfig"));
        let ask =
            r#"eval "set -- $(pkg-config --cflags --libs arcidentity)"; realpath "${1#-I}"; echo "$2 $3 $#""#;
        let include = prefix.join("include");
        let expected = format!("{}\n-L{lib} -larcidentity 3\n", include.display());
        assert_eq!(succeed(shell.args(["-c", ask])), expected, "{relocatable}");
    }
}

/// Without that macro of the header, the functions would be looked for in a DLL.
#[test]
fn pkg_config_says_what_a_static_program_for_windows_needs() {
    needs!(CMAKE, MINGW, PKG_CONFIG);
    let built = empty("built-for-windows");
    fs::write(built.join("libarcidentity.a"), "").unwrap();
    fs::write(built.join("native-static-libs.txt"), "-lkernel32 -lws2_32").unwrap();
    let prefix = empty("usr-windows");
    let build = build_in(
        "windows",
        &[
            "-DCMAKE_SYSTEM_NAME=Windows",
            "-DCMAKE_C_COMPILER=x86_64-w64-mingw32-gcc-posix",
            "-DARCIDENTITY_SHARED=OFF",
            &format!("-DARCIDENTITY_PREBUILT={}", built.display()),
        ],
    );
    succeed(Command::new("cmake").arg("--install").arg(build).arg("--prefix").arg(&prefix));
    let here = Installation { libdir: prefix.join("lib"), prefix };
    let include = format!("-I{}", here.prefix.join("include").display());
    assert_eq!(here.pkg_config(&["--cflags"]), [include.as_str()]);
    assert_eq!(here.pkg_config(&["--static", "--cflags"]), [include.as_str(), "-DARC_STATIC"]);
}

/// The Makefile of a packager who has cargo-c uses that.
#[test]
fn cargo_c_installs_the_same_tree() {
    needs!(CMAKE, CARGO_C);
    let staging = empty("cargo-c");
    let mut install = patiently(env!("CARGO"));
    install.current_dir(workspace()).args([
        "cinstall",
        "--release",
        "--locked",
        "--package",
        "arcidentity-ffi",
    ]);
    install.args(["--prefix", "/usr/local", "--libdir", "/usr/local/lib", "--destdir"]).arg(&staging);
    install.arg("--target-dir").arg(scratch("installed").join("cargo-c-target"));
    succeed(install.envs(UNOPTIMIZED));

    let tree = staging.join("usr/local");
    let ours = &installed().prefix;
    assert_eq!(files(&tree), expected("lib", "share"));
    for file in files(&tree).iter().filter(|file| !file.starts_with("lib/")) {
        let same = ours.join(file.replace("share/cmake", "lib/cmake"));
        assert_eq!(fs::read(tree.join(file)).unwrap(), fs::read(same).unwrap(), "{file}");
    }
    let lines = |tree: &Path| {
        let package = fs::read_to_string(tree.join("lib/pkgconfig/arcidentity.pc")).unwrap();
        // cargo-c lists the system's libraries as rustc does.
        let its_own = ["prefix=", "Libs.private:"];
        let same = package.lines().filter(|line| !its_own.iter().any(|start| line.starts_with(start)));
        same.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(&tree), lines(ours));
    assert_eq!(dynamic_tags(&tree), dynamic_tags(ours));
}

/// The lines of the dynamic section that do not depend on addresses.
fn dynamic_tags(tree: &Path) -> Vec<String> {
    let mut readelf = Command::new("readelf");
    let dynamic =
        succeed(readelf.env("LC_ALL", "C").args(["--dynamic", "--wide"]).arg(tree.join("lib").join(SHARED)));
    let tags = ["(NEEDED)", "(SONAME)", "(FLAGS)", "(FLAGS_1)", "(RPATH)", "(RUNPATH)"];
    let lines = dynamic.lines().filter(|line| tags.iter().any(|tag| line.contains(tag)));
    lines.map(str::to_owned).collect()
}
