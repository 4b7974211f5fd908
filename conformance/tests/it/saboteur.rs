//! Each rule has a saboteur: a correct client with one defect that breaks the rule. A saboteur alters the call, the requests or
//! the answer of the client. The suite must find the rule at exactly the cases that show the defect, and no other rule.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use media_upload::Retry;
use media_upload_conformance::check::rule;
use media_upload_conformance::plan::case::{
    Family, Outcome, Serve, ServedResponse, StorageStep, TransportFault,
};
use media_upload_conformance::plan::presigned::SIGNATURE;
use media_upload_conformance::{
    Answer, Case, CaseResult, Document, Driver, ErrorReport, Finding, Options, OwnClients, Plan, Rule,
    VerdictKind, providers, run,
};
use serde_json::{Value, json};

use crate::defect::{Defect, Saboteur, first_operation, is_upload, is_upload_of_unchanged_file};
use crate::documents::{our_plan, shortened};
use crate::reference_client::ReferenceClient;
use crate::tampering_proxy::Alteration;

static PLAN: LazyLock<Arc<Plan>> = LazyLock::new(|| Arc::new(shortened(our_plan())));

/// The plan of a document with features that the built-in documents do not use.
static OTHER_PLAN: LazyLock<Arc<Plan>> = LazyLock::new(|| {
    let document = Document::read("fixtures/other.yaml", include_bytes!("../fixtures/other.yaml")).unwrap();
    Arc::new(shortened(Plan::of(vec![document], &[]).unwrap()))
});

