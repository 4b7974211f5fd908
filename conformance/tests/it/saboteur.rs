//! The suite is proven to bite: for every rule our own right client, broken in just that way.
//! A saboteur alters what is asked of the client, what goes over the wire, or what is told; the
//! suite must find that rule, at just the cases where it can be seen, and no other rule.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use media_upload::Retry;
use media_upload_conformance::document::Document;
use media_upload_conformance::plan::Plan;
use media_upload_conformance::plan::case::{Case, Fault, Outcome, Serve, Storage as Step};
use media_upload_conformance::plan::upload::SIGNATURE;
use media_upload_conformance::provider;
use media_upload_conformance::run::built_in::BuiltIn;
use media_upload_conformance::run::check::Finding;
use media_upload_conformance::run::driver::{
    Answer, Calling, Driver, ErrorReport, Hello, Refusal, Request, Trouble,
};
use media_upload_conformance::run::{self, Options, Verdict, rule};
use serde_json::{Value, json};

use crate::documents::{our_plan, shortened};
use crate::obedient::Obedient;
use crate::wire::{Tamper, Wire};

static PLAN: LazyLock<Arc<Plan>> = LazyLock::new(|| Arc::new(shortened(our_plan())));

/// An API with what neither of the two documents has.
static OTHER_PLAN: LazyLock<Arc<Plan>> = LazyLock::new(|| {
    let document = Document::read("fixtures/other.yaml", include_bytes!("../fixtures/other.yaml")).unwrap();
    Arc::new(shortened(Plan::of(vec![document], &[]).unwrap()))
});

/// How a client is broken.
#[derive(Clone, Copy)]
enum Defect {
    /// It alters what it is asked.
    Asked(fn(&mut Request)),
    /// It alters what it sends.
    Sent(Tamper),
    /// It alters what it tells.
    Told(fn(&Request, Answer) -> Answer),
    /// It makes each call twice.
    Twice,
    /// It sends samples in place of what it ought to refuse.
    NeverRefuses,
    /// It refuses everything.
    AlwaysRefuses,
}

/// A client broken in one way.
struct Saboteur {
    right: Arc<dyn Driver>,
    defect: Defect,
}

impl Driver for Saboteur {
    fn hello(&self) -> &Hello {
        self.right.hello()
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(self.broken(request))
    }
}

impl Saboteur {
    async fn broken(&self, mut request: Request) -> Result<Answer, Trouble> {
        match self.defect {
            Defect::Asked(alter) => {
                alter(&mut request);
                self.right.call(request).await
            }
            Defect::Sent(tamper) => {
                let wire = Wire::start(&request, tamper).await;
                request.base_url = wire.base_url();
                self.right.call(request).await
            }
            Defect::Told(alter) => {
                let answer = self.right.call(request.clone()).await?;
                Ok(alter(&request, answer))
            }
            // A file that has shrunk under the first upload is whole for the second.
            Defect::Twice if request.operation == "upload" => self.right.call(request).await,
            Defect::Twice => {
                self.right.call(request.clone()).await?;
                self.right.call(request).await
            }
            Defect::AlwaysRefuses => Ok(Answer::Refused(Refusal { message: "not today".to_owned() })),
            Defect::NeverRefuses => match self.right.call(request.clone()).await? {
                Answer::Refused(_) => {
                    let sample = &sample_of(&request.provider, &request.operation);
                    request.arguments = sample.params.clone();
                    request.credentials = credentials(sample);
                    self.right.call(request).await
                }
                answer => Ok(answer),
            },
        }
    }
}

/// A case of the operation that is called with nothing but samples.
fn sample_of(provider: &str, operation: &str) -> Case {
    let same =
        |case: &&Case| case.provider == provider && case.operation == operation && case.request.is_some();
    PLAN.cases.iter().find(same).unwrap().clone()
}

fn credentials(case: &Case) -> serde_json::Map<String, Value> {
    let credential = PLAN.source(case).unwrap().provider.credential();
    serde_json::Map::from_iter([(credential.name, credential.sample.into())])
}

