//! The README's way from the sources to a running program.

use std::fs;

use arcidentity_tests::workspace;

use crate::installation::empty;
use crate::isolated::isolated;

/// The blocks of shell commands in a section of the README.
fn shell_blocks(section: &str) -> Vec<String> {
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
    let (_, rest) = readme.split_once(&format!("\n{section}\n")).unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let blocks = section.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap().to_owned());
    blocks.collect()
}

#[test]
fn three_commands_give_a_running_program() {
    let blocks = shell_blocks("## Installing the C library");
    let ways: Vec<_> = blocks.iter().filter(|block| block.contains("--preset install")).collect();
    assert_eq!(ways.len(), 2, "with pkg-config and with CMake");
    for (index, commands) in ways.into_iter().enumerate() {
        assert!(commands.lines().count() <= 3, "{commands}");
        let directory = empty(&format!("readme-{index}"));
        fs::write(directory.join("commands"), commands).unwrap();
        let script = directory.join("script");
        fs::write(&script, "cd libarcidentity\n../arcidentity emulator -- sh -eu ../commands\n").unwrap();
        let Some(printed) = isolated(&script, &[directory.join("commands")]) else { return };
        assert!(printed.contains("\nAuthorization: Bearer eyJ"), "{printed}");
    }
}
