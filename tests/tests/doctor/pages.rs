//! The page for people has a section for each check.

use std::fs;

use arcidentity_core::{Check, ErrorKind};
use arcidentity_tests::workspace;

fn page() -> String {
    fs::read_to_string(workspace().join("docs/troubleshooting.md")).unwrap()
}

#[test]
fn every_check_has_its_section_and_no_other() {
    let page = page();
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let expected: Vec<_> = Check::ALL.iter().map(|(id, title)| format!("`{id}`: {title}")).collect();
    assert_eq!(sections, expected);
    for section in page.split("\n## ").skip(1) {
        for part in ["**Symptom.**", "**Cause.**", "**Resolution.**"] {
            assert!(section.contains(part), "{part} is missing: {section}");
        }
    }
}

#[test]
fn every_error_leads_to_sections() {
    let (page, readme) = (page(), fs::read_to_string(workspace().join("README.md")).unwrap());
    for kind in ErrorKind::ALL {
        let start = format!("| {} | `{}` | ", kind.status(), kind.name());
        let row =
            page.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_else(|| panic!("{start}"));
        let (python, sections) = row.split_once(" | ").unwrap();
        let short = kind.name().strip_prefix("ARC_ERROR_").unwrap();
        assert!(readme.contains(&format!("| {} | `{short}` | {python} | ", kind.status())), "{python}");
        for id in sections.split('`').skip(1).step_by(2) {
            assert!(Check::ALL.iter().any(|(known, _)| *known == id), "{id}");
        }
    }
}
