//! A rule's sentences, and what is wrong with those in the documents.

use std::ops::Range;

use regex_lite::Regex;

use super::document::Document;
use super::number;

/// Documents of one kind, by path or by directory. What must be said there may be said in any of them.
pub type Place = &'static [&'static str];

/// What the code says.
#[derive(Debug)]
pub enum Value {
    Number(f64),
    /// In this order, with commas or words between them.
    Numbers(Vec<f64>),
    /// Compared as text: 3.10 is no 3.1.
    Version(String),
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<Vec<f64>> for Value {
    fn from(numbers: Vec<f64>) -> Value {
        Value::Numbers(numbers)
    }
}

impl From<&str> for Value {
    fn from(version: &str) -> Value {
        Value::Version(version.to_owned())
    }
}

/// One rule of the code and all that documents say of it.
pub struct Rule {
    what: &'static str,
    value: Value,
    sentences: Vec<Sentence>,
}

/// A pattern whose hole is the rule's number.
struct Sentence {
    places: &'static [Place],
    pattern: Regex,
    /// What the number is to be multiplied by.
    unit: f64,
}

/// The holes of a pattern. A number has the rule's own unit (bytes, seconds) or another one.
const HOLES: [(&str, f64); 5] =
    [("{}", 1.0), ("{KiB}", 1024.0), ("{ms}", 0.001), ("{min}", 60.0), ("{h}", 3600.0)];

impl Rule {
    pub fn new(what: &'static str, value: impl Into<Value>) -> Rule {
        Rule { what, value: value.into(), sentences: Vec::new() }
    }

    /// Each of `places` has this sentence, and wherever else it stands its number is right.
    pub fn said(mut self, places: &'static [Place], sentence: &str) -> Rule {
        let (hole, unit) = HOLES.into_iter().find(|(hole, _)| sentence.contains(hole)).expect(sentence);
        let number = match self.value {
            Value::Number(_) => number::pattern(),
            Value::Numbers(_) => r"\d[\d, andor]*\d".to_owned(),
            Value::Version(_) => r"\d[\d.-]*\d".to_owned(),
        };
        let pattern = Regex::new(&sentence.replace(hole, &format!("({number})"))).unwrap();
        self.sentences.push(Sentence { places, pattern, unit });
        self
    }

    fn agrees(&self, said: &str, unit: f64) -> bool {
        match &self.value {
            Value::Number(number) => (number::read(said) * unit - number).abs() < 1e-9,
            Value::Numbers(numbers) => {
                let said = said.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
                said.map(number::read).eq(numbers.iter().copied())
            }
            Value::Version(version) => said == version,
        }
    }
}

/// Every sentence with a number that is not its rule's, and every one that is not where it should be.
pub fn complaints(rules: &[Rule], documents: &[Document]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (rule, sentence) in rules.iter().flat_map(|rule| rule.sentences.iter().map(move |it| (rule, it))) {
        let mut found = Vec::new();
        for document in documents {
            for said in sentence.pattern.captures_iter(&document.text) {
                found.push(document.path.as_str());
                if !rule.agrees(&said[1], sentence.unit) {
                    let (path, said) = (&document.path, &said[0]);
                    wrong.push(format!("{path}: {said:?}, but {} is {:?}", rule.what, rule.value));
                }
            }
        }
        let is_in = |place: &Place| found.iter().any(|path| place.iter().any(|part| is_within(path, part)));
        for place in sentence.places.iter().filter(|place| !is_in(place)) {
            wrong.push(format!("{place:?}: nowhere says {}, {}", rule.what, sentence.pattern));
        }
    }
    wrong
}

fn is_within(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What looks like the number of a rule: one with a unit, one behind a name, and a version of something.
fn quantities() -> [Regex; 3] {
    let number = number::pattern();
    let units = "bytes|characters|[KMG]iB|[kMG]B|ms|milliseconds|seconds|s|minutes|hours|days|years|attempts|\
        requests|challenges|times";
    let names = "defaults? to|default:|exit status|number|port";
    let programs = "Rust|C?Python|CMake|azure-core|(?i:agents?|before|since|version)";
    [
        format!(r"{number} (?:{units})\b"),
        format!(r"\b(?i:{names}) \d+"),
        format!(r"\b(?:{programs}) \d+(?:\.\d+)+"),
    ]
    .map(|pattern| Regex::new(&pattern).unwrap())
}

/// Every number of a page that belongs to no rule and is no known fact, and every fact that no page has.
pub fn strangers(rules: &[Rule], facts: &[&str], documents: &[Document]) -> Vec<String> {
    let facts: Vec<Regex> = facts.iter().map(|fact| Regex::new(fact).unwrap()).collect();
    let known: Vec<&Regex> =
        rules.iter().flat_map(|rule| rule.sentences.iter().map(|it| &it.pattern)).chain(&facts).collect();
    let mut strangers = Vec::new();
    for document in documents.iter().filter(|document| document.is_page()) {
        let spans = |pattern: &Regex| -> Vec<Range<usize>> {
            pattern.find_iter(&document.text).map(|found| found.range()).collect()
        };
        let known: Vec<Range<usize>> = known.iter().flat_map(|pattern| spans(pattern)).collect();
        for quantity in quantities().iter().flat_map(spans) {
            if !known.iter().any(|span| span.start <= quantity.start && quantity.start < span.end) {
                strangers.push(format!("{}: {:?}", document.path, &document.text[quantity]));
            }
        }
    }
    let is_gone = |fact: &&Regex| !documents.iter().any(|document| fact.is_match(&document.text));
    strangers.extend(facts.iter().filter(is_gone).map(|fact| format!("nowhere: {fact}")));
    strangers
}
