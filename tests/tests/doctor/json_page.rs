//! The page on the JSON layout tells of all that real reports have, and of nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use arcidentity_core::{Check, Outcome};
use arcidentity_tests::workspace;
use serde_json::{Map, Value};

use super::machine::on_a_machine;

fn page() -> String {
    fs::read_to_string(workspace().join("docs/doctor-json.md")).unwrap()
}

/// The rows of a section's table, without its head.
fn table(section: &str) -> Vec<Vec<String>> {
    let page = page();
    let (_, rest) = page.split_once(&format!("\n## {section}\n")).unwrap();
    let lines = rest.lines().take_while(|line| !line.starts_with("## ")).filter(|line| line.starts_with('|'));
    let cell = |text: &str| text.trim().trim_matches('`').to_owned();
    lines.skip(2).map(|line| line.trim_matches('|').split('|').map(cell).collect()).collect()
}

/// The types of a table of members.
fn members(section: &str) -> BTreeMap<String, String> {
    table(section).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
}

/// A value has one of the types in a text such as `text or null`.
fn is_of(value: &Value, types: &str) -> bool {
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    types.split(" or ").any(|name| name == own)
}

/// Every member is told, every told one is there, and each has its type.
#[track_caller]
fn is_told(object: &Value, told: &BTreeMap<String, String>) {
    let object: &Map<String, Value> = object.as_object().unwrap();
    let names = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&mut object.keys()), names(&mut told.keys()));
    for (name, value) in object {
        assert!(is_of(value, &told[name]), "{name}: {value}");
    }
}

/// A machine where all is well, one where a user lacks the group, and one without an agent.
fn reports() -> Option<Vec<Value>> {
    let print =
        "as app himds /opt/arcidentity doctor keyvault --json; as app app /opt/arcidentity doctor --json;";
    let gone = "rm -r /opt/azcmagent; doctor --endpoint http://127.0.0.1:1/ --json";
    let said = on_a_machine(&format!("start_agent; {print} {gone}"))?;
    Some(said.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn it_tells_of_every_member_and_no_other() {
    let Some(reports) = reports() else { return };
    assert_eq!(
        reports.iter().map(|report| report["status"].as_i64().unwrap()).collect::<Vec<_>>(),
        [0, 4, 3]
    );
    let details: BTreeMap<(String, String), String> = table("The details of a check")
        .into_iter()
        .map(|row| ((row[0].clone(), row[1].clone()), row[2].clone()))
        .collect();
    let mut seen = BTreeSet::new();
    for report in &reports {
        is_told(report, &members("The report"));
        assert_eq!(report["version"], 1);
        let checks = report["checks"].as_array().unwrap();
        let ids: Vec<_> = checks.iter().map(|check| check["id"].as_str().unwrap()).collect();
        assert!(ids.iter().eq(Check::ALL.iter().map(|(id, _)| id)), "{ids:?}");
        for check in checks {
            is_told(check, &members("A check"));
            for line in check["remedy"].as_array().unwrap() {
                assert!(line.is_string(), "{line}");
            }
            for (name, value) in check["details"].as_object().unwrap() {
                let detail = (check["id"].as_str().unwrap().to_owned(), name.clone());
                let types = details.get(&detail).unwrap_or_else(|| panic!("{detail:?} is not told"));
                assert!(is_of(value, types), "{detail:?}: {value}");
                seen.insert(detail);
            }
        }
    }
    assert_eq!(seen, details.into_keys().collect());
}

#[test]
fn it_tells_of_every_outcome() {
    let row = table("A check").into_iter().find(|row| row[0] == "outcome").unwrap().remove(2);
    // `table` has removed the first quote.
    let told: BTreeSet<&str> = row.split('`').step_by(2).collect();
    for outcome in [Outcome::Ok, Outcome::Warning, Outcome::Failed, Outcome::Skipped] {
        assert!(told.contains(outcome.name()), "{told:?}");
    }
}
