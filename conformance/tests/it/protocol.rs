//! The published description of the driver protocol: its JSON Schemas, and the page that explains it.

use std::path::Path;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::command::{conformance, text};
use crate::refusing_driver::refusing_driver;

fn file(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("drivers").join(name)).unwrap()
}

/// The validator of a kind of message.
fn validator(message: &str) -> Validator {
    let mut schema: Value = serde_json::from_str(&file("protocol.schema.json")).unwrap();
    schema["anyOf"] = json!([{ "$ref": format!("#/$defs/{message}") }]);
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn assert_valid(kind: &str, message: &Value) {
    let problem = validator(kind).iter_errors(message).next().map(|error| error.to_string());
    assert_eq!(problem, None, "{kind}: {message}");
}

/// The messages in the examples of the page, each with its arrow.
fn examples(page: &str) -> Vec<(String, Value)> {
    let blocks = page.split("```").skip(1).step_by(2);
    let mut examples: Vec<(String, String)> = Vec::new();
    for line in blocks.filter(|block| block.contains("-> ")).flat_map(str::lines) {
        match (line.split_at_checked(3), examples.last_mut()) {
            (Some((arrow @ ("-> " | "<- "), message)), _) => {
                examples.push((arrow.trim().to_owned(), message.to_owned()));
            }
            (_, Some((_, message))) if line.starts_with("    ") => message.push_str(line.trim()),
            _ => assert_eq!(line, "", "not a message, nor a part of one"),
        }
    }
    let parsed = examples.into_iter().map(|(arrow, message)| {
        let parsed = serde_json::from_str(&message);
        (arrow, parsed.unwrap_or_else(|error| panic!("{error}: {message}")))
    });
    parsed.collect()
}

#[test]
fn the_examples_of_the_page_satisfy_the_schemas() {
    let examples = examples(&file("README.md"));
    let kinds = examples.iter().map(|(arrow, message)| {
        let kind = match (arrow.as_str(), message.get("protocol").is_some()) {
            ("->", true) => "suiteInfo",
            ("<-", true) => "driverInfo",
            ("->", false) => "case",
            _ => "answer",
        };
        assert_valid(kind, message);
        kind
    });
    let kinds: Vec<_> = kinds.collect();
    assert_eq!(kinds, ["suiteInfo", "driverInfo", "case", "answer", "answer", "answer", "answer"]);
    let outcomes = ["result", "error", "refused", "unsupported"];
    assert!(
        outcomes.iter().all(|outcome| examples.iter().any(|(_, message)| message.get(outcome).is_some()))
    );
    let [(_, case)] =
        &examples.iter().filter(|(_, message)| message.get("base_url").is_some()).collect::<Vec<_>>()[..]
    else {
        panic!("one case is expected")
    };
    for (_, message) in &examples {
        assert!(message.get("protocol").is_some() || message["case"] == case["case"], "{message}");
    }
}

#[test]
fn the_example_offers_operations_of_its_own_provider_only() {
    let examples = examples(&file("README.md"));
    let operations = examples.iter().find_map(|(_, message)| message.get("operations")?.as_array()).unwrap();
    for operation in operations {
        assert!(operation.as_str().unwrap().starts_with("pyannote/"), "{operation}");
    }
}

#[test]
fn the_messages_of_the_suite_satisfy_the_schemas() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("lines");
    let mut command = refusing_driver(1, "*", &format!("printf '%s\\n' \"$line\" >>{}", log.display()));
    let first = format!("read -r line; printf '%s\\n' \"$line\" >>{};", log.display());
    command[2] = command[2].replacen("read -r line;", &first, 1);
    let mut arguments = vec!["--filter", "pyannote/getMediaUploadURL/{201,argument/*}", "--"];
    arguments.extend(command.iter().map(String::as_str));
    let output = conformance(&arguments);
    let lines = std::fs::read_to_string(&log).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (first, cases) = lines.split_first().unwrap();
    assert_valid("suiteInfo", first);
    assert!(cases.len() > 20, "{}", cases.len());
    for case in cases {
        assert_valid("case", case);
    }
}

#[test]
fn the_whole_schema_allows_each_message_and_nothing_else() {
    let schema: Value = serde_json::from_str(&file("protocol.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (_, message) in examples(&file("README.md")) {
        assert!(validator.is_valid(&message), "{message}");
    }
    for message in [json!({}), json!([]), json!({ "case": "a" }), json!({ "protocol": 2 })] {
        assert!(!validator.is_valid(&message), "{message}");
    }
}
