//! Each rule has a saboteur: a correct client with one defect that breaks the rule. A saboteur alters the call, the requests or
//! the answer of the client. The suite must find the rule at exactly the cases that show the defect, and no other rule.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use media_upload::Retry;
use media_upload_conformance::check::rule;
use media_upload_conformance::plan::case::{Family, Outcome, Serve, StorageStep, TransportFault};
use media_upload_conformance::plan::presigned::SIGNATURE;
use media_upload_conformance::{
    Answer, Calling, Case, Document, Driver, DriverError, DriverInfo, ErrorReport, Finding, Options,
    OwnClients, Plan, Refusal, Request, Rule, VerdictKind, providers, run,
};
use serde_json::{Value, json};

use crate::documents::{case, our_plan, shortened};
use crate::reference_client::ReferenceClient;
use crate::tampering_proxy::{Alteration, TamperingProxy};

static PLAN: LazyLock<Arc<Plan>> = LazyLock::new(|| Arc::new(shortened(our_plan())));

/// The plan of a document with features that the built-in documents do not use.
static OTHER_PLAN: LazyLock<Arc<Plan>> = LazyLock::new(|| {
    let document = Document::read("fixtures/other.yaml", include_bytes!("../fixtures/other.yaml")).unwrap();
    Arc::new(shortened(Plan::of(vec![document], &[]).unwrap()))
});

/// The defect of a client.
#[derive(Clone, Copy)]
enum Defect {
    /// The client alters the call before it makes it.
    AltersCall(fn(&mut Request)),
    /// The client alters its requests.
    AltersRequests(Alteration),
    /// The client alters its answer.
    AltersAnswer(fn(&Case, Answer) -> Answer),
    /// The client makes each call twice.
    CallsTwice,
    /// The client sends samples where it must refuse the call.
    RefusesNothing,
    /// The client refuses every call.
    RefusesEverything,
}

/// A client with one defect.
struct Saboteur {
    plan: Arc<Plan>,
    correct: Arc<dyn Driver>,
    defect: Defect,
}

impl Driver for Saboteur {
    fn info(&self) -> &DriverInfo {
        self.correct.info()
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(self.call_with_defect(request))
    }
}

impl Saboteur {
    async fn call_with_defect(&self, mut request: Request) -> Result<Answer, DriverError> {
        let case = case(&self.plan, &request.case);
        match self.defect {
            Defect::AltersCall(alter) => alter(&mut request),
            Defect::AltersRequests(alteration) => {
                let replaces_storage =
                    matches!(alteration, Alteration::Storage(_)) && is_upload_of_unchanged_file(case);
                let proxy = TamperingProxy::start(&request.base_url, alteration, replaces_storage).await;
                request.base_url = proxy.base_url();
                return self.correct.call(request).await;
            }
            Defect::AltersAnswer(alter) => return Ok(alter(case, self.correct.call(request).await?)),
            // The file of an upload may shrink during the first call, and would be complete for the second one.
            Defect::CallsTwice if is_call(case) => {
                self.correct.call(request.clone()).await?;
            }
            Defect::CallsTwice => {}
            Defect::RefusesEverything => {
                return Ok(Answer::Refused(Refusal { message: "not today".to_owned() }));
            }
            Defect::RefusesNothing => match self.correct.call(request.clone()).await? {
                Answer::Refused(_) => self.use_samples(case, &mut request),
                answer => return Ok(answer),
            },
        }
        self.correct.call(request).await
    }

    /// Replaces the arguments and the credential by samples.
    fn use_samples(&self, case: &Case, request: &mut Request) {
        let of_same_operation =
            |other: &&Case| other.provider == case.provider && other.operation == case.operation;
        let mut others = self.plan.cases.iter().filter(of_same_operation);
        request.arguments = others.find(|other| other.request.is_some()).unwrap().params.clone();
        let credential = self.plan.source(case).unwrap().provider.credential();
        request.credentials = serde_json::Map::from_iter([(credential.name, credential.sample.into())]);
    }
}

