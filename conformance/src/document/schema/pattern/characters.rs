//! The characters of a class, and characters that a wrong class often has.

use regex_syntax::hir::Class;

/// Characters beyond ASCII for classes that allow them: of two, three and four bytes in UTF-8.
const BEYOND_ASCII: [char; 3] = ['é', '漢', '😀'];

/// Characters that a wrong class often has: white space, characters with a meaning in a URL, and the letters and the digit that
/// `\w` and `\d` match only in Unicode.
const SUSPECTS: [char; 11] = [' ', 'é', 'ａ', '٣', '+', '%', '?', '#', '&', '~', '\\'];

/// The names of characters in case ids. Letters are named by their case, because some file systems ignore it.
const NAMES: [(char, &str); 36] = [
    (' ', "blank"),
    ('!', "exclamation-mark"),
    ('"', "quote"),
    ('#', "hash"),
    ('$', "dollar"),
    ('%', "percent"),
    ('&', "ampersand"),
    ('\'', "apostrophe"),
    ('(', "left-parenthesis"),
    (')', "right-parenthesis"),
    ('*', "asterisk"),
    ('+', "plus"),
    (',', "comma"),
    ('-', "hyphen"),
    ('.', "dot"),
    ('/', "slash"),
    (':', "colon"),
    (';', "semicolon"),
    ('<', "less-than"),
    ('=', "equals"),
    ('>', "greater-than"),
    ('?', "question-mark"),
    ('@', "at-sign"),
    ('[', "left-bracket"),
    ('\\', "backslash"),
    (']', "right-bracket"),
    ('^', "caret"),
    ('_', "underscore"),
    ('`', "backtick"),
    ('{', "left-brace"),
    ('|', "bar"),
    ('}', "right-brace"),
    ('~', "tilde"),
    ('é', "accented-letter"),
    ('ａ', "fullwidth-letter"),
    ('٣', "arabic-digit"),
];

/// The name of a character.
pub(super) fn name(character: char) -> String {
    match NAMES.iter().find(|(known, _)| *known == character) {
        Some((_, name)) => (*name).to_owned(),
        None if character.is_ascii_uppercase() => format!("upper-{}", character.to_ascii_lowercase()),
        None if character.is_ascii_lowercase() => format!("lower-{character}"),
        None if character.is_ascii_digit() => format!("digit-{character}"),
        None => format!("u{:04x}", u32::from(character)),
    }
}

/// The ranges of a class, in order.
fn ranges(class: &Class) -> Vec<(char, char)> {
    match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
    }
}

/// Whether a class has a character.
pub(super) fn holds(class: &Class, character: char) -> bool {
    ranges(class).iter().any(|(start, end)| (*start..=*end).contains(&character))
}

/// A readable character of a class: the first of these that it has, otherwise its first. None when the class is empty.
pub(super) fn preferred(class: &Class, wanted: [char; 3]) -> Option<char> {
    let found = wanted.into_iter().find(|wanted| holds(class, *wanted));
    found.or_else(|| members(class).first().copied()).or_else(|| Some(ranges(class).first()?.0))
}

/// The printable ASCII characters of a class, and some others where it has them.
pub(super) fn members(class: &Class) -> Vec<char> {
    (' '..='~').chain(BEYOND_ASCII).filter(|character| holds(class, *character)).collect()
}

/// The first and last letter or digit of each range of a class, then its other members.
pub(super) fn edges(class: &Class) -> Vec<char> {
    let is_edge = |character: char| {
        let alike = |other: Option<char>, is_alike: fn(&char) -> bool| {
            other.is_some_and(|other| is_alike(&other) && holds(class, other))
        };
        let kinds: [fn(&char) -> bool; 3] =
            [char::is_ascii_digit, char::is_ascii_uppercase, char::is_ascii_lowercase];
        let kind = kinds.into_iter().find(|kind| kind(&character));
        kind.is_some_and(|kind| !alike(before(character), kind) || !alike(after(character), kind))
    };
    let (edges, others): (Vec<_>, Vec<_>) = members(class).into_iter().partition(|member| is_edge(*member));
    let others = others.into_iter().filter(|other| !other.is_ascii_alphanumeric());
    let all: Vec<char> = edges.into_iter().chain(others).collect();
    if all.is_empty() { ranges(class).iter().map(|(start, _)| *start).collect() } else { all }
}

/// Characters that a class does not have: those beside each of its ranges, and the suspects.
pub(super) fn outside(class: &Class) -> Vec<char> {
    let ranges = ranges(class);
    let beside = ranges.iter().flat_map(|(start, end)| [before(*start), after(*end)]).flatten();
    let printable = beside.filter(|character| *character == ' ' || character.is_ascii_graphic());
    let mut all: Vec<char> = Vec::new();
    for character in printable.chain(SUSPECTS).filter(|character| !holds(class, *character)) {
        if !all.contains(&character) {
            all.push(character);
        }
    }
    all
}

fn before(character: char) -> Option<char> {
    u32::from(character).checked_sub(1).and_then(char::from_u32)
}

fn after(character: char) -> Option<char> {
    char::from_u32(u32::from(character) + 1)
}
