//! The page on Microsoft's clients shows the matrix, and the versions that are tried.

use std::fs;

use arcidentity_tests::workspace;
use regex_lite::Regex;

use super::{Matrix, matrix};

struct Client {
    /// Its name in the matrix.
    name: &'static str,
    /// Its name on the page.
    title: &'static str,
    /// The file of `tests/clients` that pins its version, and the name there.
    pin: (&'static str, &'static str),
}

const fn client(
    name: &'static str,
    title: &'static str,
    file: &'static str,
    package: &'static str,
) -> Client {
    Client { name, title, pin: (file, package) }
}

const CLIENTS: [Client; 14] = [
    client("azure-identity", "azure-identity for Python", "requirements.txt", "azure-identity"),
    client(
        "azure-identity.aio",
        "azure-identity for Python, asynchronous",
        "requirements.txt",
        "azure-identity",
    ),
    client("msal", "MSAL for Python", "requirements.txt", "msal"),
    client("@azure/identity", "@azure/identity", "package.json", "@azure/identity"),
    client("@azure/msal-node", "@azure/msal-node", "package.json", "@azure/msal-node"),
    client("azidentity", "azidentity for Go", "matrix/go/go.mod", "azidentity"),
    client("MSAL for Go", "MSAL for Go", "matrix/go/go.mod", "microsoft-authentication-library-for-go"),
    client("azure-identity for Java", "azure-identity for Java", "matrix/java/pom.xml", "azure-identity"),
    client("MSAL for Java", "MSAL for Java", "matrix/java/pom.xml", "msal4j"),
    client("azure_identity", "azure_identity for Rust", "rust/Cargo.toml", "azure_identity"),
    client(
        "azure_identity, beta",
        "azure_identity for Rust, beta",
        "matrix/rust/Cargo.toml",
        "azure_identity",
    ),
    client("pyarrow", "pyarrow", "requirements.txt", "pyarrow"),
    client("DuckDB", "DuckDB", "requirements.txt", "duckdb"),
    client("az login", "az login --identity", "matrix/az/azure-cli.txt", "azure-cli"),
];

/// The scenarios, in the order of the page.
const SCENARIOS: [&str; 12] = [
    "a token",
    "no variables",
    "HTTP_PROXY",
    "user-assigned",
    "user-assigned, not confirmed",
    "user-assigned, not there",
    "the key is used up",
    "401 for ever",
    "403",
    "429",
    "500",
    "no answer",
];
/// Those of which the page tells the types of the errors.
const ERRORS: [&str; 4] = ["403", "500", "user-assigned, not there", "user-assigned, not confirmed"];

fn read(file: &str) -> String {
    fs::read_to_string(workspace().join(file)).unwrap()
}

impl Client {
    fn version(&self) -> String {
        let (file, package) = self.pin;
        let pattern =
            Regex::new(&format!(r"\b{}\D{{1,40}}(\d+\.\d+\.\d+(-[\w.]+)?)", package.trim_start_matches('@')));
        pattern.unwrap().captures(&read(&format!("tests/clients/{file}"))).unwrap()[1].to_owned()
    }

    /// The version, the headers and the program of its request, if it ever sends one.
    fn request<'a>(&self, matrix: &'a Matrix) -> Option<[&'a str; 3]> {
        let parts: Vec<&str> = matrix[self.name].get("the request")?.splitn(3, ", ").collect();
        Some(parts.try_into().expect("a version, headers, a program"))
    }

    fn did<'a>(&self, matrix: &'a Matrix, scenario: &str) -> (&'a str, &'a str) {
        matrix[self.name][scenario].split_once(" -> ").unwrap()
    }
}

