//! The family of documented answers.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::answer::{Answer, written};
use super::call::{Call, JSON};
use super::case::{Basis, Case};
use super::fact::{self, FactId};

/// Every documented response: as documented, with unknown fields, without the optional ones, with
/// parameters on its media type.
pub(super) fn cases(call: &Call<'_>, answers: &[Answer<'_>]) -> Vec<Case> {
    answers.iter().flat_map(|answer| documented_answer(call, answer)).collect()
}

fn documented_answer(call: &Call<'_>, answer: &Answer<'_>) -> Vec<Case> {
    let mut cases = vec![as_documented(call, answer)];
    let Some(body) = &answer.body else { return cases };
    if let Some(Value::Object(fields)) = &answer.body {
        let mut more = fields.clone();
        more.insert("conformanceUnknown".to_owned(), json!({ "nested": [true] }));
        cases.push(Case {
            serve: vec![answer.serve_json(&Some(Value::Object(more)))],
            outcome: answer.outcome(answer.body.clone()),
            basis: Basis::Practice,
            ..answer.case(
                call,
                "unknown-fields",
                format!("a {} may gain fields the document does not know yet", answer.code),
            )
        });
    }
    if let Some(required) = without_optional(call, answer, body) {
        cases.push(Case {
            serve: vec![answer.serve_json(&Some(required.clone()))],
            outcome: answer.outcome(Some(required)),
            ..answer.case(call, "optional-absent", format!("a {} without its optional fields", answer.code))
        });
    }
    if answer.media_type() == JSON {
        cases.push(Case {
            serve: vec![answer.serve_text("application/json; charset=utf-8", written(body))],
            outcome: answer.outcome(answer.body.clone()),
            basis: Basis::Practice,
            ..answer.case(
                call,
                "content-type-parameters",
                format!("a {} whose media type carries a parameter", answer.code),
            )
        });
    }
    cases.extend(alternatives(call, answer));
    cases
}

fn as_documented(call: &Call<'_>, answer: &Answer<'_>) -> Case {
    let mut case = Case {
        serve: vec![answer.serve()],
        outcome: answer.outcome(answer.body.clone()),
        ..answer.case(call, "", format!("a {} as documented", answer.code))
    };
    case.facts.extend(facts_of_body(call, answer, answer.body.as_ref()));
    for header in &answer.response.headers {
        case.facts.insert(call.fact(&header.location.pointer));
        case.facts.extend(fact::limits(&call.source.document, &header.schema));
    }
    case
}

fn facts_of_body(call: &Call<'_>, answer: &Answer<'_>, body: Option<&Value>) -> BTreeSet<FactId> {
    let (Some(content), Some(body)) = (answer.content, body) else {
        return BTreeSet::new();
    };
    let examples = content.examples.iter().filter(|example| example.value == *body);
    let examples = examples.map(|example| call.fact(&example.location.pointer));
    let schema = content.schema.as_ref().map(|schema| fact::exercised(&call.source.document, schema, body));
    schema.into_iter().flatten().chain(examples).collect()
}

/// The further examples of an answer, and its further alternatives (`oneOf`, `anyOf`), wherever in it.
fn alternatives(call: &Call<'_>, answer: &Answer<'_>) -> Vec<Case> {
    let Some(content) = answer.content else { return Vec::new() };
    let mut cases = Vec::new();
    for (index, example) in content.examples.iter().enumerate().skip(1) {
        let body = Some(example.value.clone());
        cases.push(alternative(call, answer, &format!("example-{}", index + 1), body));
    }
    for changed in &answer.changes(call).alternatives {
        let mut case = alternative(call, answer, &changed.variation, Some(changed.value.clone()));
        case.facts.extend(changed.pointer.as_ref().map(|pointer| call.fact(pointer)));
        cases.push(case);
    }
    cases
}

fn alternative(call: &Call<'_>, answer: &Answer<'_>, variation: &str, body: Option<Value>) -> Case {
    let mut case = Case {
        serve: vec![answer.serve_json(&body)],
        ..answer.case(call, variation, format!("a {} in another documented form", answer.code))
    };
    case.facts.extend(facts_of_body(call, answer, body.as_ref()));
    case.outcome = answer.outcome(body);
    case
}

/// The body with only what its schema requires; none when nothing is optional.
fn without_optional(call: &Call<'_>, answer: &Answer<'_>, body: &Value) -> Option<Value> {
    let schema = answer.schema()?;
    let (schema, _) = fact::resolve(&call.source.document, &schema.value, &schema.pointer)?;
    let is_required = |name: &str| fact::required(schema).any(|required| required == name);
    let is_optional = |name: &str| {
        schema.get("properties").is_some_and(|known| known.get(name).is_some()) && !is_required(name)
    };
    let mut fields = body.as_object()?.clone();
    let before = fields.len();
    fields.retain(|name, _| !is_optional(name));
    (fields.len() < before).then_some(Value::Object(fields))
}
