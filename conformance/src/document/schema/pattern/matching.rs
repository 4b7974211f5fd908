//! Strings of a given length that match a pattern, and a string close to one.

use jsonschema::{PatternOptions, Validator};
use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind, Literal, Repetition};
use serde_json::json;

use super::characters;

/// The largest compiled pattern, in bytes: what is larger is not used.
pub(crate) const LARGEST_PATTERN: usize = 1024 * 1024;

/// The longest string that is made, in characters.
pub(crate) const MAX_LENGTH: usize = 70_000;

/// A string that matches the pattern, between `least` and `most` characters long; none when there is no such string, or
/// when the pattern uses something that cannot be written out (look-around, for example).
pub(crate) fn matching(pattern: &str, least: usize, most: Option<usize>) -> Option<String> {
    let hir = parsed(pattern)?;
    let shortest = write(&hir, 0)?;
    let found = if shortest.chars().count() >= least { shortest } else { stretched(&hir, least)? };
    most.is_none_or(|most| found.chars().count() <= most).then_some(found)
}

/// Whether a string matches the pattern; none when the pattern is invalid.
pub(crate) fn accepts(pattern: &str, text: &str) -> Option<bool> {
    Some(Matcher::of(pattern)?.accepts(text))
}

/// A compiled pattern. It is not anchored, as JSON Schema says.
pub(crate) enum Matcher {
    /// A pattern that takes linear time.
    Linear(Regex),
    /// A pattern with look-around or a back-reference: a schema that has it, compiled by the engine that judges it.
    Judged(Box<Validator>),
}

impl Matcher {
    /// None when the pattern is invalid or too large.
    pub(crate) fn of(pattern: &str) -> Option<Self> {
        let judged = || {
            let options = PatternOptions::fancy_regex().size_limit(LARGEST_PATTERN);
            let built =
                jsonschema::options().with_pattern_options(options).build(&json!({ "pattern": pattern }));
            Some(Self::Judged(Box::new(built.ok()?)))
        };
        compiled(pattern).map(Self::Linear).or_else(judged)
    }

    pub(crate) fn accepts(&self, text: &str) -> bool {
        match self {
            Self::Linear(regex) => regex.is_match(text),
            Self::Judged(validator) => validator.is_valid(&json!(text)),
        }
    }
}

/// A string close to `good` that does not match the pattern and is at most `most` characters long. The changes that a
/// careless check is most likely to miss are tried first.
pub(crate) fn mismatching(pattern: &str, good: &str, most: Option<usize>) -> Option<String> {
    let tail = |ending: char| {
        let mut text: Vec<char> = good.chars().collect();
        if most.is_some_and(|most| text.len() >= most) {
            text.pop();
        }
        text.push(ending);
        text.into_iter().collect::<String>()
    };
    let beyond = [' ', '!', '?', '#', '%', '"', 'é', '\n', '~', 'z', '0'];
    let mut candidates: Vec<String> = beyond.into_iter().map(tail).collect();
    candidates.push(good.chars().skip(1).collect());
    candidates.push(format!("!{}", good.chars().skip(1).collect::<String>()));
    candidates.push(String::new());
    let matcher = Matcher::of(pattern)?;
    candidates.into_iter().find(|text| !matcher.accepts(text))
}

/// The parts of a pattern; none when it uses something that cannot be written out (look-around, for example).
pub(super) fn parsed(pattern: &str) -> Option<Hir> {
    regex_syntax::parse(&ascii(pattern)).ok()
}

/// The shortest string of a part.
pub(super) fn written(hir: &Hir) -> Option<String> {
    write(hir, 0)
}

fn compiled(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(&ascii(pattern)).size_limit(LARGEST_PATTERN).build().ok()
}

/// The pattern with the meaning that ECMAScript gives it: `\d` and `\w` match ASCII only.
fn ascii(pattern: &str) -> String {
    pattern.replace(r"\d", "[0-9]").replace(r"\w", "[0-9A-Za-z_]")
}

/// A string of at least `length` characters, with as few extra repetitions as possible.
fn stretched(hir: &Hir, length: usize) -> Option<String> {
    // None: the string is longer than the cap, so it is long enough.
    let reaches = |extra: u32| write(hir, extra).is_none_or(|text| text.chars().count() >= length);
    // A repetition usually adds a character, but it can also add none.
    let mut high = [length.min(MAX_LENGTH), MAX_LENGTH]
        .map(|most| most as u32)
        .into_iter()
        .find(|most| reaches(*most))?;
    let mut low = 0;
    while low + 1 < high {
        let middle = u32::midpoint(low, high);
        if reaches(middle) { high = middle } else { low = middle }
    }
    write(hir, high)
}

