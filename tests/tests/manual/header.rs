//! What `arcidentity.h` declares. cbindgen writes it, with an empty line between any two declarations.

use std::fs;

use arcidentity_tests::workspace;

/// A function as it is declared.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub result: String,
    pub name: String,
    /// Types with names, or `void`.
    pub arguments: Vec<String>,
}

/// Text in which `/** */` comments are each followed by what they are about.
pub fn text() -> String {
    fs::read_to_string(workspace().join("include/arcidentity.h")).unwrap()
}

/// The functions in the order of the header, each with its comment.
pub fn functions(header: &str) -> Vec<(Function, String)> {
    let is_function = |part: &&str| part.lines().any(|line| line.starts_with("ARC_API"));
    header.split("\n\n").filter(is_function).map(|part| (declaration(part), comment(part))).collect()
}

/// The name, number and meaning of each status but `ARC_OK`.
pub fn errors(header: &str) -> Vec<(String, String, String)> {
    let define = |part: &str| {
        let (name, number) = part.lines().last()?.strip_prefix("#define ARC_ERROR_")?.split_once(' ')?;
        Some((format!("ARC_ERROR_{name}"), number.to_owned(), comment(part)))
    };
    header.split("\n\n").filter_map(define).collect()
}

/// The names of all numbers that the header defines.
pub fn numbers(header: &str) -> Vec<&str> {
    let defines = header.lines().filter_map(|line| line.strip_prefix("#define ")?.split_once(' '));
    defines.filter(|(_, value)| value.parse::<u32>().is_ok()).map(|(name, _)| name).collect()
}

fn declaration(part: &str) -> Function {
    let code = words(part.lines().filter(|line| !line.starts_with("/**") && !line.starts_with(" *")));
    let code = code.trim_start_matches("ARC_API ").trim_start_matches("ARC_NODISCARD ");
    let (head, rest) = code.split_once('(').unwrap();
    let (arguments, _) = rest.split_once(") ARC_NOEXCEPT;").unwrap();
    let (result, name) = head.split_at(head.rfind([' ', '*']).unwrap() + 1);
    Function {
        result: result.trim_end().to_owned(),
        name: name.to_owned(),
        arguments: arguments.split(", ").map(str::to_owned).collect(),
    }
}

/// The comment in one line, without the marks of code.
fn comment(part: &str) -> String {
    words(part.lines().filter(|line| *line != " */").filter_map(|line| line.strip_prefix(" *")))
        .replace('`', "")
}

fn words<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
