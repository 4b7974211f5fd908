//! Tests of `conformance diff`: the changes between two documents, their classes, and the cases they affect.

mod file;
mod rule;
mod version;

use media_upload_conformance::diff::{self, Change, Class, Diff};
use media_upload_conformance::document::Document;
use media_upload_conformance::providers;
use proptest::prelude::*;
use serde_json::Value;

use crate::command::{conformance, file, refused, text};
use crate::documents::{CIELO24, CIELO24_TODAY, PYANNOTE, cielo24_with_a_broken_rule, edited, source};

pub(crate) const EVERYTHING: [&str; 8] = [
    PYANNOTE,
    CIELO24,
    "conformance/tests/fixtures/changing.yaml",
    "conformance/tests/fixtures/other.yaml",
    "conformance/tests/fixtures/speech-api.yaml",
    "conformance/tests/fixtures/job_notes.rst",
    "conformance/tests/fixtures/perform_everything.rst",
    "conformance/tests/fixtures/update_secret.rst",
];

pub(crate) fn diff(name: &str, old: &str, new: &str) -> Diff {
    let read = |text: &str| Document::read(name, text.as_bytes()).unwrap();
    Diff::of(&read(old), &read(new), &providers().unwrap()).unwrap()
}

/// Only the changes, because planning the cases takes most of the time.
pub(crate) fn changes(name: &str, old: &str, new: &str) -> Vec<Change> {
    let read = |text: &str| Document::read(name, text.as_bytes()).unwrap();
    diff::changes(&read(old), &read(new), &providers().unwrap()).unwrap()
}

fn only(diff: &Diff) -> &Change {
    assert_eq!(diff.changes.len(), 1, "{:#?}", diff.changes);
    &diff.changes[0]
}

/// The page with an added operation, a removed status, a new required property, a stricter constraint and a changed sentence.
pub(crate) fn five_changes() -> String {
    let status = "        '402':\n          description: Subscription is required\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/ApiError'\n";
    let field = "        region:\n          type: string\n      required:\n        - url\n        - region\n    MediaResponse:";
    let operation = "  /v1/test:\n    get:\n      operationId: testKey\n      responses:\n        '200':\n          description: Fine\ncomponents:\n";
    let text = edited(&source(PYANNOTE), status, "");
    let text = edited(&text, "      required:\n        - url\n    MediaResponse:", field);
    let text = edited(&text, "maxLength: 255", "maxLength: 100");
    let text = edited(&text, "at least 24 hours", "at least 12 hours");
    edited(&text, "components:\n", operation)
}

#[test]
fn changes_are_found_with_their_class_and_cases() {
    let diff = diff(PYANNOTE, &source(PYANNOTE), &five_changes());
    let found: Vec<_> = diff.changes.iter().map(|change| (change.rule, change.class)).collect();
    assert_eq!(
        found,
        [
            ("request-limit-stricter", Class::Breaking),
            ("request-property-required-added", Class::Breaking),
            ("response-error-removed", Class::PossiblyBreaking),
            ("sentence-changed", Class::Harmless),
            ("operation-added", Class::Harmless),
        ]
    );
    let constraint = &diff.changes[0];
    assert_eq!(constraint.old.as_ref().unwrap().line, 67);
    assert_eq!(
        constraint.new.as_ref().unwrap().pointer,
        "/components/schemas/GetMediaUploadUrl/properties/url/maxLength"
    );
    assert!(constraint.operations.contains("getMediaUploadURL"));
    assert!(diff.cases.appear.contains(&"pyannote/testKey/200".to_owned()));
    assert!(diff.cases.appear.contains(&"pyannote/getMediaUploadURL/argument/region/absent".to_owned()));
    assert!(diff.cases.go.contains(&"pyannote/getMediaUploadURL/402".to_owned()));
    let changed = diff.cases.change.iter().find(|case| case.id == "pyannote/getMediaUploadURL/201").unwrap();
    assert!(changed.differs.contains(&"request".to_owned()), "{changed:?}");
}

