//! The defects of documents: each check finds its contradiction, with what proves it, and finds none where there is none.

use media_upload_conformance::Document;
use media_upload_conformance::doctor::{Defect, defects};

use crate::documents::{CIELO24_TODAY, PYANNOTE, source};

/// A document with a contradiction for each check, and the same without any.
const CONTRADICTORY: &str = include_str!("../fixtures/contradictory.yaml");

fn found(name: &str, text: &str) -> Vec<Defect> {
    defects(&[Document::read(name, text.as_bytes()).unwrap()])
}

/// The line, the check and the words of each defect.
fn lines(defects: &[Defect]) -> String {
    let line = |defect: &Defect| format!("{} {}: {}\n", defect.location.line, defect.check, defect.says);
    defects.iter().map(line).collect()
}

#[test]
fn each_contradiction_is_found_at_its_line_with_its_proof() {
    insta::assert_snapshot!(lines(&found("contradictory.yaml", CONTRADICTORY)));
}

/// Checks of schemas and references. The other checks are about what a document leaves out.
const CONTRADICTIONS: [&str; 6] = [
    "malformed",
    "value-against-schema",
    "pattern-without-match",
    "limits-without-value",
    "alternatives-alike",
    "required-not-declared",
];

#[test]
fn a_document_without_contradictions_has_none() {
    let texts = [
        ("pets-3.0.yaml", include_str!("../fixtures/pets-3.0.yaml").to_owned()),
        ("pets-3.1.yaml", include_str!("../fixtures/pets-3.1.yaml").to_owned()),
        ("request_upload_url.rst", source(CIELO24_TODAY)),
    ];
    for (name, text) in texts {
        let defects = found(name, &text);
        // The markup of the page has defects.
        let checks = if name.ends_with(".rst") { &CONTRADICTIONS[1..] } else { &CONTRADICTIONS[..] };
        let wrong: Vec<_> = defects.iter().filter(|defect| checks.contains(&defect.check)).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    }
    // The pattern of this document is a JavaScript literal.
    let known = found("pyannote.yaml", &source(PYANNOTE));
    let wrong = known.iter().filter(|defect| CONTRADICTIONS.contains(&defect.check)).count();
    assert_eq!(wrong, 1, "{}", lines(&known));
}

#[test]
fn an_example_with_properties_of_both_directions_breaks_no_schema() {
    let text = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    post:\n      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}\n      responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}\ncomponents:\n  schemas:\n    A:\n      type: object\n      additionalProperties: false\n      required: [id, secret]\n      properties: {id: {type: string, readOnly: true}, secret: {type: string, writeOnly: true}}\n      example: {id: a, secret: b}\n";
    let defects = found("a.yaml", text);
    assert!(defects.iter().all(|defect| defect.check != "value-against-schema"), "{}", lines(&defects));
    let broken = text.replace("example: {id: a, secret: b}", "example: {id: 1, secret: 2}");
    assert!(found("a.yaml", &broken).iter().any(|defect| defect.check == "value-against-schema"));
}
