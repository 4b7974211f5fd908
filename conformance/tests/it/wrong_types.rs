//! Documents in which a value has the wrong type: each is read, or refused with one line that has a place. Nothing panics.

use media_upload_conformance::Plan;
use media_upload_conformance::document::Document;
use serde_json::{Value, json};

use crate::documents::source;

const DOCUMENTS: [&str; 3] = ["shop-2.0.yaml", "shop-3.1.yaml", "bodies.yaml"];

/// Every n-th document that can be read is planned, because planning takes most of the time.
const PLANNED: usize = 60;

/// A value of each type, and some that look right to a reader that does not check them.
fn values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1.5),
        json!("é\n{"),
        json!([]),
        json!([null, 1, "a", {}]),
        json!({ "$ref": "#" }),
        json!({ "": { "": [] }, "a": null }),
    ]
}

/// The pointer of each value in a document, but for the version.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut below = |step: String, value: &Value| {
        let pointer = format!("{at}/{}", step.replace('~', "~0").replace('/', "~1"));
        if !["/swagger", "/openapi"].contains(&pointer.as_str()) {
            found.push(pointer.clone());
            pointers(value, &pointer, found);
        }
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| below(key.clone(), value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| below(at.to_string(), item)),
        _ => {}
    }
}

/// Checks that an error is one line with the place.
fn is_one_line(error: &str) -> bool {
    let place = error.strip_prefix("a.json:").and_then(|rest| rest.split_once(": "));
    !error.contains('\n') && place.is_some_and(|(line, _)| line.parse().is_ok_and(|line: usize| line > 0))
}

#[test]
fn a_value_of_another_type_anywhere_is_read_or_refused_with_its_place() {
    let (mut read, mut refused) = (0, 0);
    for name in DOCUMENTS {
        let text = source(&format!("conformance/tests/documents/{name}"));
        let document: Value = serde_yaml::from_str(&text).unwrap();
        let mut found = Vec::new();
        pointers(&document, "", &mut found);
        for (number, pointer) in found.iter().enumerate() {
            // Two values for each place, and all values for neighbouring places: all of them everywhere take minutes.
            for value in values().into_iter().cycle().skip(2 * number % 8).take(2) {
                let mut changed = document.clone();
                *changed.pointer_mut(pointer).unwrap() = value;
                let text = serde_json::to_string_pretty(&changed).unwrap();
                match Document::read("a.json", text.as_bytes()) {
                    Ok(document) => {
                        read += 1;
                        plan(document, read, pointer);
                    }
                    Err(error) => {
                        refused += 1;
                        assert!(is_one_line(&error.to_string()), "{name} {pointer}: {error}");
                    }
                }
            }
        }
    }
    assert!(read > 375 && refused > 750, "{read} {refused}");
}

/// Plans every n-th document.
fn plan(document: Document, count: usize, pointer: &str) {
    if !count.is_multiple_of(PLANNED) {
        return;
    }
    if let Err(error) = Plan::of(vec![document], &[]) {
        assert!(!error.to_string().contains('\n'), "{pointer}: {error}");
    }
}
