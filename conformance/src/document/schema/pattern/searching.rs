//! Strings that probably match several patterns, or a pattern with look-around. The caller checks them.

use super::covering::covering;
use super::matching::matching;

/// The longest string that is tried where the schema states no length, in characters.
const LONGEST: usize = 300;

/// The most strings that are joined from the look-arounds of a pattern.
const MAX_JOINED: usize = 64;

/// Strings of at most `most` characters that use the parts of the patterns: each pattern without its look-around, and with what its
/// look-around asks for before or after it.
pub(crate) fn candidates(patterns: &[&str], least: usize, most: Option<usize>) -> Vec<String> {
    let longest = most.unwrap_or(LONGEST.max(least)).min(LONGEST.max(least));
    let mut all = Vec::new();
    for pattern in patterns {
        let Split { rest, asked } = split(pattern);
        let lengths = [least.max(1), least, longest];
        let rests = lengths.into_iter().filter_map(|length| matching(&rest, length, most));
        let rests: Vec<String> = rests.chain(covering(&rest, longest)).collect();
        let asked: Vec<String> = asked.iter().filter_map(|inner| matching(inner, 1, most)).collect();
        let together = asked.concat();
        let added = asked.iter().chain([&together]).filter(|text| !text.is_empty());
        let joined = added.flat_map(|text| {
            let around = rests.iter().flat_map(move |rest| {
                let kept: String = rest.chars().skip(text.chars().count()).collect();
                [format!("{text}{rest}"), format!("{rest}{text}"), format!("{text}{kept}"), text.clone()]
            });
            around.collect::<Vec<_>>()
        });
        let joined: Vec<String> = joined.take(MAX_JOINED).collect();
        all.extend(rests);
        all.extend(joined);
    }
    all
}

/// A pattern without its look-around.
struct Split {
    rest: String,
    /// What the positive look-around asks for.
    asked: Vec<String>,
}

fn split(pattern: &str) -> Split {
    let mut split = Split { rest: String::new(), asked: Vec::new() };
    let mut at = pattern;
    while let Some(next) = at.chars().next() {
        if let Some((is_asked, inner, after)) = look_around(at) {
            split.asked.extend(is_asked.then(|| inner.to_owned()));
            at = after;
            continue;
        }
        let taken =
            if next == '\\' { 1 + at.chars().nth(1).map_or(0, char::len_utf8) } else { next.len_utf8() };
        split.rest.push_str(&at[..taken]);
        at = &at[taken..];
    }
    split
}

/// A look-around at the start of the text: whether it is positive, what is in it, and what follows it.
fn look_around(text: &str) -> Option<(bool, &str, &str)> {
    let kinds = [("(?=", true), ("(?!", false), ("(?<=", true), ("(?<!", false)];
    let (begin, is_asked) = kinds.into_iter().find(|(begin, _)| text.starts_with(begin))?;
    let inner = &text[begin.len()..];
    let end = closing(inner)?;
    Some((is_asked, &inner[..end], &inner[end + 1..]))
}

/// Where the group that the text is in ends.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut is_in_class, mut is_escaped) = (1, false, false);
    for (index, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => is_in_class = true,
            ']' => is_in_class = false,
            '(' if !is_in_class => depth += 1,
            ')' if !is_in_class => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schema::pattern::accepts;

    #[test]
    fn a_string_is_found_for_patterns_with_look_around() {
        for pattern in [
            r"^(?=.*[A-Z])(?=.*\d)(?=.*[a-z]).{8,}$",
            "^(?!-)[a-z0-9-]{1,63}(?<!-)$",
            r"^(?=(.*\)){2})[a-z)]+$",
            r"^(a|b)\1$",
        ] {
            let found =
                candidates(&[pattern], 0, None).into_iter().find(|text| accepts(pattern, text) == Some(true));
            assert!(found.is_some() || pattern.contains(r"\1"), "{pattern}");
        }
    }

    #[test]
    fn a_string_is_found_that_matches_two_patterns() {
        let found = candidates(&["^[a-z0-9]+$", "[0-9]$"], 0, Some(20));
        assert!(
            found
                .iter()
                .any(|text| accepts("^[a-z0-9]+$", text) == Some(true)
                    && accepts("[0-9]$", text) == Some(true))
        );
    }
}
