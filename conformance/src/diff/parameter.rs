//! Compares the parameters of requests.

use super::operation_pair::{OperationPair, at, named};
use super::rule::{self, Direction};
use crate::document::{Operation, Parameter, ParameterLocation, Style};

pub(super) fn compare(pair: &mut OperationPair<'_, '_>) {
    let (old, new) = (pair.old, pair.new);
    for was in &old.parameters {
        match find(was, old, new) {
            Some(is) => parameter(pair, was, is),
            None => {
                let says = format!("{}: removed", named(was));
                pair.add(&rule::REQUEST_PARAMETER_REMOVED, says, Some(was.location.clone()), None);
            }
        }
    }
    for is in new.parameters.iter().filter(|is| find(is, new, old).is_none()) {
        let (rule, what) = match is.required {
            true => (&rule::REQUEST_PARAMETER_REQUIRED_ADDED, "required"),
            false => (&rule::REQUEST_PARAMETER_OPTIONAL_ADDED, "optional"),
        };
        let says = format!("{}: added, {what}", named(is));
        pair.add(rule, says, None, Some(is.location.clone()));
    }
}

/// The parameter of another version of an operation that corresponds to a parameter.
fn find<'a>(parameter: &Parameter, of: &Operation, other: &'a Operation) -> Option<&'a Parameter> {
    let wanted = key(of, parameter);
    other.parameters.iter().find(|candidate| key(other, candidate) == wanted)
}

/// What identifies a parameter in a request: its position in the path template, or else its name.
fn key(operation: &Operation, parameter: &Parameter) -> (ParameterLocation, String) {
    let name = match parameter.sent_in {
        ParameterLocation::Path => {
            let before = operation.path.split(&format!("{{{}}}", parameter.name)).next().unwrap_or_default();
            before.matches('{').count().to_string()
        }
        ParameterLocation::Header => parameter.name.to_ascii_lowercase(),
        ParameterLocation::Query | ParameterLocation::Cookie => parameter.name.clone(),
    };
    (parameter.sent_in, name)
}

fn parameter<'a>(pair: &mut OperationPair<'a, '_>, old: &'a Parameter, new: &'a Parameter) {
    if old.sent_in == ParameterLocation::Path && old.name != new.name {
        let (from, to) = pair.places(&at(old, "name"), &at(new, "name"));
        let says = format!("{}: renamed to {}", named(old), new.name);
        pair.add(&rule::PATH_PARAMETER_RENAMED, says, from, to);
    }
    format(pair, old, new);
    allow_empty(pair, old, new);
    let rules = [&rule::REQUEST_PARAMETER_BECAME_REQUIRED, &rule::REQUEST_PARAMETER_BECAME_OPTIONAL];
    pair.value(old, new, rules, Direction::Request);
}

/// Compares how a value is sent: `style`, `explode` and `allowReserved`, or `content`.
fn format(pair: &mut OperationPair<'_, '_>, old: &Parameter, new: &Parameter) {
    let (was, is) = (&old.format, &new.format);
    let is_single = |parameter: &Parameter| {
        let single = ["string", "number", "integer", "boolean"];
        parameter.schema.value.get("type").is_some_and(|name| single.iter().any(|single| name == single))
    };
    let mut add = |key: &str, rule, says: String| {
        let (from, to) = pair.places(&at(old, key), &at(new, key));
        pair.add(rule, format!("{}, {key}: {says}", named(old)), from, to);
    };
    if was.style != is.style {
        let has_content = [was, is].iter().any(|format| matches!(format.style, Style::Content(_)));
        let key = if has_content { "content" } else { "style" };
        let says = format!("{} -> {}", was.style.word(), is.style.word());
        return add(key, &rule::REQUEST_PARAMETER_WRITTEN_OTHERWISE, says);
    }
    if was.explode != is.explode {
        let rule = match is_single(old) && is_single(new) {
            true => &rule::REQUEST_PARAMETER_FORMAT_WITHOUT_EFFECT,
            false => &rule::REQUEST_PARAMETER_WRITTEN_OTHERWISE,
        };
        add("explode", rule, format!("{} -> {}", was.explode, is.explode));
    }
    if was.allow_reserved != is.allow_reserved {
        let rule = match is.allow_reserved {
            true => &rule::REQUEST_PARAMETER_RESERVED_ALLOWED,
            false => &rule::REQUEST_PARAMETER_WRITTEN_OTHERWISE,
        };
        add("allowReserved", rule, format!("{} -> {}", was.allow_reserved, is.allow_reserved));
    }
}

fn allow_empty(pair: &mut OperationPair<'_, '_>, old: &Parameter, new: &Parameter) {
    const KEY: &str = "allowEmptyValue";
    let rule = match (old.allow_empty, new.allow_empty) {
        (true, false) => &rule::REQUEST_PARAMETER_EMPTY_FORBIDDEN,
        (false, true) => &rule::REQUEST_PARAMETER_EMPTY_ALLOWED,
        _ => return,
    };
    let (from, to) = pair.places(&at(old, KEY), &at(new, KEY));
    pair.add(rule, format!("{}, {KEY}: {} -> {}", named(old), old.allow_empty, new.allow_empty), from, to);
}
