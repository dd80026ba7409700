//! The CMake package of installations that are moved, split up or damaged.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{CMAKE, MINGW, needs};
use arcidentity_tests::{succeed, workspace};

use super::cmake::configure;
use super::installation::{build_in, empty, installed};
use crate::programs::{agent, command};

const PACKAGE: &str = "lib/cmake/arcidentity";

/// A directory with a project in it that looks for the package of several installations.
struct Project {
    directory: PathBuf,
    cases: Vec<&'static str>,
}

impl Project {
    fn new(name: &str) -> Project {
        Project { directory: empty(&format!("places-{name}")), cases: Vec::new() }
    }

    /// A copy of the installation, to be changed.
    fn copy(&self, name: &str) -> PathBuf {
        let copy = self.directory.join(name);
        succeed(Command::new("cp").arg("-a").arg(&installed().prefix).arg(&copy));
        copy
    }

    /// Looks for the package in this directory, with these settings and arguments of `find_package`.
    fn look(&mut self, name: &'static str, package: &Path, settings: &str, arguments: &str) {
        let case = self.directory.join("source").join(name);
        fs::create_dir_all(&case).unwrap();
        let project = format!(
            "set(arcidentity_DIR \"{}\")\n{settings}\nfind_package(arcidentity QUIET CONFIG {arguments})\n{ASK}",
            package.display()
        );
        fs::write(case.join("CMakeLists.txt"), project).unwrap();
        self.cases.push(name);
    }

