//! Strings that match a pattern and together use all of it.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use super::characters;
use super::matching::{literal, parsed, written};

/// The most strings of one part of a pattern, and the longest, in characters.
const MAX_STRINGS: usize = 16;
const MAX_CHARACTERS: usize = 20_000;

/// Sequences that clients often change: to another path, another number, or another spelling.
const SEQUENCES: [&str; 9] = ["00", "//", "/../", "/./", "..", "--", "__", "  ", "%2F"];

/// First and last characters that clients often refuse or remove.
const OUTER: [(char, char); 3] = [('-', '/'), ('.', '.'), ('_', '-')];

/// Strings that many parsers read as numbers.
const NUMBERS: [&str; 2] = ["0012345678901234567", "0e15"];

/// Strings of at most `most` characters that match the pattern and together use every alternative, the characters of every class,
/// and the fewest and the most of every repetition. Empty when the pattern cannot be written out.
pub(crate) fn covering(pattern: &str, most: usize) -> Vec<String> {
    let Some(hir) = parsed(pattern) else { return Vec::new() };
    let shortest = written(&hir).map_or(0, |text| text.chars().count());
    let room = most.saturating_sub(shortest) / repetitions(&hir).max(1);
    let mut all = strings(&hir, room);
    all.retain(|text| text.chars().count() <= most);
    all
}

/// The number of repetitions in a pattern.
fn repetitions(hir: &Hir) -> usize {
    let inner = hir.kind().subs().iter().map(repetitions).sum::<usize>();
    inner + usize::from(matches!(hir.kind(), HirKind::Repetition(_)))
}

/// Strings of one part. Each repetition may be `room` characters longer than its shortest string.
fn strings(hir: &Hir, room: usize) -> Vec<String> {
    let mut all = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![String::new()],
        HirKind::Literal(text) => vec![literal(text)],
        HirKind::Class(class) => characters::edges(class).into_iter().map(String::from).collect(),
        HirKind::Capture(capture) => strings(&capture.sub, room),
        HirKind::Alternation(choices) => choices.iter().flat_map(|choice| strings(choice, room)).collect(),
        HirKind::Concat(parts) => in_sequence(parts.iter().map(|part| strings(part, room)).collect()),
        HirKind::Repetition(repetition) => match repetition.sub.kind() {
            HirKind::Class(class) => run(class, repetition, room),
            _ => repeated(&strings(&repetition.sub, room), repetition, room),
        },
    };
    all.retain(|text| text.chars().count() <= MAX_CHARACTERS);
    all.truncate(MAX_STRINGS);
    all
}

/// The first strings of all parts joined, then the second ones. A part with fewer strings repeats them.
fn in_sequence(parts: Vec<Vec<String>>) -> Vec<String> {
    if parts.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let count = parts.iter().map(Vec::len).max().unwrap_or_default();
    (0..count).map(|index| parts.iter().map(|part| part[index % part.len()].as_str()).collect()).collect()
}

/// Characters of a class in a row: sequences that clients often change and all members; numbers; first and last characters that clients
/// often refuse or remove; then the fewest and the most.
fn run(class: &Class, Repetition { min, max, .. }: &Repetition, room: usize) -> Vec<String> {
    let (least, most) = (*min as usize, max.map_or(usize::MAX, |max| max as usize));
    let most_here = most.min((least + room).max(least)).min(MAX_CHARACTERS);
    let Some(filler) = characters::preferred(class, ['0', 'a', 'A']) else { return Vec::new() };
    let is_within = |text: &&str| text.chars().all(|character| characters::holds(class, character));
    let sequences = SEQUENCES.into_iter().filter(is_within).map(str::to_owned);
    let pieces: Vec<String> =
        sequences.chain(characters::members(class).into_iter().map(String::from)).collect();
    let mut all = chunks(&pieces, most_here);
    all.extend(NUMBERS.into_iter().filter(is_within).map(str::to_owned));
    all.extend(OUTER.into_iter().filter_map(|(first, last)| {
        let held = |character| characters::holds(class, character).then_some(character);
        held(first).or(held(last))?;
        let (first, last) = (held(first).unwrap_or(filler), held(last).unwrap_or(filler));
        Some(filled(first.to_string(), filler, least.max(3) - 1) + &last.to_string())
    }));
    all.extend([least, least + 1, most].into_iter().filter(|count| *count <= most_here).map(|count| {
        let members = pieces.iter().flat_map(|piece| piece.chars());
        members.cycle().take(count).collect()
    }));
    let all = all.into_iter().map(|text| filled(text, filler, least));
    all.filter(|text| text.chars().count() <= most).collect()
}

fn filled(mut text: String, filler: char, least: usize) -> String {
    let missing = least.saturating_sub(text.chars().count());
    text.extend(std::iter::repeat_n(filler, missing.min(MAX_CHARACTERS)));
    text
}

/// The pieces joined into strings of at most `most` characters.
fn chunks(pieces: &[String], most: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    for piece in pieces {
        let length = all.last().map_or(0, |last| last.chars().count()) + piece.chars().count();
        match all.last_mut() {
            Some(last) if length <= most => last.push_str(piece),
            _ => all.push(piece.clone()),
        }
    }
    all.retain(|chunk| chunk.chars().count() <= most);
    all
}

/// A part in a row: each of its strings, then the fewest and the most.
fn repeated(strings: &[String], Repetition { min, max, .. }: &Repetition, room: usize) -> Vec<String> {
    let (least, most) = (*min as usize, max.map_or(usize::MAX, |max| max as usize));
    let longest = strings.iter().map(|text| text.chars().count()).max().unwrap_or_default().max(1);
    let most_here = most.min(least.saturating_add(room / longest)).min(MAX_CHARACTERS / longest);
    if strings.is_empty() || most_here < least {
        return Vec::new();
    }
    let row = |from: usize, count: usize| strings.iter().cycle().skip(from).take(count).map(String::as_str);
    let step = strings.len().min(most_here).max(1);
    let mut all: Vec<String> =
        (0..strings.len()).step_by(step).map(|from| row(from, step.max(least)).collect()).collect();
    let counts = [least, least.saturating_add(1), most].into_iter().filter(|count| *count <= most_here);
    all.extend(counts.map(|count| row(0, count).collect::<String>()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schema::pattern::matching::accepts;

    #[test]
    fn every_string_matches_its_pattern_and_is_not_longer_than_allowed() {
        for pattern in
            ["^(ab|[x-z]{2,3})+(-[0-9])*$", "^a?b{3}$", r"^\w+@\w+\.(com|org)$", "^(a|b)(c|d|e)f*$"]
        {
            let all = covering(pattern, 30);
            assert!(all.len() > 1, "{pattern}: {all:?}");
            for text in all {
                assert_eq!(accepts(pattern, &text), Some(true), "{pattern}: {text}");
                assert!(text.chars().count() <= 30, "{pattern}: {text}");
            }
        }
    }

    #[test]
    fn a_pattern_without_short_strings_has_few_strings() {
        for pattern in
            ["((a{1000}){1000}){1000}", "(((((((((a+)+)+)+)+)+)+)+)+)+", "(?:(?:x{500}){900})?", "(?=x)x"]
        {
            let length: usize = covering(pattern, 300).iter().map(String::len).sum();
            assert!(length < 10_000, "{pattern}: {length}");
        }
    }
}
