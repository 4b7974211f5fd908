//! Cases of documented responses and their allowed variations.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::answer::{DocumentedAnswer, place_upload_url};
use super::case::{Basis, Case, Serve};
use super::fact::{self, FactId};
use super::practice;
use crate::document::schema::{sample, walk};
use crate::wire::media_type::JSON;
use crate::wire::value::canonical_json;

/// The header that asks a client to wait.
const RETRY_AFTER: &str = "retry-after";

/// How long the client is asked to wait, in seconds: short, because a client in another process waits in real time.
const ASKED_WAIT_S: &str = "2";

/// A documented response: as documented, with other values, with unknown fields, without optional fields, with a parameter of
/// its media type, with a wait, and with its other examples and alternatives.
pub(super) fn cases(answer: &DocumentedAnswer<'_>) -> Vec<Case> {
    let mut cases = vec![as_documented(answer)];
    let Some(body) = &answer.body else { return cases };
    let document = &answer.plan.source.document;
    let checked = answer.schema().filter(|schema| !walk::is_plain(document, &schema.value));
    let validator = checked.map(|schema| document.compiled(schema));
    let allows = |body: &Value| match &validator {
        Some(validator) => validator.as_ref().is_some_and(|validator| validator.is_valid(body)),
        None => true,
    };
    if answer.is_json() {
        cases.extend(distinct_values(answer, body, &allows));
        cases.extend(unknown_fields(answer, body, &allows));
    }
    if let Some(required) =
        without_optional(answer, body).filter(|required| answer.is_json() && allows(required))
    {
        cases.push(allowed(answer, "optional-absent", "without its optional fields", &required));
    }
    if answer.media_type() == JSON {
        let text = canonical_json(body);
        let serve = answer.serve_text("application/json; charset=utf-8", text);
        let what = "whose media type has a parameter";
        cases.push(Case {
            serve: vec![serve],
            ..practised(answer, "content-type-parameters", what, body, practice::PARAMETERS)
        });
    }
    cases.extend(escaped(answer, body));
    cases.extend(asked_to_wait(answer, body));
    cases.extend(alternatives(answer));
    cases
}

/// The body with other values in all of its fields.
fn distinct_values(
    answer: &DocumentedAnswer<'_>,
    body: &Value,
    allows: &dyn Fn(&Value) -> bool,
) -> Vec<Case> {
    let made = |large: bool| {
        let document = &answer.plan.source.document;
        let mut made = match answer.schema() {
            Some(schema) => sample::distinct(document, schema, large)?,
            None => reworded(body, &mut 0),
        };
        if answer.is_success() {
            place_upload_url(answer.plan, &mut made);
        }
        (made != *body && allows(&made)).then_some(made)
    };
    let Some(distinct) = made(false) else { return Vec::new() };
    let mut case = allowed(answer, "distinct-values", "with a different value in each field", &distinct);
    case.facts.extend(facts_of_body(answer, &distinct));
    let large = made(true).filter(|large| *large != distinct).map(|large| {
        let what = "with integers that a double cannot hold";
        practised(answer, "large-integers", what, &large, practice::LARGE_INTEGERS)
    });
    std::iter::once(case).chain(large).collect()
}

/// The same JSON with white space, and with each slash and each character outside ASCII escaped, as some servers write it.
fn escaped(answer: &DocumentedAnswer<'_>, body: &Value) -> Option<Case> {
    let mut sorted = body.clone();
    sorted.sort_all_objects();
    let text = serde_json::to_string_pretty(&sorted).ok().filter(|_| answer.is_json())?;
    let escape = |character: char| match character {
        '/' => "\\/".to_owned(),
        character if character.is_ascii() => character.to_string(),
        character => {
            character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
        }
    };
    let serve = answer.serve_text(answer.media_type(), text.chars().map(escape).collect());
    let what = "with white space and escapes in its JSON";
    Some(Case { serve: vec![serve], ..allowed(answer, "escaped", what, body) })
}

/// A body without a schema, with another text in each string that has a blank. A string without a blank can be one of a fixed set
/// of values, so it is kept.
fn reworded(value: &Value, number: &mut usize) -> Value {
    match value {
        Value::String(text) if text.contains(' ') => {
            *number += 1;
            sample::free_text(*number).into()
        }
        Value::Array(elements) => elements.iter().map(|element| reworded(element, number)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), reworded(field, number))).collect()
        }
        other => other.clone(),
    }
}

/// The body with a field that the document does not mention, in each object where its schema allows one.
fn unknown_fields(
    answer: &DocumentedAnswer<'_>,
    body: &Value,
    allows: &dyn Fn(&Value) -> bool,
) -> Option<Case> {
    let mut sorted = body.clone();
    sorted.sort_all_objects();
    let extended = [true, false].into_iter().map(|everywhere| extended(&sorted, everywhere));
    let extended = extended.filter(|extended| extended != body).find(allows)?;
    let what = "with fields that the document does not mention";
    // Not sorted: the unknown field comes first.
    let serve = answer.serve_text(answer.media_type(), extended.to_string());
    Some(Case { serve: vec![serve], ..practised(answer, "unknown-fields", what, body, practice::EXTENSIBLE) })
}

