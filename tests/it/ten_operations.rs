//! A document of ten operations, as this vendor's may become: its client compiles, and is called.

use progenitor_client::ClientHooks;
use serde_json::{Value, json};
use wiremock::matchers::{body_json, body_string, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use self::error::Documented;
use self::pyannote::api::{self, types};
use crate::generation::assert_reviewed;

/// What stands at the root of the crate that the client is generated for.
pub(crate) mod error {
    pub(crate) trait Documented: Sized {
        const OPERATION: &'static str;
        fn decode(status: u16, body: &[u8]) -> Option<Self>;
    }
}

#[path = "../../src/pyannote/lossless.rs"]
pub(crate) mod lossless;

mod pyannote {
    pub(crate) use super::lossless;

    pub(crate) mod api {
        pub(crate) use generated::*;

        #[allow(missing_docs, missing_debug_implementations, unreachable_pub, unused)]
        #[allow(clippy::all, clippy::too_many_lines, clippy::unwrap_used, rustdoc::all)]
        mod generated {
            include!("../snapshots/ten-operations.generated");
        }

        #[derive(Clone, Debug)]
        pub(crate) struct Policy;
    }
}

impl ClientHooks<api::Policy> for api::Client {}

const DOCUMENT: &str = include_str!("../fixtures/ten-operations.yaml");
const ID: &str = "8f2c1d1e-2e3b-4a50-9d7e-0d9f4c1b7a11";

#[test]
fn the_client_that_is_called_here_is_the_one_generated() {
    assert_reviewed(DOCUMENT, "ten-operations.generated", "crate::ten_operations::");
}

/// A server with one answer to one request.
async fn serving(request: wiremock::MockBuilder, answer: ResponseTemplate) -> (MockServer, api::Client) {
    let server = MockServer::start().await;
    request.respond_with(answer).expect(1).mount(&server).await;
    let client = api::Client::new_with_client(&server.uri(), reqwest::Client::new(), api::Policy);
    (server, client)
}

fn json(status: u16, body: Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

fn job(more: Value) -> Value {
    let mut job = json!({ "jobId": ID, "status": "canceled", "type": "diarization", "createdAt": "2025-01-31T12:00:00Z" });
    job.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    job
}

/// The documented form of an error that the generated client handed on whole.
async fn documented<E: Documented>(error: api::Error<()>) -> Option<E> {
    let api::Error::UnexpectedResponse(response) = error else { panic!("another error: {error:?}") };
    let status = response.status().as_u16();
    E::decode(status, &response.bytes().await.unwrap())
}

#[tokio::test]
async fn pages_follow_each_other_by_cursor() {
    let request = Mock::given(method("GET"))
        .and(path("/v1/jobs"))
        .and(query_param("cursor", "a b"))
        .and(query_param("limit", "2"))
        .and(query_param("type", "voiceprint"));
    let (_server, client) =
        serving(request, json(200, json!({ "items": [job(json!({}))], "nextCursor": null }))).await;
    let limit = std::num::NonZeroU64::new(2).unwrap();
    let call = client.list_jobs().cursor("a b").limit(limit).type_(types::JobType::Voiceprint);
    let page = call.await.unwrap();
    assert_eq!(page.items[0].status, types::JobStatus3::Canceled);
    assert_eq!(
        (page.items[0].created_at.as_deref(), &page.next_cursor),
        (Some("2025-01-31T12:00:00Z"), &None)
    );
}

#[tokio::test]
async fn the_result_of_a_job_is_one_of_several_types() {
    let segment = json!({ "speaker": "A", "start": 0.5, "end": 2 });
    let events =
        json!([{ "kind": "finished", "at": "now", "seconds": 3 }, { "kind": "started", "at": "then" }]);
    let answer = job(json!({ "output": { "diarization": [segment] }, "events": events }));
    let request = Mock::given(method("GET")).and(path(format!("/v1/jobs/{ID}")));
    let (_server, client) = serving(request, json(200, answer)).await;
    let job = client.get_job_by_id(ID).await.unwrap().into_inner();
    let output = job.output.unwrap().unwrap();
    let types::JobOutputAlternative::Diarization(result) = output.alternative() else { panic!("{output:?}") };
    assert_eq!(result.diarization[0].speaker, "A");
    let events = job.events.unwrap();
    assert!(
        matches!(&events[..], [types::JobEventsItem::Finished(_), types::JobEventsItem::Started(_)]),
        "{events:?}"
    );
}

#[tokio::test]
async fn an_error_has_the_type_that_its_operation_documents() {
    let request = Mock::given(method("GET")).and(path(format!("/v1/jobs/{ID}")));
    let (_server, client) =
        serving(request, json(404, json!({ "title": "No such job", "type": "about:blank" }))).await;
    let error = documented(client.get_job_by_id(ID).await.unwrap_err()).await;
    let Some(api::GetJobByIdError::Status404(problem)) = error else { panic!("{error:?}") };
    assert_eq!(problem.title, "No such job");
}

#[tokio::test]
async fn a_range_of_errors_keeps_the_status() {
    let refusal = json!({ "requestId": "1", "message": "too many" });
    let (_server, client) = serving(Mock::given(path("/v1/identify")), json(429, refusal)).await;
    let voiceprint = json!({ "label": "me", "voiceprint": "AAAA" });
    let voiceprints = serde_json::from_value::<Vec<_>>(json!([voiceprint])).unwrap();
    let body = types::IdentifyBody::new("media://a", voiceprints);
    let error = documented(client.identify(&body).await.unwrap_err()).await;
    let Some(api::IdentifyError::Status4xx(429, said)) = error else { panic!("{error:?}") };
    assert_eq!(said.message, "too many");
}

#[tokio::test]
async fn a_header_goes_out_and_a_default_is_left_to_the_server() {
    let given = json!({ "url": "media://a", "voiceprints": [], "matching": { "threshold": 0.5 } });
    let request = Mock::given(header("idempotency-key", "12345678")).and(body_json(given));
    let (_server, client) = serving(request, json(299, json!({ "jobId": ID, "status": "created" }))).await;
    let matching = types::IdentifyBodyMatching::new().threshold(0.5);
    let body = types::IdentifyBody::new("media://a", []).matching(matching);
    let key = "12345678".parse().unwrap();
    assert_eq!(client.identify(&body).idempotency_key(&key).await.unwrap().job_id, ID);
    "short".parse::<types::IdentifyIdempotencyKey>().unwrap_err();
}

#[tokio::test]
async fn several_successes_are_told_apart_by_status() {
    let body = types::DiarizeRequest::new("media://a").priority(types::JobStatus2::High);
    let (_server, client) = serving(Mock::given(path("/v1/diarize")), json(200, job(json!({})))).await;
    let answer = client.diarize(&body).await.unwrap().into_inner();
    assert!(matches!(&answer, api::DiarizeSuccess::Status200(job) if job.job_id == ID), "{answer:?}");

    // What a 202 says would be no job, and the other way round.
    let created = json!({ "jobId": ID, "status": "created" });
    let (_server, client) = serving(Mock::given(path("/v1/diarize")), json(202, created)).await;
    let answer = client.diarize(&body).await.unwrap();
    assert_eq!(answer.status(), 202);
    assert!(matches!(*answer, api::DiarizeSuccess::Status202(_)), "{answer:?}");

    let (_server, client) = serving(Mock::given(method("DELETE")), ResponseTemplate::new(204)).await;
    let answer = client.cancel_job(ID).await.unwrap().into_inner();
    assert!(matches!(answer, api::CancelJobSuccess::Status204), "{answer:?}");
}

#[tokio::test]
async fn keywords_are_names_too() {
    let request = Mock::given(method("PUT"))
        .and(path(format!("/v1/jobs/{ID}/move")))
        .and(query_param("in", "front"))
        .and(query_param("ref", "3"));
    let (_server, client) = serving(request, ResponseTemplate::new(204)).await;
    assert_eq!(client.move_(ID, types::MoveIn::Front).ref_(3).await.unwrap().status(), 204);
}

#[tokio::test]
async fn an_operation_without_a_name_gives_its_text_as_bytes() {
    use futures_util::TryStreamExt;

    let answer = ResponseTemplate::new(200).set_body_string("hello");
    let (_server, client) = serving(Mock::given(path(format!("/v1/jobs/{ID}/transcript"))), answer).await;
    let text = client.transcript(ID).await.unwrap().into_inner_stream();
    let text: Vec<_> = text.try_collect().await.unwrap();
    assert_eq!(text.concat(), b"hello");
    assert_eq!(api::TranscriptError::OPERATION, "transcript");
}

#[tokio::test]
async fn a_form_is_sent_and_a_default_answers_it() {
    let request = Mock::given(path("/v1/feedback")).and(body_string("self=true&stars=5"));
    let (_server, client) = serving(request, json(200, json!({ "ok": true, "fn": "x" }))).await;
    let body = serde_json::from_value(json!({ "stars": 5, "self": true })).unwrap();
    let answer = client.send_feedback().body(&body).await.unwrap();
    assert_eq!((answer.ok, answer.fn_.as_deref()), (true, Some("x")));
}

#[tokio::test]
async fn an_optional_body_is_sent_only_if_it_is_set() {
    let request = Mock::given(path("/v1/feedback"));
    let (server, client) = serving(request, json(200, json!({ "ok": true }))).await;
    client.send_feedback().await.unwrap();
    let sent = &server.received_requests().await.unwrap()[0];
    assert!(sent.body.is_empty() && !sent.headers.contains_key("content-type"), "{sent:?}");
}
