//! Strings found from a pattern: ones it accepts, of a wanted length, and ones it refuses.

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::limit;
use crate::document::LARGEST_PATTERN;

/// The most an unbounded repetition is stretched; no documented limit comes near.
const STRETCH: u32 = limit::SIZE as u32;

/// A string that the pattern accepts, between `least` and `most` characters long; none when the
/// pattern uses something this crate cannot write out (a look-around, say) or has no such string.
pub fn matching(pattern: &str, least: usize, most: Option<usize>) -> Option<String> {
    let hir = regex_syntax::parse(&ascii(pattern)).ok()?;
    let shortest = write(&hir, 0)?;
    if shortest.chars().count() >= least {
        return Some(shortest).filter(|found| most.is_none_or(|most| found.chars().count() <= most));
    }
    stretched(&hir, least).filter(|found| most.is_none_or(|most| found.chars().count() <= most))
}

/// A string of just that length that the pattern accepts.
pub fn of_length(pattern: &str, length: usize) -> Option<String> {
    let found = matching(pattern, length, Some(length))?;
    (found.chars().count() == length).then_some(found)
}

/// Whether the pattern, read as JSON Schema reads one (unanchored), accepts a string.
pub fn accepts(pattern: &str, text: &str) -> Option<bool> {
    Some(compiled(pattern)?.is_match(text))
}

/// A string near `good` that the pattern refuses, no longer than `most`: the change most likely to
/// slip through a careless check comes first.
pub fn refused(pattern: &str, good: &str, most: Option<usize>) -> Option<String> {
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
    let compiled = compiled(pattern)?;
    candidates.into_iter().find(|text| !compiled.is_match(text))
}

fn compiled(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(&ascii(pattern)).size_limit(LARGEST_PATTERN).build().ok()
}

/// The pattern with ECMAScript's spellings put into the regex crates' own: `\d` and `\w` mean
/// ASCII there, and `$` never stops before a final line feed.
fn ascii(pattern: &str) -> String {
    pattern.replace(r"\d", "[0-9]").replace(r"\w", "[0-9A-Za-z_]")
}

/// The shortest stretch of the pattern's unbounded parts that reaches a length.
fn stretched(hir: &Hir, length: usize) -> Option<String> {
    // What is longer than anything that is tried is long enough.
    let reaches = |extra: u32| write(hir, extra).is_none_or(|text| text.chars().count() >= length);
    let (mut low, mut high) = (0, STRETCH);
    if !reaches(high) {
        return None;
    }
    while low + 1 < high {
        let middle = u32::midpoint(low, high);
        if reaches(middle) { high = middle } else { low = middle }
    }
    write(hir, high)
}

/// A string the pattern accepts, with `extra` more turns in all of its repetitions together: what
/// the first cannot take, the next one gets. None when it is longer than anything that is tried.
fn write(hir: &Hir, extra: u32) -> Option<String> {
    let mut out = String::new();
    let mut left = extra;
    put(hir, &mut left, &mut out)?;
    Some(out)
}

fn put(hir: &Hir, left: &mut u32, out: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => out.extend(letter(class)),
        HirKind::Capture(capture) => put(&capture.sub, left, out)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| put(part, left, out))?,
        HirKind::Alternation(choices) => choices.first().map_or(Some(()), |first| put(first, left, out))?,
        HirKind::Repetition(repetition) => {
            let room = repetition.max.unwrap_or(u32::MAX) - repetition.min;
            let more = room.min(*left);
            *left -= more;
            for _ in 0..repetition.min + more {
                let before = out.len();
                put(&repetition.sub, &mut 0, out)?;
                if out.len() == before {
                    break;
                }
            }
        }
    }
    (out.len() <= 8 * limit::SIZE).then_some(())
}

/// A readable character of a class: a letter where it has one, else its first.
fn letter(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let holds = |wanted: &char| ranges.iter().any(|(start, end)| (start..=end).contains(&wanted));
    ['a', 'A', '0'].iter().find(|wanted| holds(wanted)).copied().or(ranges.first().map(|range| range.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEDIA: &str = r"^media:\/\/[a-zA-Z0-9\-_\.\/]+$";

    #[test]
    fn the_shortest_and_the_longest_string_match_and_have_their_length() {
        assert_eq!(matching(MEDIA, 1, Some(255)).unwrap(), "media://a");
        let longest = of_length(MEDIA, 255).unwrap();
        assert_eq!((longest.len(), accepts(MEDIA, &longest)), (255, Some(true)));
    }

    #[test]
    fn a_bounded_pattern_cannot_be_stretched_past_its_end() {
        assert_eq!(of_length("^[0-9a-f]{32}$", 32).unwrap().len(), 32);
        assert_eq!(of_length("^[0-9a-f]{32}$", 33), None);
    }

    #[test]
    fn a_refused_string_is_refused_and_keeps_the_length_limit() {
        let broken = refused(MEDIA, "media://a", Some(9)).unwrap();
        assert_eq!(accepts(MEDIA, &broken), Some(false));
        assert!(broken.chars().count() <= 9);
    }

    #[test]
    fn a_pattern_that_accepts_everything_has_no_refused_string() {
        assert_eq!(refused("", "x", None), None);
    }

    #[test]
    fn what_cannot_be_parsed_gives_nothing_instead_of_a_guess() {
        assert_eq!(matching("(?=x)x", 0, None), None);
    }
}
