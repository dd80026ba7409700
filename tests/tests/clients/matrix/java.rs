//! The clients for Java.

use std::path::PathBuf;
use std::process::Command;

use arcidentity_needs::{JDK, MAVEN, MAVEN_CENTRAL, needs};
use arcidentity_tests::{run, scratch, succeed, workspace};

use super::assert_as_in_the_matrix;

/// The plugin is pinned as all that it copies is.
const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy-dependencies";

/// A program that lives for seconds would else spend them on being compiled for hours.
const SHORT_LIVED: [&str; 2] = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

/// The class path of what `pom.xml` names. `None` where that is not to be had, which is noted.
fn libraries() -> Option<PathBuf> {
    let directory = scratch("client-java");
    let libraries = directory.join("libraries");
    let mut maven = Command::new("mvn");
    maven.args(["--batch-mode", "--quiet", COPY, "--file"]).arg(sources().join("pom.xml"));
    maven.arg(format!("-DoutputDirectory={}", libraries.display())).env("MAVEN_OPTS", SHORT_LIVED.join(" "));
    let output = run(&mut maven);
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        MAVEN_CENTRAL.is_missing(said.lines().next().unwrap_or_default());
        return None;
    }
    Some(libraries.join("*"))
}

fn sources() -> PathBuf {
    workspace().join("tests/clients/matrix/java")
}

#[test]
fn java() {
    needs!(JDK, MAVEN);
    let Some(libraries) = libraries() else { return };
    let classes = scratch("client-java").join("classes");
    let mut compiler = Command::new("javac");
    compiler.args(["-proc:none", "-Xlint:all", "-Werror", "-cp"]).arg(&libraries).arg("-d").arg(&classes);
    succeed(compiler.arg(sources().join("Clients.java")));

    let mut program = Command::new("java");
    program
        .args(SHORT_LIVED)
        .arg("-cp")
        .arg(format!("{}:{}", classes.display(), libraries.display()))
        .arg("Clients");
    assert_as_in_the_matrix(&["azure-identity for Java", "MSAL for Java"], &program);
}
