//! What goes over the wire: bodies, statuses, headers.

use super::change::brief;
use super::operation::{Pair, called, examples};
use super::rule::{self, Direction, Rule};
use super::schema::Place;
use crate::document::{Content, Response};

/// The request's body.
pub(super) fn body<'a>(pair: &mut Pair<'a, '_>) {
    let (old, new) = match (&pair.old.body, &pair.new.body) {
        (Some(old), Some(new)) => (old, new),
        (Some(old), None) => {
            return pair.add(
                &rule::REQUEST_BODY_REMOVED,
                "the body is gone",
                Some(old.location.clone()),
                None,
            );
        }
        (None, Some(new)) => {
            let (rule, what) = match new.required {
                true => (&rule::REQUEST_BODY_REQUIRED_ADDED, "required"),
                false => (&rule::REQUEST_BODY_OPTIONAL_ADDED, "optional"),
            };
            return pair.add(rule, format!("a body is new, and {what}"), None, Some(new.location.clone()));
        }
        (None, None) => return,
    };
    if old.required != new.required {
        let (rule, what) = match new.required {
            true => (&rule::REQUEST_BODY_BECAME_REQUIRED, "required"),
            false => (&rule::REQUEST_BODY_BECAME_OPTIONAL, "optional"),
        };
        let (from, to) = pair.places(
            &format!("{}/required", old.location.pointer),
            &format!("{}/required", new.location.pointer),
        );
        pair.add(rule, format!("the body became {what}"), from, to);
    }
    contents(pair, "the body", Direction::Request, &old.contents, &new.contents);
}

/// The responses, status by status.
pub(super) fn responses(pair: &mut Pair<'_, '_>) {
    let (old, new) = (&pair.old.responses, &pair.new.responses);
    for response in old {
        match new.iter().find(|kept| kept.code == response.code) {
            Some(kept) => compare(pair, response, kept),
            None => {
                let rules = [&rule::RESPONSE_SUCCESS_REMOVED, &rule::RESPONSE_ERROR_REMOVED];
                let says = format!("the status {} is gone", response.code);
                pair.add(by_success(response, rules), says, Some(response.location.clone()), None);
            }
        }
    }
    for response in new {
        if !old.iter().any(|known| known.code == response.code) {
            let rules = [&rule::RESPONSE_SUCCESS_ADDED, &rule::RESPONSE_ERROR_ADDED];
            let says = format!("the status {} is new: \"{}\"", response.code, brief(&response.description));
            pair.add(by_success(response, rules), says, None, Some(response.location.clone()));
        }
    }
}

fn by_success(response: &Response, [success, error]: [&'static Rule; 2]) -> &'static Rule {
    if response.code.is_success() { success } else { error }
}

fn compare<'a>(pair: &mut Pair<'a, '_>, old: &'a Response, new: &'a Response) {
    let of = format!("status {}", new.code);
    pair.description(&of, (&old.description, &old.location), (&new.description, &new.location));
    headers(pair, &of, old, new);
    contents(pair, &of, Direction::Response, &old.contents, &new.contents);
}

fn headers<'a>(pair: &mut Pair<'a, '_>, of: &str, old: &'a Response, new: &'a Response) {
    for header in &old.headers {
        match new.headers.iter().find(|kept| kept.name.eq_ignore_ascii_case(&header.name)) {
            Some(kept) => {
                let rules = [&rule::RESPONSE_HEADER_BECAME_REQUIRED, &rule::RESPONSE_HEADER_BECAME_OPTIONAL];
                pair.described(header, kept, rules, Direction::Response);
            }
            None => {
                let rule = match header.required {
                    true => &rule::RESPONSE_HEADER_REQUIRED_REMOVED,
                    false => &rule::RESPONSE_HEADER_OPTIONAL_REMOVED,
                };
                let says = format!("{of}: {} is gone", called(header));
                pair.add(rule, says, Some(header.location.clone()), None);
            }
        }
    }
    for header in &new.headers {
        if !old.headers.iter().any(|known| known.name.eq_ignore_ascii_case(&header.name)) {
            let says = format!("{of}: {} is new", called(header));
            pair.add(&rule::RESPONSE_HEADER_ADDED, says, None, Some(header.location.clone()));
        }
    }
}

/// A body in its media types.
fn contents<'a>(
    pair: &mut Pair<'a, '_>,
    of: &str,
    direction: Direction,
    old: &'a [Content],
    new: &'a [Content],
) {
    let same = |one: &Content, other: &Content| one.media_type.eq_ignore_ascii_case(&other.media_type);
    for content in old {
        match new.iter().find(|kept| same(kept, content)) {
            Some(kept) => {
                schemas(pair, of, direction, content, kept);
                pair.examples(of, examples(&content.examples), examples(&kept.examples));
            }
            None => {
                let rule =
                    direction.of(&rule::REQUEST_MEDIA_TYPE_REMOVED, &rule::RESPONSE_MEDIA_TYPE_REMOVED);
                let says = format!("{of}: {} is gone", content.media_type);
                pair.add(rule, says, Some(content.location.clone()), None);
            }
        }
    }
    for content in new {
        if !old.iter().any(|known| same(known, content)) {
            let rule = direction.of(&rule::REQUEST_MEDIA_TYPE_ADDED, &rule::RESPONSE_MEDIA_TYPE_ADDED);
            let says = format!("{of}: {} is new", content.media_type);
            pair.add(rule, says, None, Some(content.location.clone()));
        }
    }
}

/// Compares what is stated about a body; where only one document states something, the other takes any value.
fn schemas<'a>(pair: &mut Pair<'a, '_>, of: &str, direction: Direction, old: &'a Content, new: &'a Content) {
    if old.schema.is_some() || new.schema.is_some() {
        pair.schemas.root(&pair.new.id, of, direction, Place::of_content(old), Place::of_content(new));
    }
}
