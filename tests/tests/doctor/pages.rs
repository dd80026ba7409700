//! The page for people has a section for each check.

use std::fs;

use arcidentity_core::Check;
use arcidentity_tests::workspace;

#[test]
fn every_check_has_its_section_and_no_other() {
    let page = fs::read_to_string(workspace().join("docs/troubleshooting.md")).unwrap();
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let expected = Check::ALL.map(|(id, title)| format!("`{id}`: {title}"));
    assert_eq!(sections, expected);
    for section in page.split("\n## ").skip(1) {
        for part in ["**Symptom.**", "**Cause.**", "**Mending.**"] {
            assert!(section.contains(part), "{part} is missing: {section}");
        }
    }
}
