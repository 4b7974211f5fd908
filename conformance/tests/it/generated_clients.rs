//! Clients that other generators write from the same document. The snapshots have the findings, and
//! `drivers/generated/README.md` explains them: the authors of the generators can act on each of them.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::official_sdk::findings;

#[test]
fn the_findings_about_openapi_python_client_are_as_reviewed() {
    let Some(clients) = generated() else { return };
    insta::assert_snapshot!(clients.findings("python/bin/python", "openapi_python_client.py"));
}

#[test]
fn the_findings_about_hey_api_are_as_reviewed() {
    let Some(clients) = generated() else { return };
    insta::assert_snapshot!(clients.findings("node_modules/.bin/node", "hey_api.ts"));
}

#[test]
fn the_findings_about_oazapfts_are_as_reviewed() {
    let Some(clients) = generated() else { return };
    insta::assert_snapshot!(clients.findings("node_modules/.bin/node", "oazapfts.ts"));
}

#[test]
fn the_findings_about_openapi_fetch_are_as_reviewed() {
    let Some(clients) = generated() else { return };
    insta::assert_snapshot!(clients.findings("node_modules/.bin/node", "openapi_fetch.ts"));
}

/// The folder that `drivers/generated/generate.sh` wrote.
struct Generated(PathBuf);

fn generated() -> Option<Generated> {
    let folder = std::env::var_os("GENERATED_CLIENTS").map(|folder| Generated(folder.into()));
    if folder.is_none() {
        eprintln!(
            "skipped: GENERATED_CLIENTS is not set; set it to the folder of drivers/generated/generate.sh, as .ci/run does"
        );
    }
    folder
}

impl Generated {
    fn findings(&self, interpreter: &str, driver: &str) -> String {
        // A run has time limits. Four runs at once on two cores could exceed them.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        for file in ["driver.ts", driver] {
            self.copy(file);
        }
        findings(&[&self.path(interpreter), &self.path(driver)])
    }

    /// Copies a driver beside the clients again: it may have changed since they were generated.
    fn copy(&self, file: &str) {
        let drivers = Path::new(env!("CARGO_MANIFEST_DIR")).join("drivers/generated");
        std::fs::copy(drivers.join(file), self.0.join(file)).unwrap();
    }

    fn path(&self, file: &str) -> String {
        self.0.join(file).display().to_string()
    }
}