/// Runs every case of a plan through a client with a defect. The rule must be broken at exactly the cases that `shows` selects,
/// and no other rule.
async fn assert_found(
    plan: &Arc<Plan>,
    correct: Arc<dyn Driver>,
    rule: &Rule,
    defect: Defect,
    shows: fn(&Case) -> bool,
) {
    let driver: Arc<dyn Driver> = Arc::new(Saboteur { plan: Arc::clone(plan), correct, defect });
    let run = run(plan, driver, Options { strict: true, ..Options::default() }).await.unwrap();
    // The storage does not store an upload that it refuses: this finding follows from the other one.
    let follows = |finding: &Finding| finding.rule == &rule::UPLOAD_STORED && finding.rule != rule;
    let findings = run.results.iter().flat_map(|result| {
        let own = result.findings.iter().filter(|finding| !follows(finding));
        own.map(|finding| (&result.case.id, finding))
    });
    let others: Vec<_> = findings.clone().filter(|(_, finding)| finding.rule != rule).collect();
    assert!(others.is_empty(), "{}: the suite found other rules: {others:#?}", rule.id);
    let found: BTreeSet<&String> = findings.map(|(id, _)| id).collect();
    let expected: BTreeSet<&String> =
        plan.cases.iter().filter(|case| shows(case)).map(|case| &case.id).collect();
    assert!(!expected.is_empty(), "{}: no case shows the defect", rule.id);
    let missed: Vec<_> = expected.difference(&found).collect();
    let surplus: Vec<_> = found.difference(&expected).collect();
    assert!(
        missed.is_empty() && surplus.is_empty(),
        "{}: not found at {missed:?}; found unexpectedly at {surplus:?}",
        rule.id
    );
}

async fn assert_breaks_no_rule(plan: &Arc<Plan>, correct: Arc<dyn Driver>) {
    let run = run(plan, correct, Options { strict: true, ..Options::default() }).await.unwrap();
    for result in &run.results {
        let passes = result.verdict.kind() == VerdictKind::Pass && result.findings.is_empty();
        assert!(passes, "{}: {:?} {:#?}", result.case.id, result.verdict, result.findings);
    }
}

fn is_sent(case: &Case) -> bool {
    case.request.is_some() && !matches!(case.serve.first(), Some(Serve::Fault(TransportFault::Refused)))
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
    case.upload.is_none()
}

fn is_upload(case: &Case) -> bool {
    case.upload.is_some()
}

fn is_upload_of_unchanged_file(case: &Case) -> bool {
    is_upload(case) && !is_upload_of_changing_file(case)
}

fn is_upload_of_changing_file(case: &Case) -> bool {
    case.upload.as_ref().is_some_and(|upload| upload.media.change.is_some())
}

fn asks_to_wait(case: &Case) -> bool {
    case.upload.as_ref().is_some_and(|upload| upload.asked_wait_s.is_some())
}

/// Whether the storage receives all bytes of a file that is not empty, and does not redirect the client before.
fn stores_bytes(case: &Case) -> bool {
    is_stored(case)
        && case
            .upload
            .as_ref()
            .is_some_and(|upload| !upload.storage.contains(&StorageStep::Redirect) && upload.media.bytes > 0)
}

/// Whether an upload succeeds only when the client repeats the PUT with the same URL.
fn needs_retry(case: &Case) -> bool {
    let first = case.upload.as_ref().and_then(|upload| upload.storage.first());
    is_stored(case)
        && match first {
            None | Some(StorageStep::Keep | StorageStep::Redirect) => false,
            Some(StorageStep::Refuse(_, _, message)) => !message.contains("expired"),
            Some(_) => true,
        }
}