/// The value with an unknown field at the start of its object, or of every object in it. The unknown field repeats the names of the
/// others: a client that searches the body for a name finds the wrong value first.
fn extended(value: &Value, everywhere: bool) -> Value {
    let inner = |field: &Value| if everywhere { extended(field, true) } else { field.clone() };
    match value {
        Value::Object(fields) => {
            let unknown = ("conformanceUnknown".to_owned(), json!([contradicted(value)]));
            let fields = fields.iter().map(|(name, field)| (name.clone(), inner(field)));
            std::iter::once(unknown).chain(fields).collect()
        }
        Value::Array(elements) => elements.iter().map(inner).collect(),
        other => other.clone(),
    }
}

/// The value with another value in each of its fields.
fn contradicted(value: &Value) -> Value {
    match value {
        Value::Null | Value::String(_) => json!("conformance"),
        Value::Bool(value) => json!(!value),
        Value::Number(_) => json!(-1),
        Value::Array(elements) => elements.iter().map(contradicted).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), contradicted(field))).collect()
        }
    }
}

/// A documented 429 or 503 that asks the client to wait.
fn asked_to_wait(answer: &DocumentedAnswer<'_>, body: &Value) -> Option<Case> {
    let Serve::Response(mut served) = answer.serve(Some(body)) else { return None };
    served.headers.retain(|(name, _)| name != RETRY_AFTER);
    served.headers.push((RETRY_AFTER.to_owned(), ASKED_WAIT_S.to_owned()));
    [429, 503].contains(&answer.code).then(|| Case {
        serve: vec![Serve::Response(served)],
        outcome: answer.outcome(Some(body.clone())),
        basis: Basis::Practice(practice::WAIT_HEADER),
        ..answer.variation(RETRY_AFTER, "that asks the client to wait")
    })
}

fn as_documented(answer: &DocumentedAnswer<'_>) -> Case {
    let mut case = Case {
        serve: vec![answer.serve(answer.body.as_ref())],
        outcome: answer.outcome(answer.body.clone()),
        ..answer.documented()
    };
    case.facts.extend(answer.body.iter().flat_map(|body| facts_of_body(answer, body)));
    case.facts.extend(facts_of_text(answer));
    for header in &answer.response.headers {
        case.facts.insert(answer.plan.fact(&header.location.pointer));
        case.facts.extend(fact::constraints(&answer.plan.source.document, &header.schema));
    }
    case
}

/// The facts about a body that is a string and no JSON: it cannot have another type.
fn facts_of_text(answer: &DocumentedAnswer<'_>) -> Vec<FactId> {
    let document = &answer.plan.source.document;
    let schema =
        answer.schema().filter(|_| !answer.is_json() && answer.body.as_ref().is_some_and(Value::is_string));
    schema.map(|schema| fact::constraints(document, schema)).unwrap_or_default()
}

fn facts_of_body(answer: &DocumentedAnswer<'_>, body: &Value) -> BTreeSet<FactId> {
    let examples = answer.content.iter().flat_map(|content| &content.examples);
    let same = examples.filter(|example| example.value == *body);
    let schema = answer.schema().map(|schema| fact::exercised(&answer.plan.source.document, schema, body));
    let same = same.map(|example| answer.plan.fact(&example.location.pointer));
    schema.into_iter().flatten().chain(same).collect()
}

/// A case that serves another body that the document allows.
fn allowed(answer: &DocumentedAnswer<'_>, variation: &str, what: &str, body: &Value) -> Case {
    Case {
        serve: vec![answer.serve(Some(body))],
        outcome: answer.outcome(Some(body.clone())),
        ..answer.variation(variation, what)
    }
}

/// A case that serves a body because of a practice: the document does not state it.
fn practised(
    answer: &DocumentedAnswer<'_>,
    variation: &str,
    what: &str,
    body: &Value,
    practice: &'static str,
) -> Case {
    Case { basis: Basis::Practice(practice), ..allowed(answer, variation, what, body) }
}

/// The other examples of a response, and its other alternatives (`oneOf`, `anyOf`) at any depth.
fn alternatives(answer: &DocumentedAnswer<'_>) -> Vec<Case> {
    let alternative = |variation: &str, body: &Value| {
        let mut case = allowed(answer, variation, "in another documented form", body);
        case.facts.extend(facts_of_body(answer, body));
        case
    };
    let examples = answer.content.iter().flat_map(|content| &content.examples).enumerate();
    let document = &answer.plan.source.document;
    let is_right = |example| answer.schema().is_none_or(|schema| sample::is_right(document, schema, example));
    // The first one is served as documented.
    let examples = examples.filter(|(_, example)| is_right(example)).skip(1);
    let examples =
        examples.map(|(index, example)| alternative(&format!("example-{}", index + 1), &example.value));
    let mutations = answer.mutations.alternatives.iter().map(|mutation| {
        let mut case = alternative(&mutation.variation, &mutation.value);
        case.facts.extend(mutation.pointer.as_ref().map(|pointer| answer.plan.fact(pointer)));
        case
    });
    examples.chain(mutations).collect()
}

/// The body with only its required properties; none when no property is optional.
fn without_optional(answer: &DocumentedAnswer<'_>, body: &Value) -> Option<Value> {
    let schema = answer.schema()?;
    let (schema, _) = walk::resolve(&answer.plan.source.document, &schema.value, &schema.pointer)?;
    let is_optional = |name: &str| {
        walk::properties(schema).any(|(known, _)| known == name)
            && !walk::required(schema).any(|required| required == name)
    };
    let mut fields = body.as_object()?.clone();
    let before = fields.len();
    fields.retain(|name, _| !is_optional(name));
    (fields.len() < before).then_some(Value::Object(fields))
}
