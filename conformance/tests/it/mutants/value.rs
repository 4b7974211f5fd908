//! What clients do wrong with values: strings on their way into a request, fields and lists of an answer.

use media_upload_conformance::{Answer, ErrorReport, Refusal};
use serde_json::{Value, json};

pub(crate) type AltersText = fn(&str) -> String;
pub(crate) type AltersType = fn(&str) -> Value;
type AltersValue = &'static (dyn Fn(&mut Value) + Send + Sync);

/// Changes of a string in a request.
pub(crate) const TEXTS: &[(&str, AltersText)] = &[
    ("in lower case", |text| text.to_lowercase()),
    ("in capitals", |text| text.to_uppercase()),
    ("with a capital letter", |text| text[..1].to_uppercase() + &text[1..]),
    ("trimmed of slashes", |text| text.trim_matches('/').to_owned()),
    ("trimmed of dots", |text| text.trim_matches('.').to_owned()),
    ("trimmed of zeros", |text| text.trim_start_matches('0').to_owned()),
    ("with single slashes", |text| collapsed(text)),
    ("with its path normalised", |text| normalised(text)),
    ("with backslashes", |text| text.replace('/', "\\")),
    ("without its scheme", |text| text.split_once("://").map_or(text, |(_, rest)| rest).to_owned()),
    ("with the scheme in capitals", |text| {
        text.split_once("://")
            .map_or(text.to_owned(), |(scheme, rest)| format!("{}://{rest}", scheme.to_uppercase()))
    }),
    ("with https as its scheme", |text| {
        text.split_once("://").map_or(text.to_owned(), |(_, rest)| format!("https://{rest}"))
    }),
    ("percent-encoded", |text| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    }),
    ("with hyphens for underscores", |text| text.replace('_', "-")),
    ("with underscores for hyphens", |text| text.replace('-', "_")),
    ("with underscores for dots", |text| text.replace('.', "_")),
    ("without hyphens", |text| text.replace('-', "")),
    ("without its extension", |text| text.rsplit_once('.').map_or(text, |(stem, _)| stem).to_owned()),
    ("without its first character", |text| text.chars().skip(1).collect()),
    ("without its last character", |text| {
        text.char_indices().last().map_or("", |(end, _)| &text[..end]).to_owned()
    }),
    ("with a blank at its end", |text| format!("{text} ")),
    ("with a blank at its beginning", |text| format!(" {text}")),
    ("with a newline at its end", |text| format!("{text}\n")),
    ("with a zero byte at its end", |text| format!("{text}\0")),
    ("in quotes", |text| format!("\"{text}\"")),
    ("in angle brackets", |text| format!("<{text}>")),
    ("in braces", |text| format!("{{{text}}}")),
    ("cut at 254 characters", |text| cut(text, 254)),
    ("cut at 200 characters", |text| cut(text, 200)),
    ("cut at 128 characters", |text| cut(text, 128)),
    ("cut at 100 characters", |text| cut(text, 100)),
    ("cut at 64 characters", |text| cut(text, 64)),
    ("cut at 32 characters", |text| cut(text, 32)),
    ("as digits with an exponent", |text| {
        text.parse::<f64>().map_or(text.to_owned(), |number| number.to_string())
    }),
    ("twice", |text| format!("{text}{text}")),
    ("reversed", |text| text.chars().rev().collect()),
];

fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

fn collapsed(text: &str) -> String {
    let (scheme, path) = text.split_once("://").map_or(("", text), |(scheme, path)| (scheme, path));
    let mut path = path.to_owned();
    while path.contains("//") {
        path = path.replace("//", "/");
    }
    if scheme.is_empty() { path } else { format!("{scheme}://{path}") }
}

fn normalised(text: &str) -> String {
    let (scheme, path) = text.split_once("://").map_or(("", text), |(scheme, path)| (scheme, path));
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    let path = segments.join("/");
    if scheme.is_empty() { path } else { format!("{scheme}://{path}") }
}

type AltersField = fn(&mut Value, &str);

/// What clients do wrong with a field of an answer: a verb, and the change.
pub(crate) const FIELDS: &[(&str, AltersField)] = &[
    ("loses", |parent, key| {
        if let Value::Object(fields) = parent {
            fields.shift_remove(key);
        }
    }),
    ("renames", |parent, key| {
        if let Value::Object(fields) = parent
            && let Some(value) = fields.shift_remove(key)
        {
            fields.insert(format!("{key}_"), value);
        }
    }),
    ("changes the case of", |parent, key| {
        if let Value::Object(fields) = parent
            && let Some(value) = fields.shift_remove(key)
        {
            fields.insert(other_names(key)[0].clone(), value);
        }
    }),
    ("swaps with a neighbour", |parent, key| {
        if let Value::Object(fields) = parent {
            let other = fields.iter().find(|(name, value)| *name != key && fields.get(key) != Some(value));
            if let Some(other) = other.map(|(_, value)| value.clone())
                && let Some(own) = fields.get_mut(key)
            {
                *own = other;
            }
        }
    }),
    ("forgets", |parent, key| each_field(parent, key, &|value| *value = Value::Null)),
];

