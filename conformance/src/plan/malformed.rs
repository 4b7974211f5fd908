//! Cases of malformed responses: a documented status with a body that is not as documented.

use serde_json::json;

use super::answer::DocumentedAnswer;
use super::case::{Basis, Case, Outcome, Serve};
use super::practice;
use crate::document::schema::walk;
use crate::wire::value::canonical_json;

/// The size of an error body that a client must not hold in memory, in bytes.
const LARGE: usize = 10 * 1024 * 1024;

/// The body with which a gateway answers when it does not reach the API.
const GATEWAY_PAGE: &str =
    "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>";

/// Malformed responses with a documented status. The status must still reach the caller.
pub(super) fn cases(answer: &DocumentedAnswer<'_>) -> Vec<Case> {
    let Some(body) = answer.body.as_ref().filter(|_| answer.is_json()) else { return Vec::new() };
    let broken = |variation: &str, what: &str, serve: Serve| Case {
        serve: vec![serve],
        outcome: Outcome::Failure { status: answer.code, body: None },
        basis: Basis::Practice(practice::CHECKED),
        ..answer.variation(variation, what)
    };
    let json = |body: String| answer.serve_text(answer.media_type(), body);
    let page = answer.serve_text("text/html", GATEWAY_PAGE.to_owned());
    let whole = canonical_json(body);
    let half = whole.chars().take(whole.chars().count() / 2).collect();
    let twice = format!("{whole}{whole}");
    // The half of a number is a number, and so are its digits twice.
    let has_end = !body.is_number();
    let texts = [
        ("not-json", "with an HTML error page as its body", page, true),
        ("truncated", "whose JSON ends in the middle", json(half), has_end),
        ("empty", "without the documented body", json(String::new()), true),
        ("twice", "whose JSON is followed by the same JSON", json(twice), has_end),
    ];
    let is_broken = texts.into_iter().filter(|(.., is_broken)| *is_broken);
    let mut cases: Vec<Case> =
        is_broken.map(|(variation, what, serve, _)| broken(variation, what, serve)).collect();
    let others =
        [("null", "whose body is null", json!(null)), ("list", "whose body is in a list", json!([body]))];
    let others = others.into_iter().filter(|_| is_object(answer));
    cases
        .extend(others.map(|(variation, what, other)| broken(variation, what, json(canonical_json(&other)))));
    if !answer.is_success() {
        let mut large = broken("large", "with a body of 10 MiB", padded(json(String::new())));
        // A client that tries again gets a small body.
        large.serve.push(json(String::new()));
        cases.push(large);
    }
    for mutation in &answer.mutations.broken {
        let mut case = broken(&mutation.variation, &mutation.what, json(canonical_json(&mutation.value)));
        if let Some(pointer) = &mutation.pointer {
            case.facts.insert(answer.plan.fact(pointer));
            case.location = answer.plan.source.document.locate(pointer);
        }
        cases.push(case);
    }
    cases
}

/// Whether the document states that the body is an object, and nothing else.
fn is_object(answer: &DocumentedAnswer<'_>) -> bool {
    let document = &answer.plan.source.document;
    let objects = answer.schema().map(|schema| walk::objects(document, &schema.value, &schema.pointer));
    objects.iter().flatten().any(|(schema, _)| walk::is_object(schema))
}

fn padded(mut serve: Serve) -> Serve {
    if let Serve::Response(response) = &mut serve {
        response.padding = LARGE;
    }
    serve
}
