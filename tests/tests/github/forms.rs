//! The forms of issues: each field has a name of its own, and the commands that they ask for are commands.

use std::collections::BTreeSet;

use super::{files, text, values};
use crate::readme::command::printed;

/// The forms by their files.
fn forms() -> Vec<(String, String)> {
    let names = files("ISSUE_TEMPLATE").into_iter().filter(|name| name != "config.yml");
    let forms = names.map(|name| {
        let form = text(&format!("ISSUE_TEMPLATE/{name}"));
        (name, form)
    });
    forms.collect()
}

/// The fields of a form, each with its lines.
fn fields(form: &str) -> impl Iterator<Item = &str> {
    form.split("\n  - type: ").skip(1)
}

/// Why a field does not reach who reads the issue.
fn complaints(form: &str) -> Vec<String> {
    let mut ids = BTreeSet::new();
    let mut found = Vec::new();
    for field in fields(form).filter(|field| !field.starts_with("markdown")) {
        let id = values(field, "id").next();
        if id.is_none_or(|id| !ids.insert(id)) {
            found.push(format!("no id of its own: {field}"));
        }
        if values(field, "label").next().is_none() {
            found.push(format!("no label: {field}"));
        }
    }
    found
}

/// Whether a form must be given this field.
fn requires(form: &str, id: &str) -> bool {
    let field = fields(form).find(|field| values(field, "id").next() == Some(id));
    field.unwrap_or_else(|| panic!("no field {id}")).contains("required: true")
}

#[test]
fn every_field_has_an_id_and_a_label() {
    let forms = forms();
    assert_eq!(forms.len(), 3);
    for (name, form) in forms {
        assert_eq!(complaints(&form), [""; 0], "{name}");
        assert!(fields(&form).any(|field| field.contains("required: true")), "{name}");
        for (old, new) in [("    id: ", "    ids: "), ("      label: ", "      labels: ")] {
            assert!(!complaints(&form.replacen(old, new, 1)).is_empty(), "{name} without {old}");
        }
    }
}

#[test]
fn a_bug_comes_with_the_report_of_doctor_and_the_version() {
    let form = text("ISSUE_TEMPLATE/bug.yml");
    assert!(requires(&form, "doctor") && requires(&form, "version"));
    for (command, prints) in
        [("arcidentity doctor --json", "\"checks\":"), ("arcidentity --version", "arcidentity ")]
    {
        assert!(form.contains(&format!("`{command}`")), "{command}");
        let Some(printed) = printed(command) else { return };
        assert!(printed.contains(prints), "{command}: {printed}");
    }
}

#[test]
fn a_report_of_an_agent_is_what_doctor_writes() {
    let form = text("ISSUE_TEMPLATE/agent.yml");
    assert!(requires(&form, "report"));
    let command = "arcidentity doctor --report agent.json";
    assert!(form.contains(&format!("`sudo {command}`")));
    // Without a terminal to ask on, it is only shown.
    let Some(shown) = printed(&command.replace("agent.json", "-")) else { return };
    assert!(shown.contains("\"survey\""), "{shown}");
}

/// Neither form takes what must not be public.
#[test]
fn vulnerabilities_are_reported_in_private() {
    assert!(text("ISSUE_TEMPLATE/config.yml").contains("\nblank_issues_enabled: false\n"));
    assert!(text("ISSUE_TEMPLATE/config.yml").contains("/libarcidentity/security/advisories/new\n"));
    let private = "A vulnerability is reported in private: tab **Security**, **Report a vulnerability**.";
    assert!(text("ISSUE_TEMPLATE/bug.yml").contains(private));
}
