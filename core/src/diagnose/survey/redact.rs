//! What is shown of a stranger's text: the words of the protocol as they are, and of all else its shape.

use std::iter;

use super::vocabulary::{API_VERSIONS, is_known, is_status};

/// The most that is shown of a text, in bytes.
const MAX_TEXT: usize = 500;

/// A text in which each run of letters, digits, `-` and `_` that is not made of known words is replaced by its shape.
pub(super) fn redacted(text: &str) -> String {
    // A date beside them is another one.
    let lists_versions = API_VERSIONS.iter().any(|version| text.contains(version));
    let mut shown = String::new();
    let mut rest = text;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_in_run(c) != is_in_run(first)).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        let piece = match is_in_run(first) {
            true if lists_versions && is_date(piece) => piece.to_owned(),
            true => run(before, piece, behind),
            false => printable(piece),
        };
        if shown.len() + piece.len() > MAX_TEXT {
            return shown + "<more>";
        }
        before = piece.chars().next_back().unwrap_or(' ');
        shown.push_str(&piece);
        rest = behind;
    }
    shown
}

fn printable(piece: &str) -> String {
    piece.chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' }).collect()
}

/// The shape of a value of which nothing is shown.
pub(super) fn shape(text: &str) -> String {
    let all = |is: fn(char) -> bool| text.chars().all(is);
    match text.chars().count() {
        0 => String::new(),
        _ if is_guid(text) => "<guid>".to_owned(),
        1 => "<1 character>".to_owned(),
        count if all(|c| c.is_ascii_digit()) => format!("<{count} digits>"),
        count => format!("<{count} characters>"),
    }
}

fn is_in_run(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

/// A number is shown only where it stands alone: it may be a part of an address.
fn run(before: char, run: &str, behind: &str) -> String {
    let stands_alone = before == ' ' && behind.chars().next().is_none_or(|c| matches!(c, ' ' | ',' | ';'));
    let is_shown = (is_status(run) && stands_alone) || words(run).all(is_known);
    if is_shown { run.to_owned() } else { shape(run) }
}

/// The words of a name: `error_description`, `x-request-id`, `resourceGroupName`, `AADSTS`.
fn words(run: &str) -> impl Iterator<Item = &str> {
    run.split(['-', '_']).flat_map(humps).filter(|word| !word.is_empty())
}

/// Cut before each capital letter that follows a small one.
fn humps(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    iter::from_fn(move || {
        let is_cut = |at: &usize| {
            let (before, behind) = (rest.as_bytes()[at - 1], rest.as_bytes()[*at]);
            before.is_ascii_lowercase() && behind.is_ascii_uppercase()
        };
        let cut = (1..rest.len()).find(is_cut).unwrap_or(rest.len());
        let (hump, behind) = rest.split_at(cut);
        rest = behind;
        (!hump.is_empty()).then_some(hump)
    })
}

/// Such as `2020-06-01`.
fn is_date(text: &str) -> bool {
    has_form(text, "dddd-dd-dd", char::is_ascii_digit) && text.starts_with("20")
}

fn is_guid(text: &str) -> bool {
    has_form(text, "dddddddd-dddd-dddd-dddd-dddddddddddd", char::is_ascii_hexdigit)
}

/// Whether a digit stands where the form has a `d`, and the same elsewhere.
fn has_form(text: &str, form: &str, is_digit: fn(&char) -> bool) -> bool {
    text.chars().count() == form.len()
        && text.chars().zip(form.chars()).all(|(c, form)| if form == 'd' { is_digit(&c) } else { c == form })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_protocol_are_shown() {
        for text in [
            "Basic realm=/var/opt/azcmagent/tokens/",
            "Missing Basic Authorization header",
            "unauthorized_client",
            "The api-version not specified. Supported are 2021-02-01 2020-06-01 2019-11-01 2019-08-15",
            "answered 401, not 200",
            "application/json",
            "resourceGroupName",
            "",
        ] {
            assert_eq!(redacted(text), text);
        }
    }

    #[test]
    fn all_else_is_shown_by_its_shape() {
        for (text, shown) in [
            ("realm=/tokens/6f1c2a34-0000-4a5b-9c7d-0123456789ab.key", "realm=/tokens/<guid>.key"),
            ("the machine web-token was not found", "the machine <9 characters> was not found"),
            ("tenant contoso.onmicrosoft.com", "tenant <7 characters>.<11 characters>.<3 characters>"),
            ("expires 1607626687", "expires <10 digits>"),
            ("errorContoso", "<12 characters>"),
            ("identity\u{e4}\u{1b}[31m", "<9 characters> [<3 characters>"),
            ("since 2024-05-17", "since <10 characters>"),
            ("from 192.168.200.101", "from <3 digits>.<3 digits>.<3 digits>.<3 digits>"),
            ("on [::1]:401", "on [::<1 character>]:<3 digits>"),
            ("server-200, 425-555-199", "<10 characters>, <11 characters>"),
            ("charset=utf-8", "charset=<5 characters>"),
            ("q", "<1 character>"),
        ] {
            assert_eq!(redacted(text), shown);
        }
        assert_eq!(shape("the token"), "<9 characters>");
    }

    #[test]
    fn a_long_text_is_cut() {
        for text in ["error ", "error-", "-", ".", "x"] {
            let shown = redacted(&text.repeat(10_000));
            assert!(shown.len() <= MAX_TEXT + "<more>".len(), "{shown}");
        }
        assert!(redacted(&"error ".repeat(10_000)).ends_with("error <more>"));
    }
}
