//! Strings that break one part of a pattern. A client with a wrong pattern accepts some of them.

use std::collections::BTreeMap;

use regex_syntax::hir::{Hir, HirKind, Repetition};

use super::characters;
use super::matching::{literal, parsed, usual};

/// The most strings of one part of a pattern.
const MAX_STRINGS: usize = 200;

/// The longest usual string of a pattern whose parts are broken, in bytes.
const MAX_BYTES: usize = 4_000;

/// A string that probably does not match: the other parts of the pattern can allow it.
#[derive(Debug)]
pub(crate) struct Broken {
    /// What is wrong, as a part of the case id.
    pub(crate) name: String,
    /// The same in words.
    pub(crate) what: String,
    pub(crate) text: String,
}

fn broken(name: impl Into<String>, what: impl Into<String>, text: impl Into<String>) -> Broken {
    Broken { name: name.into(), what: what.into(), text: text.into() }
}

/// Strings that are close to a matching string: `good` with characters before or after it, then each part of the pattern broken.
/// Each name occurs once.
pub(crate) fn breaking(pattern: &str, good: &str) -> Vec<Broken> {
    let mut all = vec![
        broken("leading-blank", "a blank before the value", format!(" {good}")),
        broken("trailing-blank", "a blank after the value", format!("{good} ")),
        broken("trailing-newline", "a newline after the value", format!("{good}\n")),
        broken("line-before", "a line before the value", format!("conformance\n{good}")),
        broken("line-after", "a line after the value", format!("{good}\nconformance")),
    ];
    let is_short = |hir: &Hir| usual(hir).is_some_and(|text| text.len() <= MAX_BYTES);
    all.extend(parsed(pattern).filter(is_short).map(|hir| strings(&hir, "prefix")).unwrap_or_default());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for broken in &mut all {
        let count = counts.entry(broken.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            broken.name = format!("{}-{count}", broken.name);
        }
    }
    all
}

/// Strings that break one part. `place` says where its literals are.
fn strings(hir: &Hir, place: &str) -> Vec<Broken> {
    let mut all = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Vec::new(),
        HirKind::Literal(text) => literals(&literal(text), place),
        HirKind::Class(class) => {
            let outside = characters::outside(class).into_iter();
            let named = outside.map(|character| {
                let name = format!("with-{}", characters::name(character));
                broken(name, format!("the character '{character}'"), character)
            });
            named.collect()
        }
        HirKind::Capture(capture) => strings(&capture.sub, place),
        HirKind::Alternation(choices) => {
            choices.iter().flat_map(|choice| strings(choice, "choice")).collect()
        }
        HirKind::Concat(parts) => in_sequence(parts, place),
        HirKind::Repetition(repetition) => repeated(hir, repetition),
    };
    all.truncate(MAX_STRINGS);
    all
}

fn literals(text: &str, place: &str) -> Vec<Broken> {
    let other_case = if text == text.to_uppercase() { text.to_lowercase() } else { text.to_uppercase() };
    let mut all = Vec::new();
    if other_case != text {
        all.push(broken(format!("other-case-{place}"), format!("the {place} in the other case"), other_case));
    }
    if text.ends_with("://") {
        all.push(broken("other-scheme", "another scheme", "https://"));
    }
    all.push(broken(format!("without-{place}"), format!("no {place}"), ""));
    let mut shorter = text.to_owned();
    shorter.pop();
    if !shorter.is_empty() {
        all.push(broken(format!("shorter-{place}"), format!("a shorter {place}"), shorter));
    }
    all
}

/// Each part broken, with the others as usual.
fn in_sequence(parts: &[Hir], place: &str) -> Vec<Broken> {
    let usual: Option<Vec<String>> = parts.iter().map(usual).collect();
    let Some(usual) = usual else { return Vec::new() };
    let is_written = |part: &Hir| !matches!(part.kind(), HirKind::Empty | HirKind::Look(_));
    let (first, last) = (parts.iter().position(is_written), parts.iter().rposition(is_written));
    let broken = parts.iter().enumerate().flat_map(|(index, part)| {
        let place = match index {
            _ if place != "prefix" => place,
            index if Some(index) == first => "prefix",
            index if Some(index) == last => "suffix",
            _ => "middle",
        };
        let (before, after) = (usual[..index].concat(), usual[index + 1..].concat());
        strings(part, place)
            .into_iter()
            .map(move |broken| Broken { text: format!("{before}{}{after}", broken.text), ..broken })
    });
    broken.take(MAX_STRINGS).collect()
}

/// One repetition too few, one too many, and one repetition broken.
fn repeated(hir: &Hir, repetition: &Repetition) -> Vec<Broken> {
    let (Some(one), Some(row)) = (usual(&repetition.sub), usual(hir)) else { return Vec::new() };
    let count = row.len().checked_div(one.len()).unwrap_or_default();
    let mut all = Vec::new();
    if let Some(fewer) = repetition.min.checked_sub(1) {
        all.push(broken("one-too-few", "one repetition too few", one.repeat(fewer as usize)));
    }
    if let Some(more) = repetition.max.filter(|max| one.len().saturating_mul(*max as usize) < MAX_BYTES) {
        all.push(broken("one-too-many", "one repetition too many", one.repeat(more as usize + 1)));
    }
    let (before, after) = (one.repeat(count / 2), one.repeat(count.saturating_sub(count / 2 + 1)));
    all.extend(
        strings(&repetition.sub, "middle")
            .into_iter()
            .map(|broken| Broken { text: format!("{before}{}{after}", broken.text), ..broken }),
    );
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_occurs_once_and_long_patterns_have_only_the_surroundings() {
        let all = breaking("^a[b-d][b-d]$", "abc");
        let names: std::collections::BTreeSet<&str> = all.iter().map(|broken| broken.name.as_str()).collect();
        assert!(names.len() == all.len() && names.contains("with-lower-e-2"), "{names:?}");
        assert_eq!(breaking("((a{1000}){1000}){1000}", "a").len(), 5);
    }
}
