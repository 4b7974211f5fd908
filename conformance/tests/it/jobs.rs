//! The client that the generator makes of `tests/fixtures/jobs.yaml`, under test: every operation, through a driver that is
//! made from the document.

mod driver;
#[path = "../../../src/pyannote/lossless.rs"]
pub(crate) mod lossless;

use std::sync::Arc;

use media_upload_conformance::{Document, Driver, Options, Plan, VerdictKind, providers, run};

use crate::documents::source;
use driver::JobsClient;

/// The generated client, and what it expects at the root of its crate.
pub(crate) mod pyannote {
    pub(crate) use super::lossless;

    pub(crate) mod api {
        pub(crate) use super::super::driver::Policy;
        pub(crate) use generated::*;

        #[allow(missing_docs, missing_debug_implementations, unreachable_pub, unused)]
        #[allow(clippy::all, clippy::too_many_lines, clippy::unwrap_used, rustdoc::all)]
        mod generated {
            include!("../../../tests/snapshots/jobs.generated");
        }
    }
}

pub(crate) mod error {
    // The generated code states it.
    #[allow(dead_code)]
    pub(crate) trait Documented: Sized {
        const OPERATION: &'static str;
        fn decode(status: u16, body: &[u8]) -> Option<Self>;
    }
}

const DOCUMENT: &str = "tests/fixtures/jobs.yaml";

fn plan() -> Plan {
    let read = Document::read(DOCUMENT, source(DOCUMENT).as_bytes()).unwrap();
    Plan::of(vec![read], &providers().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_generated_client_passes_the_cases_of_every_operation() {
    let plan = Arc::new(plan());
    let driver: Arc<dyn Driver> = Arc::new(JobsClient::new(&plan));
    let run = run(&plan, driver, Options::default()).await.unwrap();
    let failed = run.results.iter().filter(|result| result.verdict.kind() != VerdictKind::Pass);
    let failed: Vec<String> = failed
        .map(|result| format!("{} {:#?}\n{}", result.case.id, result.findings, result.exchange))
        .collect();
    let first = failed[..failed.len().min(5)].join("\n");
    assert!(failed.is_empty(), "{} of {} cases failed: {first}", failed.len(), plan.cases.len());
}

#[test]
fn the_driver_calls_every_operation_of_the_document() {
    let file = format!("{}/tests/it/jobs/calls.generated", env!("CARGO_MANIFEST_DIR"));
    let document = serde_yaml::from_str(&source(DOCUMENT)).unwrap();
    let written = driver::calls(&document);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&file, &written).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written, "write {file} with INSTA_UPDATE=always");
}
