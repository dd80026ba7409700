//! The page of recipes, as a reader takes it apart.

use std::collections::BTreeSet;
use std::fs;

use arcidentity_tests::workspace;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::table::{RECIPES, STORAGE};
use crate::readme::text;

/// Says how the recipes below it are run.
const OF_STORAGE: &str = "Azure Storage";

/// The code blocks of the page, each with the heading that it stands below.
fn all() -> Vec<(String, String)> {
    let page = text("docs/recipes.md");
    let (mut title, mut blocks) = (String::new(), Vec::new());
    let (mut in_title, mut in_block) = (false, false);
    for event in Parser::new(&page) {
        match event {
            Event::Start(Tag::Heading { .. }) => (title, in_title) = (String::new(), true),
            Event::End(TagEnd::Heading(_)) => in_title = false,
            Event::Start(Tag::CodeBlock(_)) => {
                in_block = true;
                blocks.push((title.clone(), String::new()));
            }
            Event::End(TagEnd::CodeBlock) => in_block = false,
            Event::Text(text) if in_title => title.push_str(&text),
            Event::Text(text) if in_block => blocks.last_mut().unwrap().1.push_str(&text),
            _ => {}
        }
    }
    blocks
}

/// Those below this heading.
pub(super) fn blocks(title: &str) -> Vec<String> {
    all().into_iter().filter(|(own, _)| own == title).map(|(_, block)| block).collect()
}

#[test]
fn every_block_belongs_to_a_recipe_that_is_run() {
    assert_eq!(blocks(OF_STORAGE), [format!("{STORAGE}\n")]);
    let titles: BTreeSet<String> = all().into_iter().map(|(title, _)| title).collect();
    let run = RECIPES.iter().map(|recipe| recipe.title).chain([OF_STORAGE]);
    assert_eq!(titles, run.map(str::to_owned).collect());
}

/// The clients of the tests are those that the page names, as PACKAGE VERSION.
#[test]
fn the_versions_are_those_of_the_tests() {
    let page = text("docs/recipes.md");
    let (_, section) = page.split_once("\n## What was tried\n").unwrap();
    let pinned = fs::read_to_string(workspace().join("tests/clients/requirements.txt")).unwrap();
    let pinned =
        pinned + &fs::read_to_string(workspace().join("tests/clients/matrix/az/azure-cli.txt")).unwrap();
    let modules = fs::read_to_string(workspace().join("tests/clients/package.json")).unwrap();
    let versions = |package: &str| {
        let pinned = pinned.lines().find_map(|line| line.strip_prefix(package)?.strip_prefix("=="));
        let module = modules.split_once(&format!("{package}\": \"")).map(|(_, rest)| rest);
        pinned.or(module.and_then(|rest| rest.split('"').next())).unwrap().to_owned()
    };
    for (name, package) in [
        ("adlfs", "adlfs"),
        ("AzCopy", "azcopy-linux"),
        ("azure-cli", "azure-cli"),
        ("Azurite", "azurite"),
        ("confluent-kafka", "confluent-kafka"),
        ("deltalake", "deltalake"),
        ("DuckDB", "duckdb-extension-azure"),
        ("kubernetes-validate", "kubernetes-validate"),
        ("obstore", "obstore"),
        ("polars", "polars"),
        ("psycopg", "psycopg[binary]"),
        ("pyarrow", "pyarrow"),
    ] {
        let version = versions(package);
        assert!(section.contains(&format!("{name} {version}")), "{name} {version}");
    }
}
