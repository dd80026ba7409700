//! The tools that make a release: each file of them is known by its hash.

use std::collections::BTreeMap;
use std::fs;

use arcidentity_tests::workspace;
use regex_lite::Regex;

fn file(name: &str) -> String {
    fs::read_to_string(workspace().join(name)).unwrap()
}

/// The packages that a list of requirements pins, with their versions.
fn pinned(list: &str) -> BTreeMap<String, String> {
    let requirement = Regex::new(r"(?m)^([\w-]+)(?:\[[\w,-]+\])?==([\w.]+)").unwrap();
    requirement.captures_iter(list).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}

/// The requirements of a list that pip would not compare with a hash, or that are open to a newer version.
fn loose(list: &str) -> Vec<&str> {
    let pinned = Regex::new(r"^[\w.-]+==[\w.]+(?: ; [^\\]+)? \\\n    --hash=sha256:[0-9a-f]{64}").unwrap();
    let is_requirement = |part: &&str| part.starts_with(|first: char| first.is_alphanumeric());
    let starts: Vec<usize> = list.match_indices('\n').map(|(at, _)| at + 1).collect();
    let parts = starts.into_iter().map(|start| &list[start..]).filter(is_requirement);
    parts.filter(|part| !pinned.is_match(part)).map(|part| part.lines().next().unwrap()).collect()
}

#[test]
fn every_tool_is_pinned_with_all_that_it_needs() {
    let list = file("release/tools.txt");
    assert_eq!(loose(&list), [""; 0]);
    assert!(pinned(&list).len() > pinned(&file("release/tools.in")).len() + 10);
    let (name, version) = pinned(&list).pop_first().unwrap();
    for broken in [
        list.replacen(" \\\n    --hash", "\n    --hash", 1),
        list.replacen("--hash=sha256:", "--hash=md5:", 1),
        list.replacen(&format!("\n{name}=={version}"), &format!("\n{name}>={version}"), 1),
    ] {
        assert_eq!(loose(&broken).len(), 1);
    }
}

#[test]
fn the_list_is_that_of_the_tools_that_are_asked_for() {
    let (asked, wheels) = (file("release/tools.in"), file("python/wheel-tools.txt"));
    assert!(asked.contains("\n-r ../python/wheel-tools.txt\n"));
    let list = pinned(&file("release/tools.txt"));
    for (name, version) in pinned(&asked).into_iter().chain(pinned(&wheels)) {
        assert_eq!(list.get(&name), Some(&version), "{name}");
    }
}
