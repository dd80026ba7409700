//! Numbers as documents write them: in digits, or in a word.

/// Not "one", which is an article too.
const WORDS: [(&str, f64); 18] = [
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("tenth", 0.1),
    ("ten", 10.0),
    ("twelve", 12.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("ninety", 90.0),
    ("hundred", 100.0),
];

/// A pattern for one of them.
pub fn pattern() -> String {
    let words = WORDS.map(|(word, _)| word).join("|");
    format!(r"\b(?:\d+(?:[.,]\d+)*|(?i:{words}))\b")
}

/// What the pattern has found.
pub fn read(text: &str) -> f64 {
    let word = WORDS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
    word.map_or_else(|| text.replace(',', "").parse().unwrap(), |(_, number)| *number)
}
