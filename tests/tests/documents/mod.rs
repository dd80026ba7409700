//! A number of a rule stands once in the code, and documents say the same one.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod audit;
mod document;
mod errors;
mod installed;
mod number;
mod rules;
mod sentence;

use document::{Document, documents};
use sentence::{Rule, complaints, strangers};

#[test]
fn documents_say_the_numbers_of_the_code() {
    let wrong = complaints(&rules::rules(), &documents());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_number_in_a_document_belongs_to_a_rule() {
    let strangers = strangers(&rules::rules(), rules::FACTS, &documents());
    assert!(strangers.is_empty(), "{}\nsee tests/tests/documents/rules.rs", strangers.join("\n"));
}

/// A rule about a page that says this.
fn said(text: &str) -> Vec<String> {
    let rule = Rule::new("the longest key", 4096.0).said(&[&["page.md"]], "1 to {} bytes of ASCII");
    complaints(&[rule], &[Document::new("page.md", text)])
}

#[test]
fn a_wrong_number_is_found_and_a_missing_one() {
    assert_eq!(said("A key has 1 to 4096 bytes\nof ASCII."), [""; 0]);
    for wrong in [
        "A key has 1 to 4097 bytes of ASCII.",
        "A key has 1 to two bytes of ASCII.",
        "A key has 1 to 4096 bytes of ASCII, and 1 to 8192 bytes of ASCII.",
        "A key has 4096 bytes.",
        "",
    ] {
        assert_eq!(said(wrong).len(), 1, "{wrong}");
    }
}

#[test]
fn a_number_that_no_rule_knows_is_found() {
    let page = |text: &str| {
        let facts = &["after 5 seconds at another place"];
        let rule = Rule::new("the timeout", 60.0).said(&[&["page.md"]], "{} seconds at most");
        strangers(&[rule], facts, &[Document::new("page.md", text)]).len()
    };
    assert_eq!(page("It takes 60 seconds at most, and after 5 seconds at another place."), 0);
    assert_eq!(page("It takes 60 seconds at most. It waits thirty\nminutes."), 2, "the fact is gone too");
    assert_eq!(page("after 5 seconds at another place; CMake 3.99 too"), 1);
}
