//! The page's way from the sources to a running program.

use std::fs;

use arcidentity_needs::{CMAKE, PKG_CONFIG, needs};
use arcidentity_tests::workspace;

use super::installation::empty;
use super::isolated::isolated;

/// The blocks of shell commands in a section of the page on C.
fn shell_blocks(section: &str) -> Vec<String> {
    let page = fs::read_to_string(workspace().join("docs/c.md")).unwrap();
    let (_, rest) = page.split_once(&format!("\n{section}\n")).unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let blocks = section.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap().to_owned());
    blocks.collect()
}

/// Neither way finds anything of an earlier one but what cargo has built.
const BOTH_WAYS: &str = "cd libarcidentity
rm -rf target/install target/examples token
/mnt/arcidentity emulator -- sh -eu /mnt/first
cmake --build target/install --target uninstall
rm -r target/install token
/mnt/arcidentity emulator -- sh -eu /mnt/second
";

#[test]
fn three_commands_give_a_running_program() {
    needs!(CMAKE, PKG_CONFIG);
    let blocks = shell_blocks("## Installing the C library");
    let ways: Vec<_> = blocks.iter().filter(|block| block.contains("--preset install")).collect();
    assert_eq!(ways.len(), 2, "with pkg-config and with CMake");
    let directory = empty("page");
    let files = ["first", "second"].map(|name| directory.join(name));
    for (file, commands) in files.iter().zip(ways) {
        assert!(commands.lines().count() <= 3, "{commands}");
        fs::write(file, commands).unwrap();
    }
    let script = directory.join("script");
    fs::write(&script, BOTH_WAYS).unwrap();
    let Some(printed) = isolated(&script, &files) else { return };
    assert_eq!(printed.matches("\nAuthorization: Bearer eyJ").count(), 2, "{printed}");
}
