//! Which file of a crate imports which, by the paths in its text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use regex_lite::Regex;

/// The modules of a crate that are files, by their paths without `crate::`. That of `lib.rs` is empty.
pub struct Modules(BTreeMap<String, Module>);

#[derive(Default)]
struct Module {
    /// The paths that it uses, without `crate::`.
    uses: Vec<String>,
    /// The names that it hands on, and their paths.
    exports: BTreeMap<String, String>,
}

impl Modules {
    /// Reads the files below `source`.
    pub fn of(source: &Path) -> Modules {
        let mut modules = BTreeMap::new();
        collect(source, "", &mut modules);
        assert!(modules.len() > 1, "no modules in {}", source.display());
        Modules(modules)
    }

    /// The files of a circle, if there is one.
    pub fn circle(&self) -> BTreeSet<String> {
        let imports: BTreeMap<&str, BTreeSet<&str>> =
            self.0.keys().map(|name| (name.as_str(), self.imports(name))).collect();
        let all: BTreeMap<&str, BTreeSet<&str>> =
            imports.keys().map(|name| (*name, reached(&imports, name))).collect();
        let Some((first, its)) = all.iter().find(|(name, reached)| reached.contains(*name)) else {
            return BTreeSet::new();
        };
        its.iter().filter(|name| all[*name].contains(first)).map(|name| (*name).to_owned()).collect()
    }

    /// The files that a file imports.
    fn imports(&self, name: &str) -> BTreeSet<&str> {
        let found = self.0[name].uses.iter().map(|path| self.file(path));
        found.filter(|file| *file != name && !file.is_empty()).collect()
    }

    /// The file that what is at this path comes from.
    fn file(&self, path: &str) -> &str {
        let mut end = path.len();
        loop {
            let (file, rest) = (&path[..end], path[end..].trim_start_matches("::"));
            if let Some((name, module)) = self.0.get_key_value(file) {
                let first = rest.split("::").next().unwrap_or_default();
                return module.exports.get(first).map_or(name, |path| self.file(path));
            }
            end = file.rfind("::").unwrap_or(0);
        }
    }
}

/// All that a file imports, and what that imports.
fn reached<'a>(imports: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &'a str) -> BTreeSet<&'a str> {
    let (mut reached, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(name) = next.pop() {
        next.extend(imports[name].iter().copied().filter(|name| reached.insert(*name)));
    }
    reached
}

fn collect(directory: &Path, prefix: &str, modules: &mut BTreeMap<String, Module>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let name = joined(prefix, stem);
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if path.is_dir() => collect(&path, &name, modules),
            Some("rs") if stem == "lib" || stem == "main" => {
                modules.insert(String::new(), Module::read("", &path));
            }
            Some("rs") if stem != "tests" => {
                modules.insert(name.clone(), Module::read(&name, &path));
            }
            _ => {}
        }
    }
}

impl Module {
    fn read(name: &str, path: &Path) -> Module {
        let text = fs::read_to_string(path).unwrap();
        let text = Regex::new("//.*").unwrap().replace_all(&text, "");
        let tests = Regex::new(r"#\[cfg\((?:all\()?test\b.*\]\n(?:pub\(crate\) )?mod \w+ \{").unwrap();
        let text = &text[..tests.find(&text).map_or(text.len(), |found| found.start())];
        let children = Regex::new(r"\bmod (\w+);").unwrap();
        let children: BTreeSet<&str> =
            children.captures_iter(text).map(|found| found.get(1).unwrap().as_str()).collect();
        let absolute = |path: &str| absolute(name, path, &children);
        let statement = Regex::new(r"(?m)^\s*(pub(?:\([^)]*\))? )?use ([^;]+);").unwrap();
        let mut module = Module::default();
        for found in statement.captures_iter(text) {
            for path in paths(&found[2]).iter().filter_map(|path| absolute(path)) {
                if found.get(1).is_some() {
                    module.exports.insert(path.rsplit("::").next().unwrap().to_owned(), path);
                } else {
                    module.uses.push(path);
                }
            }
        }
        let code = statement.replace_all(text, "");
        let path = Regex::new(r"\b\w+(?:::\w+)+").unwrap();
        module.uses.extend(path.find_iter(&code).filter_map(|found| absolute(found.as_str())));
        module
    }
}

/// The path from the crate's root, without `crate::`, of a path in the module `name`; none of another crate's.
fn absolute(name: &str, path: &str, children: &BTreeSet<&str>) -> Option<String> {
    let (first, rest) = path.split_once("::").unwrap_or((path, ""));
    match first {
        "crate" => Some(rest.to_owned()),
        "self" => Some(joined(name, rest)),
        "super" => {
            let parent = name.rsplit_once("::").map_or("", |(parent, _)| parent);
            let rest = if rest.starts_with("super::") { rest.to_owned() } else { joined("self", rest) };
            absolute(parent, &rest, children)
        }
        child if children.contains(child) => Some(joined(name, path)),
        _ => None,
    }
}

/// The paths of what stands behind `use`, which may have braces.
fn paths(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((prefix, rest)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap().trim().to_owned()];
    };
    let (mut depth, mut pieces) = (0, vec![String::new()]);
    for letter in rest.trim_end_matches('}').chars() {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        match letter {
            ',' if depth == 0 => pieces.push(String::new()),
            letter => pieces.last_mut().unwrap().push(letter),
        }
    }
    let pieces = pieces.iter().filter(|piece| !piece.trim().is_empty());
    pieces.flat_map(|piece| paths(piece)).map(|path| format!("{prefix}{path}")).collect()
}

fn joined(left: &str, right: &str) -> String {
    match (left, right) {
        ("", path) | (path, "") => path.to_owned(),
        (left, right) => format!("{left}::{right}"),
    }
}