/// Runs every case of a plan through a broken client and compares what is found with what ought
/// to be.
async fn assert_caught(
    plan: &Arc<Plan>,
    right: Arc<dyn Driver>,
    rule: &rule::Rule,
    defect: Defect,
    at: fn(&Case) -> bool,
) {
    let driver: Arc<dyn Driver> = Arc::new(Saboteur { right, defect });
    let run = run::run(plan, &driver, Options { strict: true, ..Options::default() }).await.unwrap();
    // An upload that the storage refuses is not stored: the consequence of another broken rule.
    let consequence = |finding: &Finding| finding.rule == rule::UPLOAD_STORED.id && finding.rule != rule.id;
    let found = run.results.iter().flat_map(|result| {
        result
            .findings
            .iter()
            .filter(|finding| !consequence(finding))
            .map(|finding| (&result.case.id, finding))
    });
    let other: Vec<_> = found.clone().filter(|(_, finding)| finding.rule != rule.id).collect();
    assert!(other.is_empty(), "{}: other rules were found: {other:#?}", rule.id);
    let found: BTreeSet<&String> = found.map(|(id, _)| id).collect();
    let expected: BTreeSet<&String> =
        plan.cases.iter().filter(|case| at(case)).map(|case| &case.id).collect();
    assert!(!expected.is_empty(), "{}: no case can show it", rule.id);
    let missed: Vec<_> = expected.difference(&found).collect();
    let surplus: Vec<_> = found.difference(&expected).collect();
    assert!(
        missed.is_empty() && surplus.is_empty(),
        "{}: missed at {missed:?}; found too at {surplus:?}",
        rule.id
    );
}

async fn assert_right(plan: &Arc<Plan>, right: Arc<dyn Driver>) {
    let run = run::run(plan, &right, Options { strict: true, ..Options::default() }).await.unwrap();
    for result in &run.results {
        assert_eq!(
            result.verdict,
            Verdict::Pass,
            "{}: {:#?} {:?}",
            result.case.id,
            result.findings,
            result.trouble
        );
        assert!(result.findings.is_empty(), "{}: {:#?}", result.case.id, result.findings);
    }
}

fn is_sent(case: &Case) -> bool {
    case.request.is_some() && !matches!(case.serve.first(), Some(Serve::Fault(Fault::Refused)))
}

fn is_sent_with_query(case: &Case) -> bool {
    is_sent(case) && case.provider == "cielo24"
}

fn is_sent_with_body(case: &Case) -> bool {
    is_sent(case) && case.provider == "pyannote"
}

fn is_success(case: &Case) -> bool {
    matches!(case.outcome, Outcome::Success(_))
}

fn is_stored(case: &Case) -> bool {
    matches!(case.outcome, Outcome::Stored)
}

fn is_failure(case: &Case) -> bool {
    matches!(case.outcome, Outcome::Failure { .. } | Outcome::Lost)
}

fn is_call(case: &Case) -> bool {
    case.media.is_none()
}

fn is_upload(case: &Case) -> bool {
    case.media.is_some()
}

fn is_fixed_upload(case: &Case) -> bool {
    is_upload(case) && !changes(case)
}

fn changes(case: &Case) -> bool {
    case.media.is_some_and(|media| media.change.is_some())
}

fn asks_to_wait(case: &Case) -> bool {
    case.asked_wait_s.is_some()
}

/// Uploads that end well only for those who try again.
fn passes(case: &Case) -> bool {
    let first = case.storage.first();
    let by_itself = [Some(&Step::Keep), Some(&Step::Redirect)].contains(&first);
    let expired = case.id.contains("/expired-");
    is_stored(case) && !by_itself && !expired
}