#[test]
fn a_diff_fits_a_screen() {
    let folder = tempfile::tempdir().unwrap();
    let new = file(&folder, "new.yaml", five_changes().as_bytes());
    let output = conformance(&["diff", PYANNOTE, &new]);
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stdout).replace(&new, "new.yaml");
    assert!(shown.lines().count() < 50, "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn json_has_the_same_changes() {
    let folder = tempfile::tempdir().unwrap();
    let new = file(&folder, "new.yaml", five_changes().as_bytes());
    let output = conformance(&["diff", PYANNOTE, &new, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["changes"].as_array().unwrap().len(), 5);
    assert_eq!(json["changes"][0]["class"], "breaking");
    let place =
        "tests/fixtures/pyannote.yaml:67#/components/schemas/GetMediaUploadUrl/properties/url/maxLength";
    assert_eq!(json["changes"][0]["old"], place);
    assert_eq!(json["changes"][1]["old"], Value::Null);
    assert!(json["cases"]["go"].as_array().unwrap().len() > 5);
}

#[test]
fn a_changed_sentence_that_a_rule_quotes_is_breaking_and_the_diff_is_still_shown() {
    let new = cielo24_with_a_broken_rule();
    let diff = diff(CIELO24_TODAY, &source(CIELO24_TODAY), &new);
    let change = only(&diff);
    assert_eq!((change.rule, change.class), ("rule-sentence-gone", Class::Breaking));
    assert!(change.says.contains("upload/authorization"), "{}", change.says);
    assert!(change.says.contains(" and content type"), "{}", change.says);
    let why = diff.cases.unplanned.as_ref().unwrap();
    assert!(why.contains("quotes a sentence that is not in the document"), "{why}");
    let folder = tempfile::tempdir().unwrap();
    let output = conformance(&["diff", CIELO24_TODAY, &file(&folder, "new.rst", new.as_bytes())]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("cases not compared"), "{}", text(&output.stdout));
}

#[test]
fn a_rule_that_quotes_a_removed_operation_is_reported() {
    let page = source("openapi/pyannote.yaml");
    let diff = diff(PYANNOTE, &page, &page.replace("    post:\n", "    patch:\n"));
    // The document still has the sentence, under another method.
    assert!(diff.changes.iter().all(|change| change.rule != "rule-sentence-gone"));
    let gone = self::diff(
        PYANNOTE,
        &page,
        "openapi: 3.0.0\nservers: [{url: 'https://api.pyannote.ai'}]\npaths: {}\n",
    );
    let rules: Vec<_> = gone.changes.iter().filter(|change| change.rule == "rule-sentence-gone").collect();
    let known = providers().unwrap();
    let ours = known.iter().find(|known| known.name == "pyannote").unwrap();
    assert_eq!(rules.len(), ours.rules.len(), "{rules:#?}");
}

#[test]
fn a_document_does_not_differ_from_itself_or_from_its_page() {
    for name in EVERYTHING {
        let same = diff(name, &source(name), &source(name));
        assert!(same.is_empty() && same.same_text, "{name}: {:#?}", same.changes);
        // Documents whose texts differ are compared.
        let spaced = diff(name, &source(name), &(source(name) + "\n"));
        assert!(spaced.is_empty(), "{name}: {:#?}", spaced.changes);
    }
    let folder = tempfile::tempdir().unwrap();
    let page = format!("# Page\n\n````yaml POST /x\n{}````\n", source(PYANNOTE));
    let output = conformance(&["diff", PYANNOTE, &file(&folder, "page.md", page.as_bytes())]);
    assert_eq!(text(&output.stdout), "no differences: the texts differ, but describe the same API\n");
    assert_eq!(output.status.code(), Some(0));
    let output = conformance(&["diff", PYANNOTE, PYANNOTE]);
    assert_eq!(text(&output.stdout), "no differences: the documents are identical\n");
}

#[test]
fn layout_comments_and_the_order_of_keys_make_no_difference() {
    let page = source(PYANNOTE);
    let moved = edited(&page, "          maxLength: 255\n", "");
    let moved = edited(
        &moved,
        "        url:\n          type: string\n",
        "        # how long\n        url:\n          maxLength:   255\n          type: 'string'\n",
    );
    let moved = edited(
        &moved,
        "      required:\n        - message\n        - errors\n",
        "      required: [errors, message]\n",
    );
    let diff = diff(PYANNOTE, &page, &moved);
    assert!(diff.changes.is_empty() && !diff.same_text, "{:#?}", diff.changes);
    let page = source(CIELO24);
    let wrapped = edited(&page, "omit the \nauthorization", "omit\nthe authorization");
    assert!(self::diff(CIELO24, &page, &wrapped).is_empty());
}

#[test]
fn reversed_keys_change_no_case() {
    for name in [PYANNOTE, "tests/fixtures/ten-operations.yaml"] {
        let text = source(name);
        let other_order = reversed(&serde_yaml::from_str(&text).unwrap()).to_string();
        let diff = diff(name, &text, &other_order);
        assert!(diff.changes.is_empty() && diff.cases.are_same() && !diff.same_text, "{diff:#?}");
    }
}

/// The value with the keys of every object in reverse order.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().rev().map(|(name, field)| (name.clone(), reversed(field))).collect()
        }
        Value::Array(elements) => elements.iter().map(reversed).collect(),
        _ => value.clone(),
    }
}

