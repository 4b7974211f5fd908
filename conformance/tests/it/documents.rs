//! The documents that the tests rest on. Tests of our own clients run on the documents as they are
//! today, whatever they come to say, and on the operations that our clients have. Tests that edit or
//! quote a document run on the copies in `tests/fixtures`, which stay as they are: so a document can be
//! refreshed, and nothing but snapshots changes.

use media_upload_conformance::plan::Plan;
use media_upload_conformance::plan::case::{Case, Serve};
use media_upload_conformance::provider;
use media_upload_conformance::run::built_in::BuiltIn;
use media_upload_conformance::run::driver::Driver;
use regex::Regex;

/// A document of pyannoteAI, and a page of cielo24, as they were when these tests were written.
pub(crate) const PYANNOTE: &str = "tests/fixtures/pyannote.yaml";
pub(crate) const CIELO24: &str = "tests/fixtures/cielo24/request_upload_url.rst";

/// The page of cielo24 as it is, which our rules rest on.
pub(crate) const CIELO24_TODAY: &str = "openapi/cielo24/request_upload_url.rst";

/// That page, with the sentence changed that a rule rests on.
pub(crate) fn cielo24_with_a_broken_rule() -> String {
    let known = provider::known().unwrap();
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

/// A text with one edit, which must be one.
pub(crate) fn edited(source: &str, from: &str, to: &str) -> String {
    assert!(source.contains(from), "{from}");
    source.replacen(from, to, 1)
}

/// The plan of both documents; a new operation is in it once our clients have it.
pub(crate) fn our_plan() -> Plan {
    let mut plan = whole_plan();
    let ours = BuiltIn::default();
    plan.cases.retain(|case| ours.offers(&case.provider, &case.operation));
    plan
}

/// The plan of both documents, as the command has it.
pub(crate) fn whole_plan() -> Plan {
    Plan::of(provider::built_in().unwrap(), &provider::known().unwrap()).unwrap()
}

/// A plan without its megabytes of blanks: for tests that serve them many times, few are as wrong.
pub(crate) fn shortened(mut plan: Plan) -> Plan {
    for serve in plan.cases.iter_mut().flat_map(|case| &mut case.serve) {
        if let Serve::Response(response) = serve {
            response.padding = response.padding.min(1_000);
        }
    }
    plan
}

/// The case of this id.
pub(crate) fn case<'a>(plan: &'a Plan, id: &str) -> &'a Case {
    plan.cases.iter().find(|case| case.id == id).unwrap_or_else(|| panic!("no case {id}"))
}
