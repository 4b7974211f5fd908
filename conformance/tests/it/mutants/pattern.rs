//! Patterns that differ from a stated one: one part is looser or stricter.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Literal, Repetition};
use serde_json::Value;

/// Patterns that differ from the stated one in one part, each with a name.
pub(crate) fn neighbours(pattern: &str) -> Vec<(String, Value)> {
    let hir = regex_syntax::parse(pattern).unwrap();
    let mut all: Vec<(String, String)> =
        altered(&hir).into_iter().map(|(name, hir)| (name, ecmascript(&hir))).collect();
    let body = pattern.trim_start_matches('^').trim_end_matches('$');
    let mut folding = regex_syntax::ParserBuilder::new().case_insensitive(true).build();
    all.push(("the same in any case".to_owned(), ecmascript(&folding.parse(pattern).unwrap())));
    all.push(("the same before a line end".to_owned(), format!("^{body}\\n?$")));
    all.push(("the same between blanks".to_owned(), format!("^ *{body} *$")));
    all.push(("the same in any line".to_owned(), format!("(^|\\n){body}(\\n|$)")));
    all.push(("the same with letters of any language".to_owned(), pattern.replacen("a-z", "a-z\\p{L}", 1)));
    all.push(("the same with digits of any language".to_owned(), pattern.replacen("0-9", "0-9\\p{Nd}", 1)));
    let mut distinct: Vec<(String, String)> = Vec::new();
    for (name, other) in all {
        let is_same = regex_syntax::parse(&other).unwrap() == hir;
        if !is_same && distinct.iter().all(|(_, known)| *known != other) {
            distinct.push((name, other));
        }
    }
    distinct.into_iter().map(|(name, other)| (format!("{name}: {other}"), other.into())).collect()
}

/// The expression in the syntax of ECMAScript, which has no `\A` and `\z`.
fn ecmascript(hir: &Hir) -> String {
    hir.to_string().replace("\\A", "^").replace("\\z", "$")
}

/// Every expression that differs from this one in one node.
fn altered(hir: &Hir) -> Vec<(String, Hir)> {
    match hir.kind() {
        HirKind::Look(_) => vec![("an anchor less".to_owned(), Hir::empty())],
        HirKind::Literal(literal) => literals(literal),
        HirKind::Class(Class::Unicode(class)) => classes(class),
        HirKind::Class(Class::Bytes(class)) => {
            class.to_unicode_class().map(|class| classes(&class)).unwrap_or_default()
        }
        HirKind::Repetition(repetition) => repetitions(repetition),
        HirKind::Capture(capture) => altered(&capture.sub),
        HirKind::Concat(parts) => parts_altered(parts, Hir::concat),
        HirKind::Alternation(parts) => {
            let mut all = parts_altered(parts, Hir::alternation);
            for index in 0..parts.len() {
                let mut fewer = parts.clone();
                fewer.remove(index);
                all.push(("an alternative less".to_owned(), Hir::alternation(fewer)));
            }
            all
        }
        HirKind::Empty => Vec::new(),
    }
}

fn parts_altered(parts: &[Hir], join: fn(Vec<Hir>) -> Hir) -> Vec<(String, Hir)> {
    let each = parts.iter().enumerate().flat_map(|(index, part)| {
        altered(part).into_iter().map(move |(name, other)| {
            let mut parts = parts.to_vec();
            parts[index] = other;
            (name, join(parts))
        })
    });
    each.collect()
}

fn literals(Literal(bytes): &Literal) -> Vec<(String, Hir)> {
    let literal = |bytes: Vec<u8>| Hir::literal(bytes);
    let mut all = vec![("a literal without its end".to_owned(), literal(bytes[..bytes.len() - 1].to_vec()))];
    all.push((
        "any text for a literal".to_owned(),
        Hir::repetition(Repetition {
            min: 0,
            max: None,
            greedy: true,
            sub: Box::new(Hir::dot(regex_syntax::hir::Dot::AnyChar)),
        }),
    ));
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    if text.to_uppercase() != text {
        all.push(("a literal in capitals".to_owned(), literal(text.to_uppercase().into_bytes())));
    }
    all.push(("a literal or nothing".to_owned(), optional(literal(bytes.to_vec()))));
    all
}

fn optional(hir: Hir) -> Hir {
    Hir::repetition(Repetition { min: 0, max: Some(1), greedy: true, sub: Box::new(hir) })
}

fn classes(class: &ClassUnicode) -> Vec<(String, Hir)> {
    let mut all = Vec::new();
    let mut add = |name: String, ranges: Vec<(char, char)>| {
        let ranges = ranges.into_iter().map(|(start, end)| ClassUnicodeRange::new(start, end));
        all.push((name, Hir::class(Class::Unicode(ClassUnicode::new(ranges)))));
    };
    let ranges: Vec<(char, char)> = class.iter().map(|range| (range.start(), range.end())).collect();
    for (index, (start, end)) in ranges.iter().copied().enumerate() {
        let mut with = |name: String, other: Vec<(char, char)>| {
            let mut ranges = ranges.clone();
            ranges.splice(index..=index, other);
            add(name, ranges);
        };
        if start == end {
            with(format!("no {start}"), Vec::new());
        } else {
            with(format!("no {start}-{end}"), Vec::new());
            with(format!("no {start}"), vec![(next(start, 1), end)]);
            with(format!("no {end}"), vec![(start, next(end, -1))]);
        }
        with(format!("also {:?}", next(start, -1)), vec![(next(start, -1), end)]);
        with(format!("also {:?}", next(end, 1)), vec![(start, next(end, 1))]);
    }
    all
}

fn next(letter: char, step: i32) -> char {
    char::from_u32((letter as i32 + step) as u32).unwrap()
}

fn repetitions(repetition: &Repetition) -> Vec<(String, Hir)> {
    let with = |min: u32, max: Option<u32>| {
        Hir::repetition(Repetition { min, max, greedy: true, sub: repetition.sub.clone() })
    };
    let Repetition { min, max, .. } = *repetition;
    let mut all =
        vec![("a repetition more at least".to_owned(), with(min + 1, max.map(|max| max.max(min + 1))))];
    if min > 0 {
        all.push(("a repetition less at least".to_owned(), with(min - 1, max)));
    }
    if let Some(max) = max {
        all.push(("a repetition more at most".to_owned(), with(min, Some(max + 1))));
        if max > min {
            all.push(("a repetition less at most".to_owned(), with(min, Some(max - 1))));
        }
    } else {
        all.push(("at most 32 repetitions".to_owned(), with(min, Some(32.max(min)))));
        all.push(("at most 100 repetitions".to_owned(), with(min, Some(100.max(min)))));
    }
    let inner = altered(&repetition.sub)
        .into_iter()
        .map(|(name, sub)| (name, Hir::repetition(Repetition { sub: Box::new(sub), ..repetition.clone() })));
    all.extend(inner);
    all
}