/// The credentials of all providers in one string.
fn every_credential() -> String {
    let known = providers().unwrap();
    known.iter().map(|provider| provider.credential().sample).collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correct_client_breaks_no_rule() {
    assert_breaks_no_rule(&PLAN, Arc::new(OwnClients::default())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_follows_the_plan_breaks_no_rule() {
    assert_breaks_no_rule(&OTHER_PLAN, Arc::new(ReferenceClient::new(&OTHER_PLAN))).await;
}

/// Makes a test of each saboteur, and the list of the rules that they break.
macro_rules! saboteurs {
    ($($test:ident: $plan:ident, $correct:expr, $rule:ident, $defect:expr, $shows:expr;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                assert_found(&$plan, Arc::new($correct), &rule::$rule, $defect, $shows).await;
            }
        )*
        const PROVEN: &[&Rule] = &[$(&rule::$rule),*];
    };
}

use Alteration::{Api, Storage};
use Defect::{AltersAnswer, AltersCall, AltersRequests, CallsTwice, RefusesEverything, RefusesNothing};

saboteurs! {
    a_client_that_sends_nothing: PLAN, OwnClients::default(), REQUEST_SENT,
        AltersCall(|request| request.base_url = "http://127.0.0.1:1".to_owned()), is_sent;
    a_client_that_calls_twice: PLAN, OwnClients::default(), REQUEST_ONCE,
        CallsTwice, is_success;
    a_client_that_uses_another_method: PLAN, OwnClients::default(), REQUEST_METHOD,
        AltersRequests(Api(|request| request.method = "PATCH".to_owned())), is_sent;
    a_client_that_uses_another_path: PLAN, OwnClients::default(), REQUEST_PATH,
        AltersRequests(Api(|request| request.path.push_str("/v2"))), is_sent;
    a_client_that_leaves_out_the_job_id: PLAN, OwnClients::default(), REQUEST_QUERY_MISSING,
        AltersRequests(Api(|request| request.query.retain(|(name, _)| name != "job_id"))), is_sent_with_query;
    a_client_that_sends_another_api_version: PLAN, OwnClients::default(), REQUEST_QUERY_VALUE,
        AltersRequests(Api(|request| request.set_query("v", "2"))), is_sent_with_query;
    a_client_that_sends_an_undocumented_query_parameter: PLAN, OwnClients::default(), REQUEST_QUERY_UNDOCUMENTED,
        AltersRequests(Api(|request| request.query.push(("media_url".to_owned(), "http://www.domain.com".to_owned())))), is_sent;
    a_client_that_sends_another_header_value: OTHER_PLAN, ReferenceClient::new(&OTHER_PLAN), REQUEST_HEADER_VALUE,
        AltersRequests(Api(|request| {
            let tenant = request.headers.iter_mut().filter(|(name, _)| name == "x-tenant");
            tenant.for_each(|(_, value)| *value = "another-tenant".to_owned());
        })), |case| is_sent(case) && case.operation == "putThing";
    a_client_that_sends_an_undocumented_header: PLAN, OwnClients::default(), REQUEST_HEADER_UNDOCUMENTED,
        AltersRequests(Api(|request| request.set_header("api-version", "local"))), is_sent;
    a_client_that_sends_no_credential: PLAN, OwnClients::default(), REQUEST_CREDENTIAL,
        AltersRequests(Api(|request| {
            request.query.retain(|(name, _)| name != "api_token");
            request.headers.retain(|(name, _)| name != "authorization");
        })), is_sent;
    a_client_that_sends_its_credential_in_a_second_place: PLAN, OwnClients::default(), REQUEST_CREDENTIAL_ELSEWHERE,
        AltersRequests(Api(|request| request.set_header("user-agent", &every_credential()))), is_sent;
    a_client_that_sends_another_media_type: PLAN, OwnClients::default(), REQUEST_MEDIA_TYPE,
        AltersRequests(Api(|request| request.set_header("content-type", "text/plain"))), is_sent_with_body;
    a_client_that_sends_a_body_against_the_schema: PLAN, OwnClients::default(), REQUEST_BODY_SCHEMA,
        AltersRequests(Api(|request| request.set_body(r#"{"url":7}"#))), is_sent_with_body;
    a_client_that_sends_other_arguments: PLAN, OwnClients::default(), REQUEST_BODY,
        AltersRequests(Api(|request| request.set_body(r#"{"url":"media://somewhere/else"}"#))), is_sent_with_body;
    a_client_that_reports_success_as_an_error: PLAN, OwnClients::default(), RESPONSE_SUCCESS_LOST,
        AltersAnswer(|case, answer| match answer {
            Answer::Result(_) if is_call(case) => error(Some(201)),
            other => other,
        }), is_success;
    a_client_that_reports_an_error_as_success: PLAN, OwnClients::default(), RESPONSE_ERROR_LOST,
        AltersAnswer(|case, answer| match answer {
            Answer::Error(_) if is_call(case) => Answer::Result(json!({})),
            other => other,
        }), |case| is_failure(case) && is_call(case);
    a_client_that_reports_an_error_without_its_status: PLAN, OwnClients::default(), RESPONSE_STATUS,
        AltersAnswer(|_, answer| with_report(answer, |report| report.status = None)),
        |case| matches!(case.outcome, Outcome::Failure { status: Some(_), .. });
    a_client_that_reports_an_error_without_its_request_id: PLAN, OwnClients::default(), RESPONSE_FIELD,
        AltersAnswer(|_, answer| with_report(answer, |report| {
            if let Value::Object(fields) = &mut report.body {
                fields.shift_remove("requestId");
            }
        })),
        |case| matches!(&case.outcome, Outcome::Failure { body: Some(body), .. } if body.get("requestId").is_some());
    a_client_that_refuses_nothing: PLAN, OwnClients::default(), REFUSAL_MISSING,
        // A client may fill in an argument that is left out.
        RefusesNothing, |case| {
            matches!(case.outcome, Outcome::Refused) && !matches!(case.family, Family::MissingArgument(_))
        };
    a_client_that_refuses_everything: PLAN, OwnClients::default(), REFUSAL_UNNEEDED,
        RefusesEverything, |case| case.request.is_some();
    a_client_that_leaves_out_the_put: PLAN, OwnClients::default(), UPLOAD_STEPS,
        AltersCall(|request| if request.operation == "upload" {
            request.operation = first_operation(&request.provider);
        }), is_upload;
    a_client_that_sends_the_media_with_post: PLAN, OwnClients::default(), UPLOAD_METHOD,
        AltersRequests(Storage(|request| request.method = "POST".to_owned())), is_upload_of_unchanged_file;
    a_client_that_alters_the_presigned_url: PLAN, OwnClients::default(), UPLOAD_URL,
        AltersRequests(Storage(|request| request.query.push(("x-id".to_owned(), "PutObject".to_owned())))), is_upload_of_unchanged_file;
    a_client_that_sends_authorization_to_the_storage: PLAN, OwnClients::default(), UPLOAD_AUTHORIZATION,
        AltersRequests(Storage(|request| request.set_header("authorization", "Bearer another-credential"))), is_upload_of_unchanged_file;
    a_client_that_sends_an_unsigned_media_type_to_the_storage: PLAN, OwnClients::default(), UPLOAD_HEADER,
        AltersRequests(Storage(|request| request.set_header("content-type", "audio/wav"))), is_upload_of_unchanged_file;
    a_client_that_sends_the_media_chunked: PLAN, OwnClients::default(), UPLOAD_LENGTH,
        AltersRequests(Storage(|request| request.chunked = true)), is_upload_of_unchanged_file;
    a_client_that_leaves_out_the_last_byte: PLAN, OwnClients::default(), UPLOAD_BYTES,
        AltersRequests(Storage(|request| request.body.truncate(request.body.len().saturating_sub(1)))),
        stores_bytes;
    a_client_that_reports_a_stored_upload_as_an_error: PLAN, OwnClients::default(), UPLOAD_REPORTED,
        AltersAnswer(|case, answer| match answer {
            Answer::Result(_) if is_upload(case) => error(None),
            other => other,
        }), is_stored;
    a_client_that_reports_success_for_a_file_that_changed: PLAN, OwnClients::default(), UPLOAD_CHANGED,
        AltersAnswer(|case, answer| match answer {
            Answer::Error(_) if is_upload_of_changing_file(case) => Answer::Result(json!({})),
            other => other,
        }), is_upload_of_changing_file;
    a_client_that_never_retries: PLAN, OwnClients::with_retry(Retry::never()), UPLOAD_STORED,
        AltersCall(|_| {}), needs_retry;
    a_client_that_does_not_report_how_long_to_wait: PLAN, OwnClients::with_retry(Retry::never()), RETRY_AFTER,
        AltersAnswer(|_, answer| with_report(answer, |report| report.retry_after_s = None)), asks_to_wait;
    a_client_that_sends_its_credential_to_the_storage: PLAN, OwnClients::default(), SECRET_CREDENTIAL_TO_STORAGE,
        AltersRequests(Storage(|request| request.set_header("user-agent", &every_credential()))), is_upload_of_unchanged_file;
    a_client_that_shows_its_credential_in_an_error: PLAN, OwnClients::default(), SECRET_CREDENTIAL_TOLD,
        AltersAnswer(|_, answer| with_report(answer, |report| report.message.push_str(&every_credential()))), is_failure;
    a_client_that_shows_a_signature_in_an_error: PLAN, OwnClients::default(), SECRET_SIGNATURE_TOLD,
        AltersAnswer(|_, answer| with_report(answer, |report| report.message.push_str(SIGNATURE))), is_failure;
}

fn error(status: Option<u16>) -> Answer {
    Answer::Error(ErrorReport { status, ..ErrorReport::default() })
}

fn with_report(mut answer: Answer, alter: fn(&mut ErrorReport)) -> Answer {
    if let Answer::Error(report) = &mut answer {
        alter(report);
    }
    answer
}

/// The operation that the flow `upload` calls first.
fn first_operation(provider: &str) -> String {
    let known = providers().unwrap();
    let upload = known.iter().find(|known| known.name == provider).and_then(|known| known.upload.clone());
    upload.unwrap().operation
}

#[test]
fn every_rule_has_a_saboteur() {
    for rule in rule::ALL {
        assert!(
            PROVEN.iter().chain(crate::probe::PROVEN).any(|proven| proven.id == rule.id),
            "{} has no saboteur: add one to `saboteurs!` in this file",
            rule.id
        );
    }
}
