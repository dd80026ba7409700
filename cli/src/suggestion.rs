//! What was most likely meant by a name that does not exist.

/// The most edits that a slip of the fingers makes of a short name, and of a longer one.
const EDITS: [usize; 2] = [1, 2];

/// The letters from which on a name is a longer one, and a beginning of one is enough.
const LONGER: usize = 5;
const BEGINNING: usize = 3;

/// The one of these names that was most likely meant, if one is near enough.
pub(crate) fn nearest<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let edits = EDITS[usize::from(text.len() >= LONGER)];
    let names = names.into_iter().filter_map(|name| Some((difference(&text, name, edits)?, name)));
    names.min_by_key(|(difference, _)| *difference).map(|(_, name)| name)
}

/// How much a name differs from a text, unless that is too much.
fn difference(text: &[char], name: &str, edits: usize) -> Option<usize> {
    let name: Vec<char> = name.chars().collect();
    // A beginning is as good as the largest slip.
    if text.len() >= BEGINNING && name.starts_with(text) {
        return Some(edits);
    }
    // That many letters too few or too many are that many edits at least.
    let is_near = text.len().abs_diff(name.len()) <= edits;
    is_near.then(|| distance(text, &name)).filter(|distance| *distance <= edits)
}

/// The fewest letters to add, leave out, replace or swap with their neighbour: the optimal string alignment distance.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut rows = vec![(0..=other.len()).collect::<Vec<_>>()];
    for (i, letter) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, same) in other.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(letter != same);
            let mut fewest = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && one[i - 1] == *same && other[j - 1] == *letter {
                fewest = fewest.min(rows[i - 1][j - 1] + 1);
            }
            row.push(fewest);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    fn letters(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn distances() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("token", "token", 0),
            ("tokn", "token", 1),
            ("tokens", "token", 1),
            ("tokem", "token", 1),
            ("tokne", "token", 1),
            ("otkne", "token", 2),
            ("kitten", "sitting", 3),
            // A letter is moved once: otherwise this would be 2.
            ("ca", "abc", 3),
        ] {
            assert_eq!(distance(&letters(one), &letters(other)), expected, "{one} {other}");
            assert_eq!(distance(&letters(other), &letters(one)), expected, "{other} {one}");
        }
    }

    #[test]
    fn what_is_near_is_named_and_nothing_else() {
        let names = ["arm", "aks", "sql", "keyvault", "storage", "graph", "monitor", "force-refresh"];
        for (text, expected) in [
            ("keyvalt", Some("keyvault")),
            ("KeyValut", Some("keyvault")),
            ("keyvualtt", Some("keyvault")),
            ("stor", Some("storage")),
            ("force", Some("force-refresh")),
            ("grpah", Some("graph")),
            ("am", Some("arm")),
            // A short one that differs by two letters is another word, and so is a longer one by three.
            ("ab", None),
            ("axm", Some("arm")),
            ("axx", None),
            ("keyxxxlt", None),
            ("monitoring", None),
            ("st", None),
            ("", None),
            ("synapse", None),
        ] {
            assert_eq!(nearest(text, names), expected, "{text}");
        }
    }

    #[test]
    fn the_nearest_of_several_is_named() {
        assert_eq!(nearest("client-ix", ["object-id", "clients-id", "client-id"]), Some("client-id"));
        assert_eq!(nearest("tokens", ["tokenized", "token"]), Some("token"));
        assert_eq!(nearest(&"a".repeat(100_000), ["token"]), None);
    }
}