/// What a client does, in words.
fn in_words((answers, outcome): (&str, &str)) -> String {
    // Where there is no error that could have a reason.
    let failure = if outcome == "no token" { outcome } else { "error" };
    match (answers, outcome) {
        (_, "waits") => "waits".to_owned(),
        (_, "asks on") => "more than 100 requests".to_owned(),
        ("401 200", "token") => "token".to_owned(),
        (_, "token") => format!("token after {answers}"),
        ("", _) => format!("{failure}, does not ask the agent"),
        ("of the proxy", _) => format!("{failure}, asks the proxy"),
        _ if outcome.ends_with(", with the reason") || answers.ends_with("200") || failure != "error" => {
            format!("{failure} after {answers}")
        }
        _ => format!("{failure} after {answers}, reason lost"),
    }
}

fn row(cells: impl IntoIterator<Item = String>) -> String {
    format!("| {} |", cells.into_iter().collect::<Vec<_>>().join(" | "))
}

fn table(head: &[&str], rows: impl Iterator<Item = String>) -> String {
    let line = format!("|{}", "---|".repeat(head.len()));
    let head = row(head.iter().map(|cell| (*cell).to_owned()));
    [head, line].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

/// The tables of the page.
fn tables(matrix: &Matrix) -> [String; 3] {
    let requests = CLIENTS.iter().map(|client| {
        let sent =
            client.request(matrix).map_or(["nothing".to_owned(), String::new(), String::new()], |request| {
                let headers =
                    request[1].split(' ').map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                [request[0].to_owned(), headers, format!("`{}`", request[2])]
            });
        row([client.title.to_owned(), client.version()].into_iter().chain(sent))
    });
    let sent = ["client", "version", "`api-version`", "headers", "`User-Agent` begins with"];
    let titles: Vec<&str> = CLIENTS.iter().map(|client| client.title).collect();
    let scenarios = SCENARIOS.iter().map(|scenario| {
        let did = CLIENTS.iter().map(|client| in_words(client.did(matrix, scenario)));
        row([(*scenario).to_owned()].into_iter().chain(did))
    });
    let errors = CLIENTS.iter().map(|client| {
        let types = ERRORS.iter().map(|scenario| {
            let (_, outcome) = client.did(matrix, scenario);
            let name = outcome.trim_end_matches(", with the reason");
            if name.contains(' ') { name.to_owned() } else { format!("`{name}`") }
        });
        row([client.title.to_owned()].into_iter().chain(types))
    });
    [
        table(&sent, requests),
        table(&[&["scenario"], titles.as_slice()].concat(), scenarios),
        table(&[&["client"], ERRORS.as_slice()].concat(), errors),
    ]
}

#[test]
fn the_page_shows_the_matrix() {
    let (matrix, page) = (matrix(), read("docs/clients.md"));
    for table in tables(&matrix) {
        assert!(page.contains(&format!("\n\n{table}\n")), "docs/clients.md does not show:\n{table}");
    }
    let shown = CLIENTS.iter().flat_map(|client| {
        let scenarios = SCENARIOS.into_iter().chain(client.request(&matrix).map(|_| "the request"));
        scenarios.map(|scenario| (client.name.to_owned(), scenario.to_owned()))
    });
    let shown: std::collections::BTreeSet<_> = shown.collect();
    let all =
        matrix.iter().flat_map(|(client, did)| did.keys().map(|scenario| (client.clone(), scenario.clone())));
    assert_eq!(shown, all.collect(), "the page shows every client and every scenario");
}

#[test]
fn what_a_client_did_is_told_in_words() {
    for (answers, outcome, words) in [
        ("401 200", "token", "token"),
        ("401 200", "SomeError", "error after 401 200"),
        ("200", "token", "token after 200"),
        ("429 x4", "SomeError, with the reason", "error after 429 x4"),
        ("403", "SomeError", "error after 403, reason lost"),
        ("", "SomeError", "error, does not ask the agent"),
        ("of the proxy", "SomeError", "error, asks the proxy"),
        ("none", "waits", "waits"),
        ("401 without end", "asks on", "more than 100 requests"),
        ("403", "no token", "no token after 403"),
        ("of the proxy", "no token", "no token, asks the proxy"),
    ] {
        assert_eq!(in_words((answers, outcome)), words, "{answers} -> {outcome}");
    }
}