/// Runs every case of a plan through a client with a defect. The rule must be broken at exactly the cases that `shows` selects,
/// and no other rule.
async fn assert_found(
    plan: &Arc<Plan>,
    correct: Arc<dyn Driver>,
    rule: &Rule,
    defect: Defect,
    shows: fn(&Case) -> bool,
) {
    let driver: Arc<dyn Driver> = Arc::new(Saboteur::new(Arc::clone(plan), correct, defect));
    let run = run(plan, driver, Options { strict: true, ..Options::default() }).await.unwrap();
    // The storage does not store an upload that it refuses, or that is not sent: these findings follow from the other one.
    let follows = |finding: &Finding| {
        let reported = finding.rule == &rule::UPLOAD_REPORTED && rule == &rule::UPLOAD_STEPS;
        finding.rule != rule && (finding.rule == &rule::UPLOAD_STORED || reported)
    };
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

pub(crate) async fn assert_breaks_no_rule(plan: &Arc<Plan>, correct: Arc<dyn Driver>) {
    let run = run(plan, correct, Options { strict: true, ..Options::default() }).await.unwrap();
    for result in &run.results {
        let passes = result.verdict.kind() == VerdictKind::Pass && result.findings.is_empty();
        let CaseResult { case, verdict, findings, exchange, .. } = result;
        assert!(passes, "{}: {verdict:?} {findings:#?}\n{exchange}", case.id);
    }
}

fn is_allowed(case: &Case) -> bool {
    !case.outcome.is_refusal()
}

fn is_sent(case: &Case) -> bool {
    let is_reached = !matches!(case.serve.first(), Some(Serve::Fault(TransportFault::Refused)));
    is_allowed(case) && is_reached
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

/// Whether the caller must see an error, because the response is not one of success.
fn is_failure(case: &Case) -> bool {
    !is_invalid_success(case) && matches!(case.outcome, Outcome::Failure { .. } | Outcome::Lost)
}

/// Whether the caller must see an error, although the status of the response is one of success.
fn is_invalid_success(case: &Case) -> bool {
    matches!(case.outcome, Outcome::Failure { status: 200..300, .. })
}

/// Whether our clients report an error. They take no undocumented status as a success.
fn is_error_of_ours(case: &Case) -> bool {
    is_failure(case) || is_invalid_success(case) || matches!(case.outcome, Outcome::Either { .. })
}

fn is_call(case: &Case) -> bool {
    case.upload.is_none()
}

fn is_upload_of_changing_file(case: &Case) -> bool {
    case.upload.as_ref().is_some_and(|upload| upload.media.change.is_some())
}

fn serves_header(case: &Case, name: &str) -> bool {
    let has = |response: &ServedResponse| response.headers.iter().any(|(known, _)| known == name);
    case.serve.iter().any(|serve| matches!(serve, Serve::Response(response) if has(response)))
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
            None | Some(StorageStep::Keep(_) | StorageStep::Redirect | StorageStep::Expire(..)) => false,
            Some(_) => true,
        }
}

/// What the storage does in an upload; nothing in other cases.
fn storage_steps(case: &Case) -> &[StorageStep] {
    case.upload.as_ref().map_or(&[], |upload| &upload.storage)
}

fn is_stored_with_200(case: &Case) -> bool {
    is_stored(case) && !is_stored_with_other_status(case)
}

fn is_stored_with_other_status(case: &Case) -> bool {
    matches!(storage_steps(case), [StorageStep::Keep(201 | 204)])
}

fn expires(case: &Case) -> bool {
    matches!(storage_steps(case), [StorageStep::Expire(..), ..])
}

/// Whether the first answer of the API has one of these statuses.
fn serves(case: &Case, statuses: &[u16]) -> bool {
    case.serve.first().and_then(Serve::status).is_some_and(|status| statuses.contains(&status))
}

/// Whether each attempt reaches a server and fails with an error that another attempt could cure.
fn fails_each_time(case: &Case) -> bool {
    let is_fault =
        matches!(case.serve.first(), Some(Serve::Fault(fault)) if *fault != TransportFault::Refused);
    let is_down = matches!(storage_steps(case), [StorageStep::Refuse(503, ..) | StorageStep::Reset]);
    let asks_to_wait = serves_header(case, "retry-after");
    is_down || (is_call(case) && !asks_to_wait && (is_fault || serves(case, &[429, 500, 503])))
}

fn has_status(answer: &Answer, status: u16) -> bool {
    matches!(answer, Answer::Error(report) if report.status == Some(status))
}

/// Whether another attempt could succeed, and the server asked for no wait before it.
fn is_worth_another_try(answer: &Answer) -> bool {
    matches!(answer, Answer::Error(report) if report.retryable == Some(true) && report.retry_after_s.is_none())
}

/// The credentials of all providers in one string.
fn every_credential() -> String {
    let known = providers().unwrap();
    let credentials = known.iter().flat_map(|provider| provider.credentials());
    credentials.map(|own| own.sample()).collect::<Vec<_>>().join(" ")
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

use Alteration::{Api, Storage, StorageAgain};
use Defect::{
    AltersAnswer, AltersCall, AltersRequests, AsksForUnusedUrl, CallsAgain, NeverEnds, RefusesEverything,
    RefusesNothing,
};

saboteurs! {
    a_client_that_sends_nothing: PLAN, OwnClients::default(), REQUEST_SENT,
        AltersCall(|request| request.base_url = "http://127.0.0.1:1".to_owned()), is_sent;
    a_client_that_calls_twice: PLAN, OwnClients::default(), REQUEST_ONCE,
        CallsAgain(|case, _| is_success(case), 1, Duration::ZERO), is_success;
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
            Answer::Result(_) if is_call(case) || is_stored_with_other_status(case) => error(None),
            other => other,
        }), |case| is_success(case) || is_stored_with_other_status(case);
    a_client_that_reports_an_error_as_success: PLAN, OwnClients::default(), RESPONSE_ERROR_LOST,
        AltersAnswer(|case, answer| match answer {
            Answer::Error(_) if is_failure(case) && is_call(case) => Answer::Result(json!({})),
            other => other,
        }), |case| is_failure(case) && is_call(case);
    a_client_that_reports_a_success_without_its_body: PLAN, OwnClients::default(), RESPONSE_INVALID_ACCEPTED,
        AltersAnswer(|case, answer| match answer {
            Answer::Error(_) if is_invalid_success(case) => Answer::Result(json!({})),
            other => other,
        }), is_invalid_success;
    a_client_that_reports_an_error_without_its_status: PLAN, OwnClients::default(), RESPONSE_STATUS,
        AltersAnswer(|_, answer| with_report(answer, |report| report.status = None)),
        |case| matches!(case.outcome, Outcome::Failure { .. } | Outcome::Either { .. });
    a_client_that_reports_a_status_that_no_server_sent: PLAN, OwnClients::default(), RESPONSE_STATUS_INVENTED,
        AltersAnswer(|case, answer| match case.outcome {
            Outcome::Lost => with_report(answer, |report| report.status = Some(599)),
            _ => answer,
        }), |case| matches!(case.outcome, Outcome::Lost);
    a_client_that_says_the_opposite_of_the_status: PLAN, OwnClients::default(), RESPONSE_RETRYABLE,
        AltersAnswer(|_, answer| with_report(answer, |report| report.retryable = report.retryable.map(|told| !told))),
        |case| matches!(case.outcome, Outcome::Failure { status: 400 | 401 | 402 | 403 | 404 | 429 | 503, .. });
    a_client_that_reports_the_wait_in_milliseconds: PLAN, OwnClients::default(), RESPONSE_RETRY_AFTER,
        AltersAnswer(|_, answer| with_report(answer, |report| {
            report.retry_after_s = report.retry_after_s.map(|seconds| seconds * 1_000.0);
        })),
        |case| serves_header(case, "retry-after") && is_failure(case);
    a_client_that_invents_a_wait: PLAN, OwnClients::default(), RESPONSE_RETRY_AFTER,
        AltersAnswer(|_, answer| with_report(answer, |report| report.retry_after_s = report.retry_after_s.or(Some(1.0)))),
        |case| !serves_header(case, "retry-after") && is_error_of_ours(case);
    a_client_that_reports_another_date_to_wait_for: PLAN, OwnClients::with_retry(Retry::never()), RESPONSE_RETRY_AFTER,
        AltersAnswer(|case, answer| match asks_to_wait(case) {
            true => with_report(answer, |report| report.retry_after_s = Some(60.0)),
            false => answer,
        }), asks_to_wait;
    a_client_that_reports_an_error_without_its_request_id: PLAN, OwnClients::default(), RESPONSE_FIELD,
        AltersAnswer(|_, answer| with_report(answer, |report| {
            if let Value::Object(fields) = &mut report.body {
                fields.shift_remove("requestId");
            }
        })),
        |case| matches!(&case.outcome, Outcome::Failure { body: Some(body), .. } if body.get("requestId").is_some());
    a_client_that_loses_a_field_of_a_success: OTHER_PLAN, ReferenceClient::new(&OTHER_PLAN), RESPONSE_FIELD,
        AltersAnswer(|_, answer| match answer {
            Answer::Result(mut result) => {
                result.as_object_mut().into_iter().for_each(|fields| drop(fields.shift_remove("id")));
                Answer::Result(result)
            }
            other => other,
        }),
        |case| match &case.outcome {
            Outcome::Success(body) | Outcome::Either { body, .. } => body.get("id").is_some(),
            _ => false,
        };
    a_client_that_refuses_nothing: PLAN, OwnClients::default(), REFUSAL_MISSING,
        // A client may fill in an argument that is left out.
        RefusesNothing, |case| {
            !is_allowed(case) && !matches!(case.family, Family::MissingArgument(_))
        };
    a_client_that_refuses_everything: PLAN, OwnClients::default(), REFUSAL_UNNEEDED,
        RefusesEverything, is_allowed;
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
            Answer::Result(_) if is_stored_with_200(case) => error(None),
            other => other,
        }), is_stored_with_200;
    a_client_that_reports_success_for_a_file_that_changed: PLAN, OwnClients::default(), UPLOAD_CHANGED,
        AltersAnswer(|case, answer| match answer {
            Answer::Error(_) if is_upload_of_changing_file(case) => Answer::Result(json!({})),
            other => other,
        }), is_upload_of_changing_file;
    a_client_that_never_retries: PLAN, OwnClients::with_retry(Retry::never()), UPLOAD_STORED,
        AltersCall(|_| {}), needs_retry;
    a_client_that_does_not_report_how_long_to_wait: PLAN, OwnClients::with_retry(Retry::never()), RETRY_AFTER,
        AltersAnswer(|_, answer| with_report(answer, |report| report.retry_after_s = None)), asks_to_wait;
    a_client_that_uploads_twice: PLAN, OwnClients::default(), UPLOAD_ONCE,
        CallsAgain(|case, _| is_stored(case), 1, Duration::ZERO), is_stored;
    a_client_that_tries_many_times_in_a_row: PLAN, OwnClients::with_retry(Retry::never()), RETRY_RATE,
        CallsAgain(|_, answer| is_worth_another_try(answer), 20, Duration::ZERO), fails_each_time;
    a_client_that_retries_a_402: PLAN, OwnClients::default(), RETRY_STATUS,
        CallsAgain(|_, answer| has_status(answer, 402), 1, Duration::from_secs(1)), |case| serves(case, &[402]);
    a_client_that_never_ends: PLAN, OwnClients::with_retry(Retry::never()), RETRY_END,
        NeverEnds(|_, answer| is_worth_another_try(answer)), fails_each_time;
    a_client_that_uses_an_expired_url_again: PLAN, OwnClients::default(), RETRY_EXPIRED_URL,
        AltersRequests(StorageAgain(|answer| answer.to_lowercase().contains("expired"))), expires;
    a_client_that_asks_for_a_url_it_does_not_use: PLAN, OwnClients::default(), RETRY_UNUSED_URL,
        AsksForUnusedUrl, is_upload_of_unchanged_file;
    a_client_that_sends_its_credential_to_the_storage: PLAN, OwnClients::default(), SECRET_CREDENTIAL_TO_STORAGE,
        AltersRequests(Storage(|request| request.set_header("user-agent", &every_credential()))), is_upload_of_unchanged_file;
    a_client_that_shows_its_credential_in_an_error: PLAN, OwnClients::default(), SECRET_CREDENTIAL_TOLD,
        AltersAnswer(|_, answer| with_report(answer, |report| report.message.push_str(&every_credential()))), is_error_of_ours;
    a_client_that_shows_a_signature_in_an_error: PLAN, OwnClients::default(), SECRET_SIGNATURE_TOLD,
        AltersAnswer(|_, answer| with_report(answer, |report| report.message.push_str(SIGNATURE))), is_error_of_ours;
    a_client_that_logs_its_credential: PLAN, OwnClients::default(), SECRET_CREDENTIAL_TOLD,
        AltersCall(|request| request.log.push(&every_credential())), |_| true;
    a_client_that_logs_the_signature: PLAN, OwnClients::default(), SECRET_SIGNATURE_TOLD,
        AltersCall(|request| request.log.push(&SIGNATURE.to_uppercase())), |_| true;
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

#[test]
fn every_rule_has_a_saboteur() {
    for rule in rule::ALL {
        assert!(
            PROVEN.iter().any(|proven| proven.id == rule.id) || crate::servers::is_proven(rule),
            "{} has no saboteur: add one to `saboteurs!` in this file, or a wrong server to `servers/wrong.rs`",
            rule.id
        );
    }
}
