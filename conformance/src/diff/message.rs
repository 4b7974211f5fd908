//! Compares request bodies and responses.

use super::change::brief;
use super::comparison::SchemaView;
use super::operation_pair::{OperationPair, examples, named};
use super::rule::{self, ChangeRule, Direction};
use crate::document::{Content, Response};

const BODY: &str = "request body";

/// Compares the request bodies.
pub(super) fn body(pair: &mut OperationPair<'_, '_>) {
    let (old, new) = match (&pair.old.body, &pair.new.body) {
        (Some(old), Some(new)) => (old, new),
        (Some(old), None) => {
            let says = format!("{BODY}: removed");
            return pair.add(&rule::REQUEST_BODY_REMOVED, says, Some(old.location.clone()), None);
        }
        (None, Some(new)) => {
            let (rule, what) = match new.required {
                true => (&rule::REQUEST_BODY_REQUIRED_ADDED, "required"),
                false => (&rule::REQUEST_BODY_OPTIONAL_ADDED, "optional"),
            };
            return pair.add(rule, format!("{BODY}: added, {what}"), None, Some(new.location.clone()));
        }
        (None, None) => return,
    };
    if old.required != new.required {
        let (rule, what) = match new.required {
            true => (&rule::REQUEST_BODY_BECAME_REQUIRED, "required"),
            false => (&rule::REQUEST_BODY_BECAME_OPTIONAL, "optional"),
        };
        let at = |pointer: &str| format!("{pointer}/required");
        let (from, to) = pair.places(&at(&old.location.pointer), &at(&new.location.pointer));
        pair.add(rule, format!("{BODY}: became {what}"), from, to);
    }
    contents(pair, BODY, Direction::Request, &old.contents, &new.contents);
}

/// Compares the responses of each status.
pub(super) fn responses(pair: &mut OperationPair<'_, '_>) {
    let (old, new) = (&pair.old.responses, &pair.new.responses);
    for was in old {
        match new.iter().find(|is| is.code == was.code) {
            Some(is) => response(pair, was, is),
            None => {
                let rules = [&rule::RESPONSE_SUCCESS_REMOVED, &rule::RESPONSE_ERROR_REMOVED];
                let says = format!("status {}: removed", was.code);
                pair.add(by_success(was, rules), says, Some(was.location.clone()), None);
            }
        }
    }
    for is in new.iter().filter(|is| !old.iter().any(|was| was.code == is.code)) {
        let rules = [&rule::RESPONSE_SUCCESS_ADDED, &rule::RESPONSE_ERROR_ADDED];
        let says = format!("status {}: added, \"{}\"", is.code, brief(&is.description));
        pair.add(by_success(is, rules), says, None, Some(is.location.clone()));
    }
}

fn by_success(response: &Response, [success, error]: [&'static ChangeRule; 2]) -> &'static ChangeRule {
    if response.code.is_success() { success } else { error }
}

fn response<'a>(pair: &mut OperationPair<'a, '_>, old: &'a Response, new: &'a Response) {
    let name = format!("status {}", new.code);
    pair.description(&name, (&old.description, &old.location), (&new.description, &new.location));
    headers(pair, &name, old, new);
    contents(pair, &name, Direction::Response, &old.contents, &new.contents);
}

fn headers<'a>(pair: &mut OperationPair<'a, '_>, name: &str, old: &'a Response, new: &'a Response) {
    for was in &old.headers {
        match new.headers.iter().find(|is| is.name.eq_ignore_ascii_case(&was.name)) {
            Some(is) => {
                let rules = [&rule::RESPONSE_HEADER_BECAME_REQUIRED, &rule::RESPONSE_HEADER_BECAME_OPTIONAL];
                pair.value(was, is, rules, Direction::Response);
            }
            None => {
                let rule = match was.required {
                    true => &rule::RESPONSE_HEADER_REQUIRED_REMOVED,
                    false => &rule::RESPONSE_HEADER_OPTIONAL_REMOVED,
                };
                let says = format!("{name}, {}: removed", named(was));
                pair.add(rule, says, Some(was.location.clone()), None);
            }
        }
    }
    for is in &new.headers {
        if !old.headers.iter().any(|was| was.name.eq_ignore_ascii_case(&is.name)) {
            let says = format!("{name}, {}: added", named(is));
            pair.add(&rule::RESPONSE_HEADER_ADDED, says, None, Some(is.location.clone()));
        }
    }
}

/// Compares the contents of each media type of a message.
fn contents<'a>(
    pair: &mut OperationPair<'a, '_>,
    name: &str,
    direction: Direction,
    old: &'a [Content],
    new: &'a [Content],
) {
    let same = |one: &Content, other: &Content| one.media_type.eq_ignore_ascii_case(&other.media_type);
    for was in old {
        match new.iter().find(|is| same(is, was)) {
            Some(is) => {
                schemas(pair, name, direction, was, is);
                pair.examples(name, examples(&was.examples), examples(&is.examples));
            }
            None => {
                let rule =
                    direction.of(&rule::REQUEST_MEDIA_TYPE_REMOVED, &rule::RESPONSE_MEDIA_TYPE_REMOVED);
                let says = format!("{name}, {}: removed", was.media_type);
                pair.add(rule, says, Some(was.location.clone()), None);
            }
        }
    }
    for is in new.iter().filter(|is| !old.iter().any(|was| same(was, is))) {
        let rule = direction.of(&rule::REQUEST_MEDIA_TYPE_ADDED, &rule::RESPONSE_MEDIA_TYPE_ADDED);
        let says = format!("{name}, {}: added", is.media_type);
        pair.add(rule, says, None, Some(is.location.clone()));
    }
}

/// Compares the schemas of a content. A document without a schema allows any value.
fn schemas<'a>(
    pair: &mut OperationPair<'a, '_>,
    name: &str,
    direction: Direction,
    old: &'a Content,
    new: &'a Content,
) {
    if old.schema.is_some() || new.schema.is_some() {
        let (old, new) = (SchemaView::of_content(old), SchemaView::of_content(new));
        pair.schemas.root(&pair.new.id, name, direction, old, new);
    }
}