/// The credentials of both providers, for a client that puts them where they do not belong.
fn every_credential() -> String {
    let known = provider::known().unwrap();
    known.iter().map(|provider| provider.credential().sample).collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_client_breaks_no_rule() {
    assert_right(&PLAN, Arc::new(BuiltIn::default())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_just_what_the_plan_asks_breaks_no_rule() {
    assert_right(&OTHER_PLAN, Arc::new(Obedient::new(&OTHER_PLAN))).await;
}

/// One test a saboteur, and the list of the rules they prove, which `every_rule_has_a_saboteur` reads.
macro_rules! saboteurs {
    ($($test:ident: $plan:ident, $right:expr, $rule:ident, $defect:expr, $at:expr;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                assert_caught(&$plan, Arc::new($right), &rule::$rule, $defect, $at).await;
            }
        )*
        const PROVEN: &[&rule::Rule] = &[$(&rule::$rule),*];
    };
}

use Defect::{AlwaysRefuses, Asked, NeverRefuses, Sent, Told, Twice};
use Tamper::{Api, Storage};

saboteurs! {
    a_client_that_sends_nothing: PLAN, BuiltIn::default(), REQUEST_SENT,
        Asked(|request| request.base_url = "http://127.0.0.1:1".to_owned()), is_sent;
    a_client_that_calls_twice: PLAN, BuiltIn::default(), REQUEST_ONCE,
        Twice, is_success;
    a_client_with_another_method: PLAN, BuiltIn::default(), REQUEST_METHOD,
        Sent(Api(|sent| sent.method = "PATCH".to_owned())), is_sent;
    a_client_with_another_path: PLAN, BuiltIn::default(), REQUEST_PATH,
        Sent(Api(|sent| sent.path.push_str("/v2"))), is_sent;
    a_client_that_drops_the_job_id: PLAN, BuiltIn::default(), REQUEST_QUERY_MISSING,
        Sent(Api(|sent| sent.query.retain(|(name, _)| name != "job_id"))), is_sent_with_query;
    a_client_of_another_version: PLAN, BuiltIn::default(), REQUEST_QUERY_VALUE,
        Sent(Api(|sent| sent.set_query("v", "2"))), is_sent_with_query;
    a_client_that_believes_the_example: PLAN, BuiltIn::default(), REQUEST_QUERY_UNDOCUMENTED,
        Sent(Api(|sent| sent.query.push(("media_url".to_owned(), "http://www.domain.com".to_owned())))), is_sent;
    a_client_with_another_header_value: OTHER_PLAN, Obedient::new(&OTHER_PLAN), REQUEST_HEADER_VALUE,
        Sent(Api(|sent| {
            let tenant = sent.headers.iter_mut().filter(|(name, _)| name == "x-tenant");
            tenant.for_each(|(_, value)| *value = "somebody-else".to_owned());
        })), |case| is_sent(case) && case.operation == "putThing";
    a_client_with_the_generators_own_header: PLAN, BuiltIn::default(), REQUEST_HEADER_UNDOCUMENTED,
        Sent(Api(|sent| sent.set_header("api-version", "local"))), is_sent;
    a_client_without_its_credential: PLAN, BuiltIn::default(), REQUEST_CREDENTIAL,
        Sent(Api(|sent| {
            sent.query.retain(|(name, _)| name != "api_token");
            sent.headers.retain(|(name, _)| name != "authorization");
        })), is_sent;
    a_client_that_shows_its_credential_around: PLAN, BuiltIn::default(), REQUEST_CREDENTIAL_ELSEWHERE,
        Sent(Api(|sent| sent.set_header("user-agent", &every_credential()))), is_sent;
    a_client_with_another_media_type: PLAN, BuiltIn::default(), REQUEST_MEDIA_TYPE,
        Sent(Api(|sent| sent.set_header("content-type", "text/plain"))), is_sent_with_body;
    a_client_whose_body_breaks_the_schema: PLAN, BuiltIn::default(), REQUEST_BODY_SCHEMA,
        Sent(Api(|sent| sent.set_body(r#"{"url":7}"#))), is_sent_with_body;
    a_client_that_sends_other_arguments: PLAN, BuiltIn::default(), REQUEST_BODY,
        Sent(Api(|sent| sent.set_body(r#"{"url":"media://somewhere/else"}"#))), is_sent_with_body;
    a_client_that_reports_success_as_an_error: PLAN, BuiltIn::default(), RESPONSE_SUCCESS_LOST,
        Told(|request, answer| match answer {
            Answer::Result(_) if request.operation != "upload" => error(Some(201)),
            other => other,
        }), is_success;
    a_client_that_reports_errors_as_success: PLAN, BuiltIn::default(), RESPONSE_ERROR_LOST,
        Told(|request, answer| match answer {
            Answer::Error(_) if request.operation != "upload" => Answer::Result(json!({})),
            other => other,
        }), |case| is_failure(case) && is_call(case);
    a_client_that_loses_the_status: PLAN, BuiltIn::default(), RESPONSE_STATUS,
        Told(|_, answer| told(answer, |report| report.status = None)),
        |case| matches!(case.outcome, Outcome::Failure { status: Some(_), .. });
    a_client_that_loses_the_request_id: PLAN, BuiltIn::default(), RESPONSE_FIELD,
        Told(|_, answer| told(answer, |report| {
            if let Value::Object(fields) = &mut report.body {
                fields.shift_remove("requestId");
            }
        })),
        |case| matches!(&case.outcome, Outcome::Failure { body: Some(body), .. } if body.get("requestId").is_some());
    a_client_that_refuses_nothing: PLAN, BuiltIn::default(), REFUSAL_MISSING,
        // What is left out may be filled in.
        NeverRefuses, |case| matches!(case.outcome, Outcome::Refused) && !case.id.ends_with("/absent");
    a_client_that_refuses_everything: PLAN, BuiltIn::default(), REFUSAL_UNNEEDED,
        AlwaysRefuses, |case| case.request.is_some();
    a_client_that_forgets_the_second_step: PLAN, BuiltIn::default(), UPLOAD_STEPS,
        Asked(|request| if request.operation == "upload" {
            request.operation = first_step(&request.provider);
        }), is_upload;
    a_client_that_posts_the_media: PLAN, BuiltIn::default(), UPLOAD_METHOD,
        Sent(Storage(|sent| sent.method = "POST".to_owned())), is_fixed_upload;
    a_client_that_alters_the_url: PLAN, BuiltIn::default(), UPLOAD_URL,
        Sent(Storage(|sent| sent.query.push(("x-id".to_owned(), "PutObject".to_owned())))), is_fixed_upload;
    a_client_that_authorizes_the_put: PLAN, BuiltIn::default(), UPLOAD_AUTHORIZATION,
        Sent(Storage(|sent| sent.set_header("authorization", "Bearer of-another-kind"))), is_fixed_upload;
    a_client_that_names_a_media_type_to_storage: PLAN, BuiltIn::default(), UPLOAD_HEADER,
        Sent(Storage(|sent| sent.set_header("content-type", "audio/wav"))), is_fixed_upload;
    a_client_that_sends_media_chunked: PLAN, BuiltIn::default(), UPLOAD_LENGTH,
        Sent(Storage(|sent| sent.chunked = true)), is_fixed_upload;
    a_client_that_cuts_the_media_short: PLAN, BuiltIn::default(), UPLOAD_BYTES,
        Sent(Storage(|sent| sent.body.truncate(sent.body.len().saturating_sub(1)))),
        |case| {
            let sent_here = !case.storage.contains(&Step::Redirect);
            is_stored(case) && sent_here && case.media.is_some_and(|media| media.bytes > 0)
        };
    a_client_that_reports_a_stored_upload_as_an_error: PLAN, BuiltIn::default(), UPLOAD_REPORTED,
        Told(|request, answer| match answer {
            Answer::Result(_) if request.operation == "upload" => error(None),
            other => other,
        }), is_stored;
    a_client_that_reports_half_a_file_as_stored: PLAN, BuiltIn::default(), UPLOAD_CHANGED,
        Told(|request, answer| match answer {
            Answer::Error(_) if request.case.ends_with("/growth") || request.case.ends_with("/shrinkage") => {
                Answer::Result(json!({}))
            }
            other => other,
        }), changes;
    a_client_that_never_tries_again: PLAN, BuiltIn::with_retry(Retry::never()), UPLOAD_STORED,
        Asked(|_| {}), passes;
    a_client_that_does_not_tell_how_long_to_wait: PLAN, BuiltIn::with_retry(Retry::never()), RETRY_AFTER,
        Told(|_, answer| told(answer, |report| report.retry_after_s = None)), asks_to_wait;
    a_client_that_shows_storage_its_credential: PLAN, BuiltIn::default(), SECRET_CREDENTIAL_TO_STORAGE,
        Sent(Storage(|sent| sent.set_header("user-agent", &every_credential()))), is_fixed_upload;
    a_client_that_tells_its_credential: PLAN, BuiltIn::default(), SECRET_CREDENTIAL_TOLD,
        Told(|_, answer| told(answer, |report| report.message.push_str(&every_credential()))), is_failure;
    a_client_that_tells_a_signature: PLAN, BuiltIn::default(), SECRET_SIGNATURE_TOLD,
        Told(|_, answer| told(answer, |report| report.message.push_str(SIGNATURE))), is_failure;
}

fn error(status: Option<u16>) -> Answer {
    Answer::Error(ErrorReport { status, ..ErrorReport::default() })
}

fn told(mut answer: Answer, alter: fn(&mut ErrorReport)) -> Answer {
    if let Answer::Error(report) = &mut answer {
        alter(report);
    }
    answer
}

fn first_step(provider: &str) -> String {
    let known = provider::known().unwrap();
    let upload = known.iter().find(|known| known.name == provider).and_then(|known| known.upload.clone());
    upload.unwrap().operation
}

#[test]
fn every_rule_has_a_saboteur() {
    for rule in rule::ALL {
        assert!(
            PROVEN.iter().chain(crate::server::PROVEN).any(|proven| proven.id == rule.id),
            "{} has no saboteur: add one above",
            rule.id
        );
    }
}
