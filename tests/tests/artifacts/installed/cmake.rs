//! Projects that find the library with CMake, or have it as a part.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arcidentity_needs::{CMAKE, JANSSON, LIBCURL, NAMESPACES, PKG_CONFIG, needs};
use arcidentity_tests::{path_with_cargo, run, scratch, shipping, succeed, workspace};

use super::installation::{Installation, empty, files, installed};
use super::tree::SONAME;
use crate::programs::{agent, beside, command};
use crate::readme;

/// Configures a project.
pub fn configure(name: &str, source: &Path, arguments: &[String]) -> (PathBuf, Output) {
    let directory = empty(&format!("cmake-{name}"));
    let mut cmake = Command::new("cmake");
    cmake
        .arg("-S")
        .arg(source)
        .arg("-B")
        .arg(&directory)
        .args(arguments)
        .env("PATH", path_with_cargo())
        .envs(shipping());
    let output = run(&mut cmake);
    (directory, output)
}

fn build(name: &str, source: &str, arguments: &[String]) -> PathBuf {
    let (directory, output) = configure(name, &workspace().join(source), arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    succeed(Command::new("cmake").arg("--build").arg(&directory));
    directory
}

fn prefix_path() -> String {
    format!("-DCMAKE_PREFIX_PATH={}", installed().prefix.display())
}

#[test]
fn the_examples_build_from_the_package() {
    needs!(CMAKE, NAMESPACES, PKG_CONFIG, LIBCURL, JANSSON);
    let directory = build("examples", "ffi/examples", &[prefix_path()]);
    for program in ["token", "token-static", "token-cpp"] {
        let agent = agent();
        let printed = succeed(&mut beside(&agent, &command(directory.join(program), &agent)));
        assert!(printed.starts_with("Authorization: Bearer eyJ"), "{program}: {printed}");
    }
    // What they do when they are used as they should be, the tests of the examples tell.
    for program in ["daemon", "keyvault"] {
        let output = run(&mut Command::new(directory.join(program)));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&format!("usage: {program} ")), "{said}");
    }
}

