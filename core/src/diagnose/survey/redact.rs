//! What is shown of a stranger's text: the words of the protocol as they are, and of all else its shape.

use std::iter;

use super::vocabulary::is_known;

/// The most that is shown of a text, in characters.
const MAX_TEXT: usize = 500;

/// A text in which each run of letters, digits, `-` and `_` that is not made of known words is replaced by its shape.
pub(super) fn redacted(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_in_run(c) != is_in_run(first)).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        if is_in_run(first) {
            shown.push_str(&run(piece));
        } else {
            shown.extend(piece.chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' }));
        }
        rest = behind;
        if shown.len() > MAX_TEXT {
            return shown + "<more>";
        }
    }
    shown
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

fn run(run: &str) -> String {
    if is_date(run) || words(run).all(is_known) { run.to_owned() } else { shape(run) }
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

/// An api-version such as `2020-06-01`.
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
            "application/json; charset=utf-8",
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
            ("3000-01-01", "<10 characters>"),
            ("q", "<1 character>"),
        ] {
            assert_eq!(redacted(text), shown);
        }
        assert_eq!(shape("the token"), "<9 characters>");
    }

    #[test]
    fn a_long_text_is_cut() {
        let shown = redacted(&"error ".repeat(10_000));
        assert!(shown.ends_with("<more>") && shown.len() < 2 * MAX_TEXT, "{shown}");
    }
}
