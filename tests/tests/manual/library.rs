//! libarcidentity(3) says what the header says.

use std::fs;
use std::path::PathBuf;

use arcidentity_needs::{MANDOC, NAMESPACES, needs};
use arcidentity_tests::{Compiler, scratch, succeed, workspace};

use super::header::{self, Function};
use super::page::{self, Page};
use crate::programs::{agent, beside, command};

#[test]
fn the_page_is_clean_mdoc() {
    needs!(MANDOC);
    Page::libarcidentity().check();
}

#[test]
fn the_page_can_be_read() {
    needs!(MANDOC);
    let shown = Page::libarcidentity().rendered();
    assert!(
        shown.contains("\nNAME\n     libarcidentity – access tokens from the Azure Arc agent\n"),
        "{shown}"
    );
    assert!(shown.contains("\nERRORS\n") && shown.contains("is “Bearer”."), "{shown}");
}

#[test]
fn the_synopsis_declares_the_functions_of_the_header() {
    let header = header::text();
    let declared: Vec<_> = header::functions(&header).into_iter().map(|(function, _)| function).collect();
    assert!(!declared.is_empty());
    assert_eq!(synopsis(&Page::libarcidentity()), declared);
}

/// Each `.Ft RESULT` is followed by `.Fn NAME ARGUMENT...`.
fn synopsis(page: &Page) -> Vec<Function> {
    let results = page.after("SYNOPSIS", ".Ft").map(|line| page::arguments(line).join(" "));
    let functions = page.after("SYNOPSIS", ".Fn").map(page::arguments);
    let declarations = results.zip(functions).map(|(result, words)| {
        let (name, arguments) = words.split_first().unwrap();
        Function { result, name: name.clone(), arguments: arguments.to_vec() }
    });
    declarations.collect()
}

#[test]
fn every_function_and_number_is_described() {
    needs!(MANDOC);
    let (page, header) = (Page::libarcidentity(), header::text());
    let described: Vec<_> = page.after("DESCRIPTION", ".It Fn").collect();
    let declared = header::functions(&header);
    let names: Vec<_> = declared.iter().map(|(function, _)| function.name.as_str()).collect();
    assert_eq!(described, names);

    let shown = page.rendered();
    for name in header::numbers(&header) {
        assert!(shown.contains(name), "{name}");
    }
}

#[test]
fn the_errors_are_those_of_the_header() {
    let header = header::text();
    let expected = header::errors(&header);
    assert!(!expected.is_empty());
    assert_eq!(errors(&Page::libarcidentity()), expected);
}

/// Each `.It Dv NAME Pq NUMBER` is followed by lines of text.
fn errors(page: &Page) -> Vec<(String, String, String)> {
    let lines = page.section("ERRORS");
    let starts = lines.iter().enumerate().filter_map(|(at, line)| Some((at, line.strip_prefix(".It Dv ")?)));
    let entry = |(at, head): (usize, &str)| {
        let (name, number) = head.split_once(" Pq ").unwrap();
        let is_text = |line: &&&str| !line.starts_with(".It") && !line.starts_with(".El");
        let text = lines[at + 1..].iter().take_while(is_text).map(|line| line.trim_start_matches(".Dq "));
        (name.to_owned(), number.to_owned(), text.collect::<Vec<_>>().join(" "))
    };
    starts.map(entry).collect()
}

#[test]
fn its_programs_run() {
    needs!(NAMESPACES);
    let programs = Page::libarcidentity().literals("EXAMPLES");
    assert_eq!(programs[0], fs::read_to_string(workspace().join("ffi/examples/token.c")).unwrap());
    for (program, printed) in programs.iter().zip(["Authorization: Bearer eyJ", "/subscriptions/"]) {
        let agent = agent();
        let said = succeed(&mut beside(&agent, &command(build(program), &agent)));
        assert!(said.starts_with(printed), "{said}");
    }
    assert_eq!(programs.len(), 2);
}

/// Compiles a program as a reader would who has copied it.
fn build(program: &str) -> PathBuf {
    let directory = tempfile::tempdir_in(scratch("manual")).unwrap();
    let source = directory.path().join("prog.c");
    fs::write(&source, program).unwrap();
    Compiler::c().std("c99").source(&source).link_shared().build("manual")
}
