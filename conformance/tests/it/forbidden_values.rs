//! Clients that send what the document forbids: the value must arrive unaltered, and the response must be reported.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use media_upload_conformance::wire::message::ExpectedRequest;
use media_upload_conformance::{
    Answer, Calling, Driver, DriverInfo, ErrorReport, Finding, Level, Options, Plan, Refusal, Request, Run,
    VerdictKind, run,
};
use serde_json::{Value, json};

use crate::documents::{case, our_plan};
use crate::reference_client::ReferenceClient;

/// The cases of forbidden values that a request can have in one form.
static PLAN: LazyLock<Arc<Plan>> = LazyLock::new(|| {
    let mut plan = our_plan();
    plan.cases.retain(|case| case.outcome.is_refusal() && case.request.is_some());
    Arc::new(plan)
});

/// A client that checks no argument.
struct Unchecked {
    reference: ReferenceClient,
    alter: fn(&str) -> String,
    tell: fn(Answer) -> Answer,
}

impl Driver for Unchecked {
    fn info(&self) -> &DriverInfo {
        self.reference.info()
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(async move {
            let case = case(&PLAN, &request.case);
            let mut sent: ExpectedRequest = case.request.as_deref().unwrap().clone();
            for parameter in &mut sent.parameters {
                parameter.value = (self.alter)(parameter.value.as_str().unwrap()).into();
            }
            let constants = sent.require_query_params.values_mut().flatten();
            constants.for_each(|value| *value = (self.alter)(value));
            if let Some(Value::String(url)) = sent.body.as_mut().map(|body| &mut body["url"]) {
                *url = (self.alter)(url);
            }
            Ok((self.tell)(self.reference.send(case, &sent, &request.base_url).await.unwrap()))
        })
    }
}

async fn run_with(alter: fn(&str) -> String, tell: fn(Answer) -> Answer, strict: bool) -> Run {
    let driver = Arc::new(Unchecked { reference: ReferenceClient::new(&PLAN), alter, tell });
    run(&PLAN, driver, Options { strict, ..Options::default() }).await.unwrap()
}

/// The rules of the musts that are broken, each with its cases.
fn musts(run: &Run) -> BTreeSet<(&'static str, &str)> {
    let findings = run.results.iter().flat_map(|result| {
        let musts = result.findings.iter().filter(|finding: &&Finding| finding.level == Level::Must);
        musts.map(|finding| (finding.rule.id, result.case.id.as_str()))
    });
    findings.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_forbidden_values_unaltered_breaks_a_should_only() {
    let run = run_with(str::to_owned, |answer| answer, false).await;
    assert!(run.results.len() > 60);
    for result in &run.results {
        let rules: Vec<_> = result.findings.iter().map(|finding| (finding.rule.id, finding.level)).collect();
        assert_eq!(rules, [("refusal/missing", Level::Should)], "{}: {:#?}", result.case.id, result.findings);
        assert_eq!(result.verdict.kind(), VerdictKind::Pass, "{}", result.case.id);
    }
    let strict = run_with(str::to_owned, |answer| answer, true).await;
    assert_eq!(strict.count(VerdictKind::Fail), strict.results.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forbidden_value_that_arrives_altered_breaks_the_rule_of_its_place() {
    let run = run_with(|text| text.trim().to_owned(), |answer| answer, false).await;
    let mut expected = BTreeSet::new();
    for (rule, argument) in [
        ("request/body", "pyannote/getMediaUploadURL/argument/url"),
        ("request/query-value", "cielo24/request_upload_url/argument/job_id"),
        ("request/credential", "cielo24/request_upload_url/argument/api_token"),
    ] {
        // `pattern-broken` has a blank at its end.
        expected.extend(
            ["leading-blank", "trailing-newline", "pattern-broken"]
                .map(|name| (rule, format!("{argument}/{name}"))),
        );
    }
    let expected: BTreeSet<_> = expected.iter().map(|(rule, id)| (*rule, id.as_str())).collect();
    assert_eq!(musts(&run), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_a_forbidden_value_must_be_reported_with_its_status() {
    let all = |rule: &'static str| PLAN.cases.iter().map(move |case| (rule, case.id.as_str())).collect();
    let success = run_with(str::to_owned, |_| Answer::Result(json!({})), false).await;
    assert_eq!(musts(&success), all("response/error-lost"));
    let without_status = |answer| match answer {
        Answer::Error(report) => Answer::Error(ErrorReport { status: None, ..report }),
        other => other,
    };
    assert_eq!(musts(&run_with(str::to_owned, without_status, false).await), all("response/status"));
    // The request arrived, so the call was not refused.
    let refusal = |_| Answer::Refused(Refusal { message: "too late".to_owned() });
    assert_eq!(run_with(str::to_owned, refusal, true).await.count(VerdictKind::Pass), 0);
}