    /// What each search finds, as lines that begin with its name.
    fn answers(&self) -> (PathBuf, String) {
        let mut project = "cmake_minimum_required(VERSION 3.16)\nproject(places LANGUAGES C)\n".to_owned();
        project += &format!("set(PROGRAM \"{}\")\n", workspace().join("tests/c/smoke.c").display());
        project.extend(self.cases.iter().map(|name| format!("add_subdirectory({name})\n")));
        let source = self.directory.join("source");
        fs::write(source.join("CMakeLists.txt"), project).unwrap();
        let name = self.directory.file_name().unwrap().to_str().unwrap();
        let (build, output) = configure(name, &source, &[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        (build, said)
    }
}

/// A program for each target that there is, or what is missing.
const ASK: &str = r#"
get_filename_component(case "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
foreach(target IN ITEMS arcidentity static)
    if(TARGET arcidentity::${target})
        get_target_property(type arcidentity::${target} TYPE)
        get_target_property(location arcidentity::${target} IMPORTED_LOCATION)
        message(NOTICE "${case}: ${target} is ${type} ${location}")
        add_executable(${case}-${target} ${PROGRAM})
        target_link_libraries(${case}-${target} PRIVATE arcidentity::${target})
    endif()
endforeach()
if(NOT arcidentity_FOUND)
    message(NOTICE "${case}: not found: ${arcidentity_NOT_FOUND_MESSAGE}")
endif()
"#;

/// What a search says that finds both libraries here.
fn both(name: &str, libdir: &Path) -> String {
    let libdir = libdir.display();
    format!(
        "{name}: arcidentity is SHARED_LIBRARY {libdir}/libarcidentity.so\n\
         {name}: static is STATIC_LIBRARY {libdir}/libarcidentity.a\n"
    )
}

/// The sentence about a file that is in none of these directories.
fn lacks(file: &str, directories: &[&Path], variable: &str) -> String {
    let seen: Vec<_> = directories.iter().map(|directory| directory.display().to_string()).collect();
    let seen = seen.join(" or ");
    format!("There is no {file} in {seen}. Set arcidentity_{variable} to the directory that has it.\n")
}

#[test]
fn a_tree_that_is_moved_is_found_where_it_is() {
    needs!(CMAKE);
    let mut project = Project::new("moved");
    let moved = project.copy("moved");
    project.look("moved", &moved.join(PACKAGE), "", "");

    // A farm of links to files, as Stow and Nix make them.
    let farm = project.directory.join("farm");
    fs::create_dir(&farm).unwrap();
    for file in fs::read_dir(moved.join(PACKAGE)).unwrap().map(Result::unwrap) {
        symlink(file.path(), farm.join(file.file_name())).unwrap();
    }
    project.look("linked", &farm, "", "");

    // As cargo-c installs it, which does not say where.
    let cargo_c = project.copy("cargo-c");
    fs::create_dir(cargo_c.join("share/cmake")).unwrap();
    fs::rename(cargo_c.join(PACKAGE), cargo_c.join("share/cmake/arcidentity")).unwrap();
    fs::remove_file(cargo_c.join("share/cmake/arcidentity/arcidentity-places.cmake")).unwrap();
    project.look("cargo-c", &cargo_c.join("share/cmake/arcidentity"), "", "");

    let (_, said) = project.answers();
    let found = ["moved", "linked"].map(|name| both(name, &moved.join("lib")));
    assert_eq!(said, found.concat() + &both("cargo-c", &cargo_c.join("lib")));
}

/// Distributions give directories that are no part of the prefix, and move the package afterwards.
#[test]
fn parts_that_were_installed_apart_are_found_and_work() {
    needs!(CMAKE);
    let mut project = Project::new("apart");
    let place = |name: &str| project.directory.join(name);
    let (lib, include, staging) = (place("out/lib"), place("dev/include"), place("staging"));
    let directory = |variable: &str, path: &Path| format!("-DCMAKE_INSTALL_{variable}={}", path.display());
    let arguments =
        [directory("PREFIX", &place("out")), directory("LIBDIR", &lib), directory("INCLUDEDIR", &include)];
    let build = build_in("apart", &arguments.each_ref().map(String::as_str));
    let install = |staging: &Path| {
        succeed(Command::new("cmake").env("DESTDIR", staging).arg("--install").arg(&build));
    };
    install(Path::new(""));
    install(&staging);

    let staged = |path: &Path| staging.join(path.strip_prefix("/").unwrap());
    project.look("staged", &staged(&lib).join("cmake/arcidentity"), "", "");
    let package = project.directory.join("dev/share/lib/cmake/arcidentity");
    fs::create_dir_all(package.parent().unwrap()).unwrap();
    fs::rename(lib.join("cmake/arcidentity"), &package).unwrap();
    project.look("apart", &package, "", "REQUIRED COMPONENTS shared static");

    let (build, said) = project.answers();
    // A staged tree is not mistaken for the one that it will replace.
    assert_eq!(said, both("staged", &staged(&lib)) + &both("apart", &lib));
    succeed(Command::new("cmake").arg("--build").arg(&build));
    for program in ["staged/staged-arcidentity", "staged/staged-static", "apart/apart-arcidentity"] {
        succeed(&mut command(build.join(program), &agent()));
    }
}

#[test]
fn parts_that_were_moved_apart_are_named_and_can_be_told() {
    needs!(CMAKE);
    let mut project = Project::new("strewn");
    let strewn = project.copy("strewn");
    let (include, lib) = (strewn.join("headers"), strewn.join("libraries"));
    fs::rename(strewn.join("include"), &include).unwrap();
    let package = strewn.join("package");
    fs::rename(strewn.join(PACKAGE), &package).unwrap();
    fs::rename(strewn.join("lib"), &lib).unwrap();
    project.look("untold", &package, "", "");
    let told = format!(
        "set(arcidentity_INCLUDE_DIR \"{}\")\nset(arcidentity_LIBRARY_DIR \"{}\")",
        include.display(),
        lib.display()
    );
    project.look("told", &package, &told, "");

    let (build, said) = project.answers();
    // As seen from where the package is now.
    let above = strewn.ancestors().nth(1).unwrap();
    let expected = [
        "untold: not found: ",
        &lacks("arcidentity.h", &[&above.parent().unwrap().join("include")], "INCLUDE_DIR"),
        &lacks("libarcidentity.so", &[above], "LIBRARY_DIR"),
        &lacks("libarcidentity.a", &[above], "LIBRARY_DIR"),
        &both("told", &lib),
    ];
    assert_eq!(said, expected.concat());
    succeed(Command::new("cmake").arg("--build").arg(&build));
    succeed(&mut command(build.join("told/told-arcidentity"), &agent()));
}

#[test]
fn a_damaged_installation_is_not_found_and_says_what_it_lacks() {
    needs!(CMAKE);
    let mut project = Project::new("damaged");
    let headless = project.copy("headless");
    fs::remove_file(headless.join("include/arcidentity.h")).unwrap();
    project.look("headless", &headless.join(PACKAGE), "", "");

    let empty = project.copy("empty");
    for library in ["libarcidentity.so", "libarcidentity.a"] {
        fs::remove_file(empty.join("lib").join(library)).unwrap();
    }
    project.look("empty", &empty.join(PACKAGE), "", "COMPONENTS static");

    let (_, said) = project.answers();
    let (include, lib) = (headless.join("include"), empty.join("lib"));
    let expected = [
        "headless: not found: ",
        &lacks("arcidentity.h", &[&include], "INCLUDE_DIR"),
        "empty: not found: ",
        &lacks("libarcidentity.so", &[&lib], "LIBRARY_DIR"),
        &lacks("libarcidentity.a", &[&lib], "LIBRARY_DIR"),
    ];
    assert_eq!(said, expected.concat());
}

/// There the file that a program is linked with is not the one that it loads.
#[test]
fn a_tree_for_windows_has_import_libraries() {
    needs!(CMAKE, MINGW);
    let tree = empty("places-windows");
    let package = tree.join(PACKAGE);
    succeed(Command::new("cp").arg("-a").arg(installed().prefix.join(".")).arg(&tree));
    fs::create_dir(tree.join("bin")).unwrap();
    for file in ["lib/libarcidentity.dll.a", "bin/arcidentity.dll"] {
        fs::write(tree.join(file), "").unwrap();
    }
    let project = format!(
        "cmake_minimum_required(VERSION 3.16)\nproject(windows LANGUAGES C)\n\
         set(arcidentity_DIR \"{}\")\nfind_package(arcidentity CONFIG REQUIRED)\n\
         foreach(property IN ITEMS IMPORTED_LOCATION IMPORTED_IMPLIB)\n\
         get_target_property(value arcidentity::arcidentity ${{property}})\n\
         message(NOTICE \"${{property}} ${{value}}\")\nendforeach()\n",
        package.display()
    );
    fs::write(tree.join("CMakeLists.txt"), project).unwrap();
    let windows = ["-DCMAKE_SYSTEM_NAME=Windows", "-DCMAKE_C_COMPILER=x86_64-w64-mingw32-gcc-posix"];
    let (_, output) = configure("places-for-windows", &tree, &windows.map(str::to_owned));
    let tree = tree.display();
    let expected = format!(
        "IMPORTED_LOCATION {tree}/bin/arcidentity.dll\nIMPORTED_IMPLIB {tree}/lib/libarcidentity.dll.a\n"
    );
    assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
}

/// As `-larcidentity`, which takes the static library where there is no other.
#[test]
fn one_library_is_enough_unless_the_other_is_demanded() {
    needs!(CMAKE);
    let mut project = Project::new("one");
    let (archive, object) = (project.copy("static"), project.copy("shared"));
    fs::remove_file(archive.join("lib/libarcidentity.so")).unwrap();
    fs::remove_file(object.join("lib/libarcidentity.a")).unwrap();
    project.look("archive", &archive.join(PACKAGE), "", "REQUIRED COMPONENTS static");
    project.look("object", &object.join(PACKAGE), "", "REQUIRED OPTIONAL_COMPONENTS static cpp");
    project.look("no-shared", &archive.join(PACKAGE), "", "COMPONENTS shared");
    project.look("no-static", &object.join(PACKAGE), "", "COMPONENTS static");
    project.look("no-such", &object.join(PACKAGE), "", "COMPONENTS cpp");

    let (build, said) = project.answers();
    let expected = [
        "archive: arcidentity is INTERFACE_LIBRARY location-NOTFOUND\n",
        &format!("archive: static is STATIC_LIBRARY {}/lib/libarcidentity.a\n", archive.display()),
        &format!("object: arcidentity is SHARED_LIBRARY {}/lib/libarcidentity.so\n", object.display()),
        "no-shared: not found: ",
        &lacks("libarcidentity.so", &[&archive.join("lib")], "LIBRARY_DIR"),
        "no-static: not found: ",
        &lacks("libarcidentity.a", &[&object.join("lib")], "LIBRARY_DIR"),
        "no-such: not found: There is no component cpp, only shared and static.\n",
    ];
    assert_eq!(said, expected.concat());
    succeed(Command::new("cmake").arg("--build").arg(&build));
    for program in ["archive/archive-arcidentity", "object/object-arcidentity"] {
        succeed(&mut command(build.join(program), &agent()));
    }
}