#[test]
fn examples_that_lack_a_library_are_left_out_and_named() {
    needs!(CMAKE);
    let arguments = [prefix_path(), "-DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON".into()];
    let (directory, output) = configure("examples-alone", &workspace().join("ffi/examples"), &arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    for program in ["daemon", "keyvault"] {
        assert!(said.contains(&format!("{program} is not built: ")), "{said}");
    }
    succeed(Command::new("cmake").arg("--build").arg(&directory));
    assert!(directory.join("token").exists() && !directory.join("keyvault").exists());
}

/// One that is older than the C++ header wants is raised; with the C header a program keeps its own.
#[test]
fn the_cpp_target_brings_its_standard_and_no_other_does() {
    needs!(CMAKE);
    let source = empty("standard-source");
    let token = workspace().join("ffi/examples/token.cpp");
    let old = "#include <arcidentity.h>\nstatic_assert(__cplusplus < 201402L, \"\");\n";
    std::fs::write(source.join("old.cpp"), format!("{old}int main() {{ return *arc_version() == 0; }}\n"))
        .unwrap();
    let project = format!(
        "cmake_minimum_required(VERSION 3.16)\nproject(standard LANGUAGES CXX)\nset(CMAKE_CXX_STANDARD 11)\n\
         find_package(arcidentity CONFIG REQUIRED)\n\
         add_executable(token \"{}\")\ntarget_link_libraries(token PRIVATE arcidentity::cpp)\n\
         add_executable(old old.cpp)\ntarget_link_libraries(old PRIVATE arcidentity::arcidentity)\n",
        token.display()
    );
    std::fs::write(source.join("CMakeLists.txt"), project).unwrap();
    let (directory, output) = configure("standard", &source, &[prefix_path()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    succeed(Command::new("cmake").arg("--build").arg(&directory));
}

#[test]
fn a_project_may_have_the_library_as_a_part() {
    needs!(CMAKE, NAMESPACES);
    let page = readme::text("docs/c.md");
    let of_the_page = empty("cmake-page").join("fetch.cmake");
    std::fs::write(&of_the_page, readme::blocks(&page, "cmake")[0]).unwrap();
    for (name, how) in
        [("add_subdirectory", "add_subdirectory"), ("FetchContent", of_the_page.to_str().unwrap())]
    {
        let arguments = [format!("-DHOW={how}"), format!("-DLIBARCIDENTITY={}", workspace().display())];
        let directory = build(name, "tests/cmake", &arguments);
        for program in ["program", "program-static"] {
            let agent = agent();
            let printed = succeed(&mut beside(&agent, &command(directory.join(program), &agent)));
            assert!(printed.starts_with("Authorization: Bearer eyJ"), "{name}, {program}: {printed}");
        }
        // A part of another project installs nothing of its own.
        let prefix = empty("cmake-part");
        succeed(Command::new("cmake").arg("--install").arg(&directory).arg("--prefix").arg(&prefix));
        assert_eq!(files(&prefix), ["bin/program", "bin/program-static"]);
        // Unless it is told to: for another machine, the program comes with the library.
        let told = ["-DARCIDENTITY_INSTALL=ON", "-DCMAKE_INSTALL_LIBDIR=lib"];
        succeed(Command::new("cmake").args(told).arg(&directory));
        succeed(Command::new("cmake").arg("--install").arg(&directory).arg("--prefix").arg(&prefix));
        let agent = agent();
        let mut program = command(prefix.join("bin/program"), &agent);
        program.env("LD_LIBRARY_PATH", prefix.join("lib"));
        succeed(&mut beside(&agent, &program));
    }
}

/// What a project says about the package, or why it does not get it.
fn ask(name: &str, find: &str, questions: &str) -> Result<String, String> {
    let source = scratch("installed").join(format!("ask-{name}"));
    std::fs::create_dir_all(&source).unwrap();
    let project = format!(
        "cmake_minimum_required(VERSION 3.16)\nproject(ask LANGUAGES C)\n\
         find_package(arcidentity {find} CONFIG REQUIRED)\n{questions}"
    );
    std::fs::write(source.join("CMakeLists.txt"), project).unwrap();
    let (_, output) = configure(name, &source, &[prefix_path()]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(said) } else { Err(said) }
}

#[test]
fn the_package_says_what_a_program_needs() {
    needs!(CMAKE);
    let questions = "foreach(target IN ITEMS arcidentity static cpp)\n\
                     foreach(property IN ITEMS IMPORTED_LOCATION IMPORTED_SONAME\n\
                     INTERFACE_INCLUDE_DIRECTORIES INTERFACE_LINK_LIBRARIES INTERFACE_LINK_OPTIONS)\n\
                     get_target_property(value arcidentity::${target} ${property})\n\
                     message(NOTICE \"${target} ${property} ${value}\")\n\
                     endforeach()\nendforeach()\n\
                     message(NOTICE \"version ${arcidentity_VERSION}\")\n";
    let said = ask("properties", "", questions).unwrap();
    let Installation { prefix, libdir } = installed();
    let (include, lib) = (prefix.join("include"), libdir.display());
    let expected = format!(
        "arcidentity IMPORTED_LOCATION {lib}/libarcidentity.so\n\
         arcidentity IMPORTED_SONAME {SONAME}\n\
         arcidentity INTERFACE_INCLUDE_DIRECTORIES {include}\n\
         arcidentity INTERFACE_LINK_LIBRARIES value-NOTFOUND\n\
         arcidentity INTERFACE_LINK_OPTIONS value-NOTFOUND\n\
         static IMPORTED_LOCATION {lib}/libarcidentity.a\n\
         static IMPORTED_SONAME value-NOTFOUND\n\
         static INTERFACE_INCLUDE_DIRECTORIES {include}\n\
         static INTERFACE_LINK_LIBRARIES Threads::Threads;dl;m\n\
         static INTERFACE_LINK_OPTIONS -Wl,--eh-frame-hdr\n\
         cpp IMPORTED_LOCATION value-NOTFOUND\n\
         cpp IMPORTED_SONAME value-NOTFOUND\n\
         cpp INTERFACE_INCLUDE_DIRECTORIES value-NOTFOUND\n\
         cpp INTERFACE_LINK_LIBRARIES arcidentity::arcidentity\n\
         cpp INTERFACE_LINK_OPTIONS value-NOTFOUND\n\
         version {}\n",
        env!("CARGO_PKG_VERSION"),
        include = include.display()
    );
    assert_eq!(said, expected);
}

#[test]
fn the_package_knows_which_versions_it_can_stand_for() {
    needs!(CMAKE);
    let (major, minor) = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
    let own = format!("{major}.{minor}");
    let version = env!("CARGO_PKG_VERSION");
    let exact = format!("{version} EXACT");
    let ranges = [format!("{own}...<99"), format!("{own}...{version}"), "0...99".to_owned()];
    for version in ["", &own, version, &exact].into_iter().chain(ranges.iter().map(String::as_str)) {
        ask("accepted", version, "").unwrap_or_else(|said| panic!("{version}: {said}"));
    }
    // Before 1.0 another minor version is another ABI; afterwards another major one.
    let older = if major == "0" { "0.0" } else { "0.9" };
    let newer = [format!("{major}.{minor}.99"), format!("{major}.99"), "99".to_owned()];
    let ended = [format!("0...<{own}"), "0...0.0.1".to_owned()];
    for version in newer.into_iter().chain(ended).chain([older.to_owned()]) {
        let said = ask("refused", &version, "").unwrap_err();
        assert!(said.contains("compatible with requested version"), "{version}: {said}");
    }
}
