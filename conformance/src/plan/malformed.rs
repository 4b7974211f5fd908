//! The family of broken answers: a documented status whose body is not what the document says.

use super::answer::{Answer, written};
use super::call::Call;
use super::case::{Basis, Case, Outcome, Serve};

/// The size of the error body that must not grow the client's memory, in bytes.
const LARGE: usize = 10 * 1024 * 1024;

/// What a gateway answers when it does not reach the API.
const GATEWAY_PAGE: &str =
    "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>";

/// Broken answers at each documented status. The status must reach the caller all the same.
pub(super) fn cases(call: &Call<'_>, answers: &[Answer<'_>]) -> Vec<Case> {
    answers.iter().flat_map(|answer| malformed_answer(call, answer)).collect()
}

fn malformed_answer(call: &Call<'_>, answer: &Answer<'_>) -> Vec<Case> {
    let Some(body) = &answer.body else { return Vec::new() };
    let broken = |variation: &str, what: &str, serve: Serve| Case {
        serve: vec![serve],
        outcome: Outcome::Failure { status: Some(answer.code), body: None },
        basis: Basis::Practice,
        ..answer.case(call, variation, format!("a {} {what}", answer.code))
    };
    let json = |body: String| answer.serve_text(answer.media_type(), body);
    let whole = written(body);
    let half = whole.chars().take(whole.chars().count() / 2).collect();
    let mut cases = vec![
        broken(
            "not-json",
            "with a gateway's page for a body",
            answer.serve_text("text/html", GATEWAY_PAGE.to_owned()),
        ),
        broken("truncated", "whose JSON ends in the middle", json(half)),
        broken("empty", "without the documented body", json(String::new())),
    ];
    if !answer.is_success() {
        let mut large = broken("large", "with 10 MiB of body", padded(json(String::new())));
        // Once is enough, should the client try again.
        large.serve.push(json(String::new()));
        cases.push(large);
    }
    for changed in &answer.changes(call).broken {
        let mut case = broken(&changed.variation, &changed.what, json(written(&changed.value)));
        if let Some(pointer) = &changed.pointer {
            case.facts.insert(call.fact(pointer));
            case.location = call.source.document.locate(pointer);
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
