//! Cases of malformed responses: a documented status with a body that is not as documented.

use super::answer::DocumentedAnswer;
use super::case::{Basis, Case, Outcome, Serve};
use crate::wire::body::canonical_json;

/// The size of an error body that a client must not hold in memory, in bytes.
const LARGE: usize = 10 * 1024 * 1024;

/// The body with which a gateway answers when it does not reach the API.
const GATEWAY_PAGE: &str =
    "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>";

/// Malformed responses with a documented status. The status must still reach the caller.
pub(super) fn cases(answer: &DocumentedAnswer<'_>) -> Vec<Case> {
    let Some(body) = &answer.body else { return Vec::new() };
    let broken = |variation: &str, what: &str, serve: Serve| Case {
        serve: vec![serve],
        outcome: Outcome::Failure { status: Some(answer.code), body: None },
        basis: Basis::Practice,
        ..answer.variation(variation, what)
    };
    let json = |body: String| answer.serve_text(answer.media_type(), body);
    let page = answer.serve_text("text/html", GATEWAY_PAGE.to_owned());
    let whole = canonical_json(body);
    let half = whole.chars().take(whole.chars().count() / 2).collect();
    let mut cases = vec![
        broken("not-json", "with an HTML error page as its body", page),
        broken("truncated", "whose JSON ends in the middle", json(half)),
        broken("empty", "without the documented body", json(String::new())),
    ];
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

fn padded(mut serve: Serve) -> Serve {
    if let Serve::Response(response) = &mut serve {
        response.padding = LARGE;
    }
    serve
}
