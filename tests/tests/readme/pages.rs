//! The pages: their links lead somewhere, the files that they name are there, and their code fits a screen.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use arcidentity_tests::workspace;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::text;

/// The longest line of code.
const COLUMNS: usize = 100;

/// All pages for people, by their paths in the workspace.
fn pages() -> Vec<String> {
    let mut pages: Vec<String> = [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "python/README.md",
        "core/fuzz/README.md",
        "bench/README.md",
    ]
    .map(str::to_owned)
    .into();
    let files = fs::read_dir(workspace().join("docs")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    pages.extend(names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}")));
    pages
}

fn events(page: &str) -> impl Iterator<Item = Event<'_>> {
    Parser::new_ext(page, Options::ENABLE_TABLES)
}

/// The texts between `start` and `end`, each time.
fn texts_in(page: &str, start: impl Fn(&Tag) -> bool, end: impl Fn(&TagEnd) -> bool) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut inside = false;
    for event in events(page) {
        match event {
            Event::Start(tag) if start(&tag) => {
                inside = true;
                texts.push(String::new());
            }
            Event::End(tag) if end(&tag) => inside = false,
            Event::Text(text) | Event::Code(text) if inside => texts.last_mut().unwrap().push_str(&text),
            _ => {}
        }
    }
    texts
}

fn code(page: &str) -> Vec<String> {
    texts_in(page, |tag| matches!(tag, Tag::CodeBlock(_)), |tag| matches!(tag, TagEnd::CodeBlock))
}

/// What a link to a heading of the page may end with, as GitHub makes it of the heading's text.
fn anchors(page: &str) -> Vec<String> {
    let headings =
        texts_in(page, |tag| matches!(tag, Tag::Heading { .. }), |tag| matches!(tag, TagEnd::Heading(_)));
    let mut seen: HashMap<String, usize> = HashMap::new();
    let anchors = headings.iter().map(|heading| {
        let kept = heading.to_lowercase().replace(' ', "-");
        let anchor: String = kept.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
        let times = seen.entry(anchor.clone()).or_default();
        *times += 1;
        if *times == 1 { anchor } else { format!("{anchor}-{}", *times - 1) }
    });
    anchors.collect()
}

/// The links of a page to files here.
fn links(page: &str) -> Vec<String> {
    let links = events(page).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some(dest_url.into_string())
        }
        _ => None,
    });
    links.filter(|link| !link.contains("://")).collect()
}

/// Why a link of the page `from` leads nowhere.
fn broken(from: &str, link: &str) -> Option<String> {
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let directory = Path::new(from).parent().unwrap();
    let target = if path.is_empty() { PathBuf::from(from) } else { directory.join(path) };
    let Ok(file) = workspace().join(&target).canonicalize() else {
        return Some(format!("{from}: {link}: no such file"));
    };
    let anchor = anchor?;
    let found = anchors(&fs::read_to_string(file).unwrap()).iter().any(|known| known == anchor);
    (!found).then(|| format!("{from}: {link}: no such heading"))
}

#[test]
fn no_line_of_code_is_longer_than_the_screen() {
    let mut blocks = 0;
    for page in pages() {
        for block in code(&text(&page)) {
            blocks += 1;
            let long = block.lines().find(|line| line.chars().count() > COLUMNS);
            assert_eq!(long, None, "{page}");
        }
    }
    assert!(blocks > 40, "{blocks}");
}

#[test]
fn every_link_leads_somewhere() {
    let mut links_seen = 0;
    let mut wrong = Vec::new();
    for page in pages() {
        let links = links(&text(&page));
        links_seen += links.len();
        wrong.extend(links.iter().filter_map(|link| broken(&page, link)));
    }
    assert_eq!(wrong, [""; 0]);
    assert!(links_seen > 30, "{links_seen}");
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    for link in ["docs/no-such-page.md", "#no-such-heading", "docs/c.md#no-such-heading"] {
        assert!(broken("README.md", link).is_some(), "{link}");
    }
    assert_eq!(broken("docs/c.md", "../README.md#errors"), None);
}

#[test]
fn anchors_are_those_of_github() {
    let page = "# The Azure SDK for C++\n## `key-access`: Permission to read the keys\n## A\n## A\n";
    let expected = ["the-azure-sdk-for-c", "key-access-permission-to-read-the-keys", "a", "a-1"];
    assert_eq!(anchors(page), expected);
}

/// In the pages whose tables say which file holds or shows what.
#[test]
fn every_file_that_is_named_is_there() {
    let roots =
        ["core/", "ffi/", "include/", "python/", "cli/", "emulator/", "tests/", "bench/", "docs/", ".ci/"];
    for (page, at_least) in [("CONTRIBUTING.md", 20), ("SECURITY.md", 20), ("docs/stability.md", 5)] {
        let content = text(page);
        let spans = events(&content).filter_map(|event| match event {
            Event::Code(span) => Some(span.into_string()),
            _ => None,
        });
        let paths: Vec<String> =
            spans.filter(|span| roots.iter().any(|root| span.starts_with(root))).collect();
        assert!(paths.len() > at_least, "{page}: {paths:?}");
        for path in paths {
            let fixed = path.split('*').next().unwrap();
            let fixed = if fixed == path { fixed } else { fixed.rsplit_once('/').unwrap().0 };
            assert!(workspace().join(fixed).exists(), "{page}: {path}");
        }
    }
}