#[test]
fn a_shared_schema_is_reported_once_with_all_operations_and_the_more_severe_class() {
    let name = "conformance/tests/fixtures/changing.yaml";
    let page = source(name);
    // The request schema of one operation is the response schema of the other.
    let both = edited(
        &page,
        "'200': { description: Here }",
        "'200': { description: Here, content: { application/json: { schema: { $ref: '#/components/schemas/Ask' } } } }",
    );
    let diff = diff(
        name,
        &both,
        &edited(&both, "word: { type: string, enum: [one, two] }", "word: { type: string, enum: [one] }"),
    );
    let change = only(&diff);
    assert_eq!((change.rule, change.class), ("request-enum-value-removed", Class::Breaking));
    assert_eq!(change.operations.iter().collect::<Vec<_>>(), ["getThing", "putThing"]);
    let back = self::diff(name, &edited(&both, "[one, two]", "[one]"), &both);
    assert_eq!(only(&back).rule, "response-enum-value-added");
}

#[test]
fn operations_are_matched_by_method_and_path_without_parameter_names() {
    let name = "conformance/tests/fixtures/changing.yaml";
    let renamed = source(name).replace("{id}", "{thing}").replace("name: id,", "name: thing,");
    let diff = diff(name, &source(name), &renamed);
    assert!(diff.changes.iter().any(|change| change.rule == "path-parameter-renamed"));
    assert!(diff.changes.iter().all(|change| change.class == Class::Harmless), "{:#?}", diff.changes);
}

#[test]
fn a_renamed_document_without_a_known_provider_has_the_same_cases() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = "conformance/tests/fixtures/other.yaml";
    let renamed = file(&folder, "elsewhere.yaml", source(fixture).as_bytes());
    let output = conformance(&["diff", fixture, &renamed]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn documents_that_cannot_be_compared_are_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let line = refused(2, &["diff", PYANNOTE, CIELO24]);
    assert!(
        line.contains("is OpenAPI and") && line.contains("compare two documents of the same kind"),
        "{line}"
    );
    assert!(refused(2, &["diff", PYANNOTE, "openapi"]).contains("openapi: is a folder"));
    assert!(refused(2, &["diff", "no/such.yaml", PYANNOTE]).contains("no/such.yaml: cannot be read"));
    let empty = file(&folder, "empty.yaml", b"");
    assert!(refused(2, &["diff", PYANNOTE, &empty]).contains("the document is empty"));
    let binary = file(&folder, "binary.md", &[0, 159, 146, 150]);
    assert!(refused(2, &["diff", &binary, PYANNOTE]).contains("binary.md:1"));
}

#[test]
fn a_recursive_schema_is_compared() {
    let name = "conformance/tests/fixtures/changing.yaml";
    let deep = edited(&source(name), "unsure: { type: number }", "unsure: { type: string }");
    let diff = diff(name, &source(name), &deep);
    assert_eq!(only(&diff).rule, "response-type-changed");
}

#[test]
fn schemas_that_refer_to_each_other_are_compared_once_each() {
    let web = |length: usize| {
        let mut text = "openapi: 3.0.0\ninfo: { title: Web }\npaths:\n  /a:\n    get:\n      operationId: a\n      responses:\n        '200': { description: A, content: { application/json: { schema: { $ref: '#/components/schemas/S0' } } } }\ncomponents:\n  schemas:\n".to_owned();
        for index in 0..200 {
            let reference = |to: usize| format!("{{ $ref: '#/components/schemas/S{}' }}", to % 200);
            let (near, far) = (reference(index + 1), reference(3 * index));
            text += &format!(
                "    S{index}: {{ properties: {{ a: {{ type: string, maxLength: {length} }}, b: {near}, c: {far} }} }}\n"
            );
        }
        text
    };
    let found = changes("web.yaml", &web(10), &web(20));
    assert_eq!(found.len(), 200);
    assert!(
        found.iter().all(|change| change.rule == "response-limit-looser" && change.operations.len() == 1)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_with_moved_or_removed_lines_is_compared_or_refused(
        which in 0..EVERYTHING.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3), 1..6),
    ) {
        let name = EVERYTHING[which];
        let original = source(name);
        let mut lines: Vec<&str> = original.lines().collect();
        for (from, to, what) in edits {
            let (from, to) = (from.index(lines.len()), to.index(lines.len()));
            match what {
                0 => drop(lines.remove(from)),
                1 => lines.swap(from, to),
                _ => lines.insert(to, lines[from]),
            }
        }
        let known = providers().unwrap();
        let old = Document::read(name, original.as_bytes()).unwrap();
        if let Ok(new) = Document::read(name, lines.join("\n").as_bytes()) {
            let there = diff::changes(&old, &new, &known).unwrap();
            let back = diff::changes(&new, &old, &known).unwrap();
            // A difference in one direction is a difference in the other.
            prop_assert_eq!(there.is_empty(), back.is_empty());
        }
    }
}
