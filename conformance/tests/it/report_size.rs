//! The size of reports: a driver and its client may say, log and send as much as they like.

use std::sync::Arc;
use std::time::Duration;

use media_upload_conformance::{
    Answer, Calling, ClientName, Driver, DriverError, DriverInfo, ErrorReport, Plan, Refusal, Report,
    Request, Verdict, html, json, junit, run, terminal,
};
use media_upload_conformance::{Options, Run};
use serde_json::json;

use crate::documents::whole_plan;
use crate::html::report_of;
use crate::tampering_proxy::http_client;

const MIB: usize = 1024 * 1024;

/// The most that a report of the built-in documents may have, in bytes.
const MAX_REPORT: usize = 2_000_000;

/// The most that a report keeps of one body, message or log, in bytes.
const MAX_TEXT: usize = 8 * 1024;

/// A driver whose strings are all long and different in each case. Every reply is of another kind than the one before.
struct Loud {
    info: DriverInfo,
    plan: Arc<Plan>,
}

impl Loud {
    fn new(plan: &Arc<Plan>) -> Self {
        let long = "name \u{1b}[31m\u{ffff}\n".repeat(100_000);
        let client = ClientName { name: long.clone(), version: long.clone(), language: long.clone() };
        let mut operations: Vec<String> = plan.cases.iter().map(|case| case.operation.clone()).collect();
        operations.extend((0..100_000).map(|number| format!("another-{number}")));
        operations.push(long);
        Self { info: DriverInfo { protocol: 1, client, operations, concurrency: 8 }, plan: Arc::clone(plan) }
    }

    async fn answer(&self, request: Request) -> Result<Answer, DriverError> {
        let index = self.plan.cases.iter().position(|case| case.id == request.case).unwrap();
        // A debug build needs seconds for a string of 10 MiB. A report cannot tell it from a shorter one that is cut too.
        let length = if (1..3).contains(&index) { 10 * MIB } else { 10 * 1024 };
        let long = |characters: &str| {
            let text = format!("{} {characters}", request.case);
            text.repeat(length / text.len())
        };
        request.log.push(&"log\n".repeat(2_500));
        if index % 4 == 0 {
            let sent = http_client().post(format!("{}/loud", request.base_url)).body(long("\"<&>'")).send();
            let _ = sent.await;
        }
        match index % 4 {
            0 => Ok(Answer::Result(json!({ "url": long("\u{1}é\n") }))),
            1 => Err(DriverError { log: long("\"<&>'\n"), ..DriverError::from(long("message\n")) }),
            2 => Ok(Answer::Refused(Refusal { message: long("\"<&>'\n> < =\n") })),
            _ => {
                let body = json!({ "body": long("\"\\\"") });
                Ok(Answer::Error(ErrorReport { body, message: long("\n\n"), ..ErrorReport::default() }))
            }
        }
    }
}

impl Driver for Loud {
    fn info(&self) -> &DriverInfo {
        &self.info
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(self.answer(request))
    }
}

fn reports(report: &Report<'_>) -> [(&'static str, String); 5] {
    [
        ("terminal", terminal::text(report, None)),
        ("terminal of 80 columns", terminal::text(report, Some(80))),
        ("JSON", json::text(report).unwrap()),
        ("JUnit", junit::text(report).unwrap()),
        ("HTML", html::text(report)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_report_is_larger_than_2_megabytes_whatever_a_driver_says() {
    let plan = Arc::new(whole_plan());
    let options = Options { timeout: Duration::from_secs(100), ..Options::default() };
    let outcome = run(&plan, Arc::new(Loud::new(&plan)), options).await.unwrap();
    assert_eq!(outcome.results.len(), plan.cases.len());
    assert!(outcome.results.iter().all(|result| result.exchange.len() <= 5 * MAX_TEXT));
    for result in &outcome.results {
        let Verdict::Error(error) = &result.verdict else { continue };
        assert!(error.log.len() <= MAX_TEXT && error.log.contains(" bytes left out) …"), "{}", error.log);
    }
    for (format, text) in reports(&report_of(&plan, &outcome)) {
        assert!(text.len() <= MAX_REPORT, "{format}: {} bytes", text.len());
        assert!(text.contains(" bytes left out) …"), "{format}");
        let case = &plan.cases.last().unwrap().id;
        assert!(text.contains(case.as_str()) || format.starts_with("terminal"), "{format}");
    }
}

/// The run of one case in which the client says this.
async fn run_one(answer: Answer) -> (Arc<Plan>, Run) {
    struct Says(DriverInfo, Answer);
    impl Driver for Says {
        fn info(&self) -> &DriverInfo {
            &self.0
        }
        fn call(&self, _: Request) -> Calling<'_> {
            Box::pin(async { Ok(self.1.clone()) })
        }
    }
    let mut plan = whole_plan();
    plan.cases.truncate(1);
    let plan = Arc::new(plan);
    let client = ClientName { name: "one".into(), version: String::new(), language: String::new() };
    let operations = vec![plan.cases[0].operation.clone()];
    let info = DriverInfo { protocol: 1, client, operations, concurrency: 1 };
    let outcome = run(&plan, Arc::new(Says(info, answer)), Options::default()).await.unwrap();
    (plan, outcome)
}

#[tokio::test]
async fn a_message_and_a_body_are_each_cut_to_8_kib_and_say_how_much_is_left_out() {
    let (message, body) = ("m".repeat(100_000), json!("b".repeat(50_000)));
    let error = ErrorReport { status: Some(500), message, body, ..ErrorReport::default() };
    let (plan, outcome) = run_one(Answer::Error(error)).await;
    let exchange = &outcome.results[0].exchange;
    for (character, length) in [('m', 100_000), ('b', 50_000)] {
        let line = exchange.lines().find(|line| line.matches(character).count() > 1_000).unwrap();
        let kept =
            line.matches(character).count() - line.matches("bytes").count() * usize::from(character == 'b');
        assert!(kept < MAX_TEXT && kept > MAX_TEXT - 200, "{kept}");
        assert!(line.contains(&format!("({} bytes left out)", length - kept)), "{line}");
    }
    // One long case leaves the report short enough, so nothing else is cut.
    let text = json::text(&report_of(&plan, &outcome)).unwrap();
    assert!(text.len() > 2 * MAX_TEXT);
}

#[tokio::test]
async fn no_part_of_a_secret_is_left_beside_a_cut() {
    let secret = media_upload_conformance::providers().unwrap()[0].credentials()[0].sample();
    // Wherever an unredacted string were cut, it would be cut within a secret.
    let (plan, outcome) = run_one(Answer::Refused(Refusal { message: secret.repeat(2_000) })).await;
    let (_, harmless) = run_one(Answer::Refused(Refusal { message: "never".to_owned() })).await;
    let harmless = reports(&report_of(&plan, &harmless));
    let parts = (0..secret.len() - 6).filter_map(|at| secret.get(at..at + 6));
    let parts: Vec<&str> =
        parts.filter(|part| !harmless.iter().any(|(_, text)| text.contains(part))).collect();
    assert!(parts.len() > 10, "{parts:?}");
    for (format, text) in reports(&report_of(&plan, &outcome)) {
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.join(" ").contains(" bytes left out) …"), "{format}");
        let left = parts.iter().find(|part| text.contains(**part));
        assert!(left.is_none(), "{format} has a part of the secret: {left:?}");
    }
}
