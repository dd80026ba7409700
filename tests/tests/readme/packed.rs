//! The pages that are packed with the command, of which others are left in the repository.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use arcidentity_needs::{PYTHON, needs};
use arcidentity_tests::{succeed, workspace};
use pulldown_cmark::{Event, Parser, Tag};

const ADDRESS: &str = "https://example.org/blob/v1.2.3/";

/// Prints the names of the pages, and then for each a line with its name and the page as it is packed.
const PACK: &str = "
import sys
sys.path.insert(0, 'release')
from making import pages, program
for page in program.PAGES:
    text = (pages.SOURCE / 'docs' / page).read_text()
    print(f'\\0{page}\\0' + pages.linked(text, program.PAGES, sys.argv[1]), end='')
";

/// The pages with their texts.
fn packed() -> Vec<(String, String)> {
    let mut python = Command::new("python3");
    let printed = succeed(python.current_dir(workspace()).args(["-B", "-c", PACK, ADDRESS]));
    let parts: Vec<&str> = printed.split('\0').skip(1).collect();
    parts.chunks(2).map(|part| (part[0].to_owned(), part[1].to_owned())).collect()
}

/// Where the links of a page lead.
fn links(text: &str) -> impl Iterator<Item = String> {
    Parser::new(text).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    })
}

/// Whether a link leads somewhere, where only these pages are.
fn leads_somewhere(link: &str, names: &BTreeSet<&str>) -> bool {
    let file = link.split('#').next().unwrap();
    match file.strip_prefix(ADDRESS) {
        Some(path) => {
            Path::new(path).components().all(|it| it.as_os_str() != "..") && workspace().join(path).exists()
        }
        None => file.is_empty() || file.starts_with("https://") || names.contains(file),
    }
}

#[test]
fn their_links_lead_to_each_other_and_into_the_repository() {
    needs!(PYTHON);
    let pages = packed();
    let names: BTreeSet<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.len() > 5, "{names:?}");
    let mut all = BTreeSet::new();
    for (name, text) in &pages {
        let dead: Vec<String> = links(text).filter(|link| !leads_somewhere(link, &names)).collect();
        assert_eq!(dead, [""; 0], "{name}");
        all.extend(links(text));
    }
    for link in ["recipes.md", "run.md#which-tools", "#what-was-tried", "https://github.com/Azure/Azurite"] {
        assert!(all.contains(link), "{link}: {all:?}");
    }
    for link in ["README.md#errors", "docs/windows.md#the-command", "docs/moving-over.md"] {
        assert!(all.contains(&format!("{ADDRESS}{link}")), "{link}: {all:?}");
    }
}