/// What clients do wrong with a string of an answer.
pub(crate) const TEXT_FIELDS: &[(&str, AltersField)] = &[
    ("halves", |parent, key| each_text(parent, key, &|text| cut(text, text.chars().count() / 2))),
    ("cuts the last character of", |parent, key| {
        each_text(parent, key, &|text| cut(text, text.chars().count().saturating_sub(1)));
    }),
    ("empties", |parent, key| each_text(parent, key, &|_| String::new())),
    ("lowers the case of", |parent, key| each_text(parent, key, &str::to_lowercase)),
    ("raises the case of", |parent, key| each_text(parent, key, &str::to_uppercase)),
    ("drops the characters beyond ASCII from", |parent, key| {
        each_text(parent, key, &|text| text.chars().filter(char::is_ascii).collect());
    }),
    ("reads the bytes as Latin-1 of", |parent, key| {
        each_text(parent, key, &|text| text.bytes().map(char::from).collect());
    }),
    ("writes question marks into", |parent, key| {
        each_text(parent, key, &|text| text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect());
    }),
    ("quotes", |parent, key| each_text(parent, key, &|text| Value::from(text).to_string())),
    ("escapes for HTML", |parent, key| {
        each_text(parent, key, &|text| {
            text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
        });
    }),
    ("decodes", |parent, key| {
        each_text(parent, key, &|text| {
            percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
        });
    }),
    ("cuts at the question mark", |parent, key| {
        each_text(parent, key, &|text| text.split('?').next().unwrap_or_default().to_owned());
    }),
];

/// What clients do wrong with a list of an answer.
pub(crate) const LISTS: &[(&str, AltersField)] = &[
    ("reports no element of", |parent, key| each_list(parent, key, &Vec::clear)),
    ("reports the first element only of", |parent, key| each_list(parent, key, &|all| all.truncate(1))),
    ("reports the last element only of", |parent, key| {
        each_list(parent, key, &|all| drop(all.drain(..all.len().saturating_sub(1))));
    }),
    ("reverses", |parent, key| each_list(parent, key, &|all| all.reverse())),
    ("repeats the first element in", |parent, key| {
        each_list(parent, key, &|all| {
            let first = all.first().cloned();
            all.iter_mut().for_each(|element| *element = first.clone().unwrap_or_default());
        });
    }),
    ("reports an element more of", |parent, key| {
        each_list(parent, key, &|all| all.extend(all.first().cloned()));
    }),
    ("reports the element itself for", |parent, key| {
        each_field(parent, key, &|value| {
            if let Some(first) = value.get(0).cloned() {
                *value = first;
            }
        });
    }),
];

/// Changes of the type of a value.
pub(crate) const TYPES: &[(&str, AltersValue)] = &[
    ("puts into a list", &|value| *value = json!([value.clone()])),
    ("puts into an object", &|value| *value = json!({ "value": value.clone() })),
    ("writes as a string", &|value| *value = Value::String(value.to_string())),
    ("loses the value of", &|value| *value = Value::Null),
];

fn each_field(parent: &mut Value, key: &str, alter: &dyn Fn(&mut Value)) {
    if let Some(value) = parent.get_mut(key) {
        alter(value);
    }
}

fn each_text(parent: &mut Value, key: &str, alter: &dyn Fn(&str) -> String) {
    each_field(parent, key, &|value| {
        if let Value::String(text) = value {
            *text = alter(text);
        }
    });
}

fn each_list(parent: &mut Value, key: &str, alter: &dyn Fn(&mut Vec<Value>)) {
    each_field(parent, key, &|value| {
        if let Value::Array(elements) = value {
            alter(elements);
        }
    });
}

/// Alters the value at a path. `*` stands for every element of a list.
pub(crate) fn at(value: &mut Value, path: &[String], alter: &dyn Fn(&mut Value)) {
    match (path.split_first(), value) {
        (None, value) => alter(value),
        (Some((step, rest)), Value::Array(elements)) if step == "*" => {
            elements.iter_mut().for_each(|element| at(element, rest, alter));
        }
        (Some((step, rest)), value) => {
            if let Some(inner) = value.get_mut(step) {
                at(inner, rest, alter);
            }
        }
    }
}

/// Names that a client could mistake for this one.
pub(crate) fn other_names(name: &str) -> Vec<String> {
    let camel = name.split('_').enumerate().map(|(index, part)| match index {
        0 => part.to_owned(),
        _ => part[..1].to_uppercase() + &part[1..],
    });
    let snake = name.chars().flat_map(|letter| match letter {
        'A'..='Z' => vec!['_', letter.to_ascii_lowercase()],
        letter => vec![letter],
    });
    let all = [
        snake.collect(),
        camel.collect(),
        name.to_uppercase(),
        name[..1].to_uppercase() + &name[1..],
        name.replace('_', "-"),
        format!("{name}s"),
        format!("{name}[]"),
        format!("_{name}"),
    ];
    let mut others: Vec<String> = all.into_iter().filter(|other| other != name).collect();
    others.sort();
    others.dedup();
    others
}

pub(crate) fn as_error(answer: &mut Answer, status: Option<u16>) {
    if let Answer::Result(body) = answer {
        let body = std::mem::take(body);
        *answer = Answer::Error(ErrorReport { status, body, ..ErrorReport::default() });
    }
}

pub(crate) fn replace_result(answer: &mut Answer, result: Value) {
    if let Answer::Result(value) = answer {
        *value = result;
    }
}

pub(crate) fn with_error(answer: &mut Answer, status: u16, alter: impl Fn(&mut ErrorReport)) {
    if let Answer::Error(report) = answer
        && report.status == Some(status)
    {
        alter(report);
    }
}

pub(crate) fn as_success(answer: &mut Answer, status: u16) {
    if matches!(answer, Answer::Error(report) if report.status == Some(status)) {
        *answer = Answer::Result(json!({}));
    }
}

pub(crate) fn as_refusal(answer: &mut Answer, status: u16) {
    if matches!(answer, Answer::Error(report) if report.status == Some(status)) {
        *answer = Answer::Refused(Refusal { message: "the server refused the call".into() });
    }
}
