//! Compares request bodies and responses.

use std::collections::BTreeSet;

use super::compared::ComparedPlace;
use super::operation_pair::{OperationPair, examples, named};
use super::rule::{self, ChangeRule, Direction};
use super::view::SchemaView;
use super::wording::Wording;
use crate::document::pointer::escape;
use crate::document::{Content, Encoding, Response, Schema, Serialisation};
use crate::wire::media_type::is_json;

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
    pair.covers(&old.location, &new.location, ComparedPlace::Body);
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
        let says =
            Wording::long(&is.description).after(format_args!("status {}: added, \"", is.code)).before("\"");
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
                pair.covers(&was.location, &is.location, ComparedPlace::Content);
                schemas(pair, name, direction, was, is);
                if direction == Direction::Request {
                    encodings(pair, was, is);
                }
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
    let are_any = old.schema.is_none() && new.schema.is_none();
    let are_same = are_any || is_bytes(old) && is_bytes(new);
    if !are_same {
        let (old, new) = (SchemaView::of_content(old), SchemaView::of_content(new));
        pair.schemas.root(&pair.new.id, name, direction, old, new);
    }
}

/// Whether a content is any bytes. OpenAPI 3.0 describes them as a binary string, later versions without a schema.
fn is_bytes(content: &Content) -> bool {
    let is_binary = |schema: &Schema| schema.value.get("format").is_some_and(|format| format == "binary");
    !is_json(&content.media_type) && content.schema.as_ref().is_none_or(is_binary)
}

/// Compares how the properties of a form are sent.
fn encodings(pair: &mut OperationPair<'_, '_>, old: &Content, new: &Content) {
    let names: BTreeSet<&String> = old.encodings.keys().chain(new.encodings.keys()).collect();
    for name in names {
        let of = |content: &Content| content.encodings.get(name).cloned().unwrap_or_default();
        let (was, is) = (of(old), of(new));
        if was == is {
            continue;
        }
        let is_wider = was.format == is.format
            && !was.media_types.is_empty()
            && was.media_types.iter().all(|media_type| is.media_types.contains(media_type));
        let rule = match is_wider {
            true => &rule::REQUEST_ENCODING_WIDENED,
            false => &rule::REQUEST_ENCODING_CHANGED,
        };
        let at = |content: &Content| format!("{}/encoding/{}", content.location.pointer, escape(name));
        let (from, to) = pair.places(&at(old), &at(new));
        let says = format!("{BODY}, encoding of {name}: {} -> {}", sent(&was), sent(&is));
        pair.add(rule, says, from, to);
    }
}

/// How a property is sent, in words.
fn sent(encoding: &Encoding) -> String {
    let mut parts = encoding.media_types.clone();
    if let Some(Serialisation { style, explode, allow_reserved }) = &encoding.format {
        parts.push(format!("style {}, explode {explode}, allowReserved {allow_reserved}", style.word()));
    }
    if parts.is_empty() { "default".to_owned() } else { parts.join(", ") }
}
