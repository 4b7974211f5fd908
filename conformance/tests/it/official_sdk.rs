//! The official SDK as a client under test. The snapshot has the findings: the authors of the SDK can act on each of them.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

use crate::command::conformance;
use crate::documents::PYANNOTE;

#[test]
fn the_findings_about_the_official_sdk_are_as_reviewed() {
    let Ok(python) = std::env::var("PYANNOTEAI_SDK_PYTHON") else {
        eprintln!(
            "skipped: PYANNOTEAI_SDK_PYTHON is not set; set it to a Python with pyannoteai-sdk, as .ci/run does"
        );
        return;
    };
    let driver =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("drivers/pyannoteai-sdk.py").display().to_string();
    insta::assert_snapshot!(findings(&[&python, &driver]));
}

/// What a run of the cases of pyannoteAI finds through a driver, in short.
pub(crate) fn findings(driver: &[&str]) -> String {
    // Generous: debug builds are slow on a busy machine.
    let run = [&[PYANNOTE, "--case-timeout", "60", "--json", "-", "--"], driver].concat();
    compact(&serde_json::from_slice(&conformance(&run).stdout).unwrap())
}

/// The counts of the verdicts, and each case that did not pass or has findings.
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
