//! What a terminal may get of a stranger's text.

use std::fmt::Write;

/// Whether a terminal shows this character, and does nothing else with it.
pub(crate) fn is_printable(c: char) -> bool {
    !c.is_control() && !is_invisible(c)
}

/// Characters that change the order of others on a terminal, or cannot be seen: Unicode's format characters, and its
/// separators of lines.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        || matches!(c, '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}')
}

/// Whether this is visible ASCII throughout. It is looked at in words of eight bytes: of a token's 1,500 bytes one at a
/// time, that would be a twentieth of a handshake's instructions.
pub(crate) fn is_visible_ascii(text: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHEST_BITS: u64 = 0x80 * ONES;
    // Where all bytes are ASCII no sum carries into the next one. The first sum sets the highest bit of each byte from the
    // first visible character on, and the second that of the last ASCII character, which is not visible.
    let is_visible = |word: u64| {
        word & HIGHEST_BITS == 0
            && (word + (0x80 - u64::from(b'!')) * ONES) & HIGHEST_BITS == HIGHEST_BITS
            && (word + ONES) & HIGHEST_BITS == 0
    };
    let words = text.chunks_exact(8);
    let rest_is_visible = words.remainder().iter().all(u8::is_ascii_graphic);
    rest_is_visible
        && words.into_iter().all(|word| word.try_into().map(u64::from_ne_bytes).is_ok_and(is_visible))
}

/// Appends `text`, with the escapes of JSON for what a terminal must not get. So a JSON document stays what it is,
/// where its line breaks are left out.
pub fn push_escaped(shown: &mut String, text: &str) {
    for c in text.chars() {
        if is_printable(c) {
            shown.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a text never fails.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visible_ascii_is_what_the_standard_library_says() {
        for byte in 0..=u8::MAX {
            for length in [1, 8, 17] {
                for place in 0..length {
                    let mut text = vec![b'!'; length];
                    text[place] = byte;
                    assert_eq!(is_visible_ascii(&text), byte.is_ascii_graphic(), "{text:?}");
                }
            }
        }
        assert!(is_visible_ascii(b"") && !is_visible_ascii(&[b' '; 8]) && !is_visible_ascii(&[0xff; 16]));
    }

    #[test]
    fn what_a_terminal_must_not_get_is_escaped_as_in_json() {
        for (text, expected) in [
            ("Zürich, 東京 \u{1f600} \\ \"", "Zürich, 東京 \u{1f600} \\ \""),
            ("\u{1b}[2J\u{7}", r"\u001b[2J\u0007"),
            ("a\r\n\tb\0", r"a\u000d\u000a\u0009b\u0000"),
            ("\u{7f}\u{80}\u{9b}31m\u{9f}", r"\u007f\u0080\u009b31m\u009f"),
            ("\u{202e}desrever\u{2066}", r"\u202edesrever\u2066"),
            ("\u{2028}\u{2029}\u{200b}\u{ad}", r"\u2028\u2029\u200b\u00ad"),
            ("\u{e0041}", r"\udb40\udc41"),
        ] {
            let mut shown = String::from("> ");
            push_escaped(&mut shown, text);
            assert_eq!(shown, format!("> {expected}"));
        }
    }
}
