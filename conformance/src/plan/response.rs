//! Cases of documented responses and their allowed variations.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::answer::DocumentedAnswer;
use super::case::{Basis, Case, Serve};
use super::fact::{self, FactId};
use crate::document::schema::walk;
use crate::wire::body::{JSON, canonical_json};

/// A documented response: as documented, with unknown fields, without optional fields, with a parameter of its media type, and
/// with its other examples and alternatives.
pub(super) fn cases(answer: &DocumentedAnswer<'_>) -> Vec<Case> {
    let mut cases = vec![as_documented(answer)];
    let Some(body) = &answer.body else { return cases };
    let unstated = |variation: &str, what: &str, serve: Serve| Case {
        serve: vec![serve],
        outcome: answer.outcome(Some(body.clone())),
        basis: Basis::Practice,
        ..answer.variation(variation, what)
    };
    if let Value::Object(mut fields) = body.clone() {
        fields.insert("conformanceUnknown".to_owned(), json!({ "nested": [true] }));
        let serve = answer.serve_json(Some(&Value::Object(fields)));
        cases.push(unstated("unknown-fields", "with fields that the document does not mention", serve));
    }
    if let Some(required) = without_optional(answer, body) {
        cases.push(allowed(answer, "optional-absent", "without its optional fields", &required));
    }
    if answer.media_type() == JSON {
        let serve = answer.serve_text("application/json; charset=utf-8", canonical_json(body));
        cases.push(unstated("content-type-parameters", "whose media type has a parameter", serve));
    }
    cases.extend(alternatives(answer));
    cases
}

fn as_documented(answer: &DocumentedAnswer<'_>) -> Case {
    let mut case = Case {
        serve: vec![answer.serve_json(answer.body.as_ref())],
        outcome: answer.outcome(answer.body.clone()),
        ..answer.documented()
    };
    case.facts.extend(answer.body.iter().flat_map(|body| facts_of_body(answer, body)));
    for header in &answer.response.headers {
        case.facts.insert(answer.plan.fact(&header.location.pointer));
        case.facts.extend(fact::constraints(&answer.plan.source.document, &header.schema));
    }
    case
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
        serve: vec![answer.serve_json(Some(body))],
        outcome: answer.outcome(Some(body.clone())),
        ..answer.variation(variation, what)
    }
}

/// The other examples of a response, and its other alternatives (`oneOf`, `anyOf`) at any depth.
fn alternatives(answer: &DocumentedAnswer<'_>) -> Vec<Case> {
    let alternative = |variation: &str, body: &Value| {
        let mut case = allowed(answer, variation, "in another documented form", body);
        case.facts.extend(facts_of_body(answer, body));
        case
    };
    let examples = answer.content.iter().flat_map(|content| content.examples.iter().enumerate().skip(1));
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
