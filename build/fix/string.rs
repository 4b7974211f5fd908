//! The `pattern` and the `format` of string schemas.

use serde_json::Value;

use crate::build::defect::Defect;
use crate::build::document::Document;
use crate::build::json::{remove, string};
use crate::build::reference::find_strings;

/// The vendor writes a `pattern` as a JavaScript literal, `/^media:.../`. OpenAPI wants the expression without the
/// slashes. With them, it would match nothing.
pub(crate) fn remove_delimiters(document: &mut Document) -> Result<(), Defect> {
    for pointer in find_strings(&document.root, "", "pattern") {
        let Some(Value::String(pattern)) = document.root.pointer_mut(&pointer) else { continue };
        match literal(pattern) {
            None => {}
            Some((source, "")) => *pattern = source.to_owned(),
            Some((source, flags)) => {
                let problem = format!(
                    "the pattern `{pattern}` has the flags `{flags}`, which OpenAPI does not support"
                );
                let fix = format!("write `{source}`, if it means the same without flags");
                return Err(document.defect(&pointer, problem, fix));
            }
        }
    }
    Ok(())
}

/// The source and the flags of a JavaScript literal: `/x/g` gives `x` and `g`. `None` if the pattern is not a literal.
fn literal(pattern: &str) -> Option<(&str, &str)> {
    let (source, flags) = pattern.strip_prefix('/')?.rsplit_once('/')?;
    let are_flags = flags.chars().all(|flag| "dgimsuvy".contains(flag));
    (are_flags && !source.is_empty() && !ends_early(source)).then_some((source, flags))
}

/// Whether a literal would end before the end of `source`: at a slash that is neither escaped nor in brackets.
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

/// Removes the formats for which progenitor generates a type of a crate that this crate does not depend on. Without the
/// format it generates a `String`.
pub(crate) fn remove_formats(node: &mut Value) {
    let is_unsupported = string(node, "type") == Some("string")
        && matches!(string(node, "format"), Some("date" | "date-time" | "uuid"));
    if is_unsupported {
        remove(node, "format");
    }
    match node {
        Value::Object(entries) => entries.values_mut().for_each(remove_formats),
        Value::Array(items) => items.iter_mut().for_each(remove_formats),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn only_javascript_literals_have_a_source_and_flags() {
        for (pattern, parts) in [
            ("/x/", Some(("x", ""))),
            ("/x/g", Some(("x", "g"))),
            (r"/a\/[/]b/i", Some((r"a\/[/]b", "i"))),
            ("/a/b/", None),
            ("/api/v1/d", None),
            ("^x$", None),
            ("/x", None),
            ("//", None),
            ("/home/user", None),
            ("/", None),
        ] {
            assert_eq!(literal(pattern), parts, "{pattern}");
        }
    }
}
