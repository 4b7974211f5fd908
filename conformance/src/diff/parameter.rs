//! Compares the parameters of requests.

use super::operation_pair::{OperationPair, at, named};
use super::rule::{self, Direction};
use crate::document::{Operation, Parameter, ParameterLocation};

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
    let serialisation = |parameter: &Parameter| {
        [
            ("style", parameter.format.style.word().to_owned()),
            ("explode", parameter.format.explode.to_string()),
            ("allowReserved", parameter.format.allow_reserved.to_string()),
        ]
    };
    for ((key, was), (_, is)) in serialisation(old).into_iter().zip(serialisation(new)) {
        if was != is {
            let (from, to) = pair.places(&at(old, key), &at(new, key));
            let says = format!("{}, {key}: {was} -> {is}", named(old));
            pair.add(&rule::REQUEST_PARAMETER_WRITTEN_OTHERWISE, says, from, to);
        }
    }
    let rules = [&rule::REQUEST_PARAMETER_BECAME_REQUIRED, &rule::REQUEST_PARAMETER_BECAME_OPTIONAL];
    pair.value(old, new, rules, Direction::Request);
}
