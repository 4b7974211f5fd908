//! The documents that the tests use. Tests of our clients use the current documents, and only the operations that our clients
//! have. Tests that edit or quote a document use the copies in `tests/fixtures`, which do not change. So a new version of a
//! document changes snapshots only.

use media_upload_conformance::plan::case::Serve;
use media_upload_conformance::{Case, Driver, OwnClients, Plan, built_in_documents, providers};
use regex::Regex;

/// A copy of a pyannoteAI document that does not change, and one of a cielo24 page.
pub(crate) const PYANNOTE: &str = "tests/fixtures/pyannote.yaml";
pub(crate) const CIELO24: &str = "tests/fixtures/cielo24/request_upload_url.rst";

/// The current cielo24 page. Our prose rules quote it.
pub(crate) const CIELO24_TODAY: &str = "openapi/cielo24/request_upload_url.rst";

/// The current cielo24 page with a change in the sentence that a rule quotes.
pub(crate) fn cielo24_with_a_broken_rule() -> String {
    let known = providers().unwrap();
    let mut rules = known.iter().filter(|known| known.name == "cielo24").flat_map(|known| &known.rules);
    let rule = rules.find(|rule| rule.rule == "upload/authorization").unwrap();
    let words: Vec<String> =
        rule.sentence.trim_end_matches('.').split_whitespace().map(regex::escape).collect();
    let sentence = Regex::new(&words.join(r"\s+")).unwrap();
    let page = source(CIELO24_TODAY);
    let broken = sentence.replace(&page, "$0 and content type").into_owned();
    assert_ne!(broken, page);
    broken
}

/// The text of a file of the repository.
pub(crate) fn source(name: &str) -> String {
    std::fs::read_to_string(format!("{}/../{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The text with the first `from` replaced by `to`. Fails when the text does not contain `from`.
pub(crate) fn edited(source: &str, from: &str, to: &str) -> String {
    assert!(source.contains(from), "{from}");
    source.replacen(from, to, 1)
}

/// The plan of the built-in documents, without the operations that our clients do not have.
pub(crate) fn our_plan() -> Plan {
    let mut plan = whole_plan();
    let ours = OwnClients::default();
    plan.cases.retain(|case| ours.offers(&case.provider, &case.operation));
    plan
}

/// The plan of the built-in documents, as the command makes it.
pub(crate) fn whole_plan() -> Plan {
    Plan::of(built_in_documents().unwrap(), &providers().unwrap()).unwrap()
}

/// The plan with shorter padding in its responses, for tests that serve the responses many times.
pub(crate) fn shortened(mut plan: Plan) -> Plan {
    for serve in plan.cases.iter_mut().flat_map(|case| &mut case.serve) {
        if let Serve::Response(response) = serve {
            response.padding = response.padding.min(1_000);
        }
    }
    plan
}

/// The case with this id. Fails when there is none.
pub(crate) fn case<'a>(plan: &'a Plan, id: &str) -> &'a Case {
    plan.cases.iter().find(|case| case.id == id).unwrap_or_else(|| panic!("no case has the id {id}"))
}
