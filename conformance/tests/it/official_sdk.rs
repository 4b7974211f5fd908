//! The official SDK through the suite. What is found is a snapshot: each line is one that its
//! authors could act on.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

use crate::command::conformance;
use crate::documents::PYANNOTE;

#[test]
fn the_official_sdk_is_judged_as_reviewed() {
    let Ok(python) = std::env::var("PYANNOTEAI_SDK_PYTHON") else {
        eprintln!("skipped: PYANNOTEAI_SDK_PYTHON names no python with pyannoteai-sdk; .ci/run sets one up");
        return;
    };
    let driver =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("drivers/pyannoteai-sdk.py").display().to_string();
    let output = conformance(&[PYANNOTE, "--json", "-", "--", &python, &driver]);
    let report = serde_json::from_slice(&output.stdout).unwrap();
    insta::assert_snapshot!(compact(&report));
}

/// The verdicts, and each case of which there is more to say.
fn compact(report: &Value) -> String {
    let mut out = format!(
        "{} {}\n{}\n",
        report["driver"]["client"]["name"], report["driver"]["client"]["version"], report["counts"]
    );
    for case in report["cases"].as_array().unwrap() {
        let findings = case["findings"].as_array().unwrap().iter();
        let rules: BTreeSet<String> = findings
            .map(|finding| format!("{} ({})", finding["rule"], finding["level"]).replace('"', ""))
            .collect();
        if case["verdict"] == "pass" && rules.is_empty() {
            continue;
        }
        let rules: Vec<String> = rules.into_iter().collect();
        let _ = writeln!(out, "{}  {}  {}", case["id"], case["verdict"], rules.join(", "));
    }
    out.replace('"', "")
}
