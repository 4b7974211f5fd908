//! Patterns that no string matches.

use regex_syntax::hir::{Hir, HirKind, Look};

use super::matching::parsed;

/// Whether it is certain that no string matches the pattern.
pub(crate) fn matches_nothing(pattern: &str) -> bool {
    parsed(pattern).is_some_and(|hir| is_impossible(&hir))
}

fn is_impossible(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => false,
        HirKind::Class(class) => class.is_empty(),
        HirKind::Capture(capture) => is_impossible(&capture.sub),
        HirKind::Repetition(repetition) => repetition.min > 0 && is_impossible(&repetition.sub),
        HirKind::Alternation(choices) => choices.iter().all(is_impossible),
        HirKind::Concat(parts) => parts.iter().any(is_impossible) || has_text_outside(parts),
    }
}

/// Whether a sequence has text before the start of the string, or after its end.
fn has_text_outside(parts: &[Hir]) -> bool {
    let is_look = |hir: &Hir, look: Look| *hir.kind() == HirKind::Look(look);
    let has_text = |parts: &[Hir]| {
        parts.iter().any(|part| part.properties().minimum_len().is_some_and(|least| least > 0))
    };
    let start = parts.iter().rposition(|part| is_look(part, Look::Start));
    let end = parts.iter().position(|part| is_look(part, Look::End));
    start.is_some_and(|start| has_text(&parts[..start])) || end.is_some_and(|end| has_text(&parts[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::matches_nothing;

    #[test]
    fn a_pattern_with_an_empty_class_or_text_outside_matches_nothing() {
        for pattern in [r"[^\s\S]", "a^b", "^a$b", "^(a$)?b$c", "(?:[^\u{0}-\u{10FFFF}])+"] {
            assert!(matches_nothing(pattern), "{pattern}");
        }
        for pattern in ["^a$", "a*^b", "(^a|b)c", "a|^$b", "", "^$", r"[^\s\S]*", "^a$\n?"] {
            assert!(!matches_nothing(pattern), "{pattern}");
        }
    }
}