/// A string that matches the pattern, with `extra` more repetitions than the minimum. The first repetition of the pattern
/// takes as many as it allows, then the next. None when the string is longer than the cap.
fn write(hir: &Hir, extra: u32) -> Option<String> {
    let mut out = String::new();
    let mut left = extra;
    put(hir, &mut left, &mut out)?;
    Some(out)
}

fn put(hir: &Hir, left: &mut u32, out: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(text) => out.push_str(&literal(text)),
        HirKind::Class(class) => out.extend(letter(class)),
        HirKind::Capture(capture) => put(&capture.sub, left, out)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| put(part, left, out))?,
        HirKind::Alternation(choices) => choices.first().map_or(Some(()), |first| put(first, left, out))?,
        HirKind::Repetition(repetition) => {
            let room = repetition.max.unwrap_or(u32::MAX) - repetition.min;
            let more = room.min(*left);
            *left -= more;
            let count = (repetition.min + more) as usize;
            if count > 0 {
                let mut one = String::new();
                put(&repetition.sub, &mut 0, &mut one)?;
                one.len().checked_mul(count).filter(|length| *length <= 8 * MAX_LENGTH)?;
                out.push_str(&one.repeat(count));
            }
        }
    }
    (out.len() <= 8 * MAX_LENGTH).then_some(())
}

/// The usual string of a part: the first alternative, three characters of a repeated class, and one of any other repetition, or the
/// fewest that the pattern allows. None when the string is longer than the cap.
pub(super) fn usual(hir: &Hir) -> Option<String> {
    let text = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => String::new(),
        HirKind::Literal(text) => literal(text),
        HirKind::Class(class) => letter(class)?.into(),
        HirKind::Capture(capture) => usual(&capture.sub)?,
        HirKind::Concat(parts) => parts.iter().map(usual).collect::<Option<String>>()?,
        HirKind::Alternation(choices) => choices.first().map_or(Some(String::new()), usual)?,
        HirKind::Repetition(Repetition { min, max, sub, .. }) => {
            let inner = if matches!(sub.kind(), HirKind::Class(_)) { 3 } else { 1 };
            let count = max.unwrap_or(u32::MAX).min(inner.max(*min)) as usize;
            let one = usual(sub)?;
            (one.len().checked_mul(count)? <= MAX_LENGTH).then(|| one.repeat(count))?
        }
    };
    (text.len() <= MAX_LENGTH).then_some(text)
}

pub(super) fn literal(literal: &Literal) -> String {
    String::from_utf8_lossy(&literal.0).into_owned()
}

fn letter(class: &Class) -> Option<char> {
    characters::preferred(class, ['a', 'A', '0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEDIA: &str = r"^media:\/\/[a-zA-Z0-9\-_\.\/]+$";

    fn of_length(pattern: &str, length: usize) -> Option<String> {
        matching(pattern, length, Some(length)).filter(|found| found.chars().count() == length)
    }

    #[test]
    fn the_shortest_and_the_longest_string_match_and_have_their_length() {
        assert_eq!(matching(MEDIA, 1, Some(255)).unwrap(), "media://a");
        let longest = of_length(MEDIA, 255).unwrap();
        assert_eq!((longest.len(), accepts(MEDIA, &longest)), (255, Some(true)));
    }

    #[test]
    fn a_bounded_pattern_has_no_longer_string() {
        assert_eq!(of_length("^[0-9a-f]{32}$", 32).unwrap().len(), 32);
        assert_eq!(of_length("^[0-9a-f]{32}$", 33), None);
    }

    #[test]
    fn a_mismatching_string_does_not_match_and_keeps_the_maximum_length() {
        let broken = mismatching(MEDIA, "media://a", Some(9)).unwrap();
        assert_eq!(accepts(MEDIA, &broken), Some(false));
        assert!(broken.chars().count() <= 9);
    }

    #[test]
    fn a_pattern_that_matches_everything_has_no_mismatching_string() {
        assert_eq!(mismatching("", "x", None), None);
    }

    #[test]
    fn an_unsupported_pattern_gives_no_string() {
        assert_eq!(matching("(?=x)x", 0, None), None);
    }
}
