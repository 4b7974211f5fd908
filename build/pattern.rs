//! `pattern: /^media:.../` is a JavaScript literal. OpenAPI wants what stands between the slashes: taken literally it asks for a
//! slash before the beginning, and matches nothing.

use serde_json::Value;

use super::document::step;
use super::reference::{is_value, parent};
use super::{Defect, Document};

/// Takes the delimiters off every pattern that has them.
pub(super) fn strip_delimiters(document: &mut Document) -> Result<(), Defect> {
    let mut root = std::mem::take(&mut document.root);
    let outcome = visit(document, &mut root, "");
    document.root = root;
    outcome
}

fn visit(document: &Document, node: &mut Value, pointer: &str) -> Result<(), Defect> {
    match node {
        Value::Object(entries) => entries.iter_mut().try_for_each(|(name, value)| {
            let under = parent(pointer);
            let pointer = format!("{pointer}{}", step(name));
            match value {
                Value::String(pattern) if name == "pattern" => strip(document, pattern, &pointer),
                _ if is_value(under, name) => Ok(()),
                _ => visit(document, value, &pointer),
            }
        }),
        Value::Array(items) => items
            .iter_mut()
            .enumerate()
            .try_for_each(|(index, item)| visit(document, item, &format!("{pointer}/{index}"))),
        _ => Ok(()),
    }
}

fn strip(document: &Document, pattern: &mut String, pointer: &str) -> Result<(), Defect> {
    match literal(pattern) {
        None => Ok(()),
        Some((source, "")) => {
            *pattern = source.to_owned();
            Ok(())
        }
        Some((source, flags)) => Err(document.defect(
            pointer,
            format!("the pattern `{pattern}` has the flags `{flags}`, which an OpenAPI pattern cannot have"),
            format!("write it without flags, as `{source}`, if that says the same"),
        )),
    }
}

/// Source and flags of a JavaScript literal: `/x/g` is `x` and `g`. Anything else is a pattern as OpenAPI wants it.
pub(crate) fn literal(pattern: &str) -> Option<(&str, &str)> {
    let (source, flags) = pattern.strip_prefix('/')?.rsplit_once('/')?;
    let known = flags.chars().all(|flag| "dgimsuvy".contains(flag));
    (known && !source.is_empty() && !ends_early(source)).then_some((source, flags))
}

/// Would a literal end before the end of its source? A slash ends it unless it is escaped or within brackets.
fn ends_early(source: &str) -> bool {
    let (mut is_escaped, mut is_class) = (false, false);
    for c in source.chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => is_class = true,
            ']' => is_class = false,
            '/' if !is_class => return true,
            _ => {}
        }
    }
    is_escaped
}
