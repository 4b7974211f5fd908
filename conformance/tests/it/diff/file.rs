//! Tests of `diff` with documents that refer to other files, and of long values.

use serde_json::Value;

use crate::command::{conformance, text};

const DOCUMENT: &str = "openapi: 3.1.0
info: { title: Parts, version: '1' }
paths:
  /a:
    get:
      operationId: look
      parameters: [{ $ref: 'parts.yaml#/limit' }]
      responses: { '200': { description: Done, content: { application/json: { schema: { $ref: 'parts.yaml#/thing' } } } } }
";
const PARTS: &str = "limit: { name: limit, in: query, x-note: one, schema: { type: integer, maximum: 9 } }
thing: { type: object, x-note: one, properties: { name: { type: string, maxLength: 5 } } }
";

/// The output of `diff` between two folders with these parts.
fn between(old: &str, new: &str, flags: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, parts: &str| {
        let folder = folder.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("parts.yaml"), parts).unwrap();
        let document = folder.join("api.yaml");
        std::fs::write(&document, DOCUMENT).unwrap();
        document.to_str().unwrap().to_owned()
    };
    let (old, new) = (write("old", old), write("new", new));
    let output = conformance(&[&["diff", &old, &new], flags].concat());
    (output.status.code(), text(&output.stdout).replace(folder.path().to_str().unwrap(), "."))
}

#[test]
fn changes_in_other_files_have_their_file_and_line() {
    let (code, shown) = between(PARTS, &PARTS.replace("maxLength: 5", "maxLength: 8"), &[]);
    assert_eq!(code, Some(1));
    assert!(shown.contains("name, maxLength: 5 -> 8"), "{shown}");
    assert!(shown.contains("./old/parts.yaml:2 -> ./new/parts.yaml:2  look"), "{shown}");
    let (_, shown) = between(PARTS, &PARTS.replace("maximum: 9", "maximum: 8"), &[]);
    assert!(shown.contains("query parameter limit, maximum: 9 -> 8"), "{shown}");
}

#[test]
fn what_the_suite_does_not_read_in_other_files_is_compared_too() {
    let (code, shown) = between(PARTS, PARTS, &[]);
    assert_eq!((code, shown.as_str()), (Some(0), "no differences: the documents are identical\n"));
    let (code, shown) = between(PARTS, &PARTS.replace("x-note: one", "x-note: two"), &[]);
    assert_eq!(code, Some(1));
    assert_eq!(shown.matches("x-note: \"one\" -> \"two\"").count(), 2, "{shown}");
}

#[test]
fn long_values_are_cut_for_people_and_whole_in_json() {
    let long = |last: &str| {
        let description =
            format!("{}the key is sent in {last} of each request", "Read this first. ".repeat(20));
        PARTS.replace(
            "type: string",
            &format!("description: '{description}', pattern: '^{}{last}$', type: string", "a".repeat(200)),
        )
    };
    let (_, shown) = between(&long("a header"), &long("the query"), &[]);
    assert!(shown.contains("sent in a header of each request\" -> \"…"), "{shown}");
    assert!(shown.contains("aaa header$\" -> \"…"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() < 260), "{shown}");
    let (_, json) = between(&long("a header"), &long("the query"), &["--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let says = json["changes"].to_string();
    assert!(says.contains(&"a".repeat(200)) && says.contains(&"Read this first. ".repeat(20)), "{says}");
}
