//! Prints the trace of an upload that is retried, gets a new upload URL, and succeeds. The crate's documentation shows it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub)]

use std::sync::Arc;

use media_upload::pyannote::{ApiKey, Client, MediaUrl};
use media_upload::testing::TestClock;
use serde_json::json;
use tracing_subscriber::fmt::format::FmtSpan;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    tracing_subscriber::fmt().without_time().with_target(false).with_span_events(FmtSpan::CLOSE).init();
    upload().await;
}

pub async fn upload() {
    let server = MockServer::start().await;
    // The first request for an upload URL, and the first PUT, fail.
    answer(&server, "POST", ResponseTemplate::new(503).insert_header("retry-after", "2"), 1).await;
    let url = json!({ "url": format!("{}/bucket/object?X-Amz-Signature=516e471e", server.uri()) });
    answer(&server, "POST", ResponseTemplate::new(201).set_body_json(url), 2).await;
    let expired = "<Error><Code>ExpiredToken</Code></Error>";
    answer(&server, "PUT", ResponseTemplate::new(400).set_body_string(expired), 1).await;
    answer(&server, "PUT", ResponseTemplate::new(200), 1).await;

    let builder = Client::builder(ApiKey::new("key").unwrap()).base_url(server.uri()).root_certificates("");
    // The pause takes no time.
    let client = builder.clock(Arc::new(TestClock::default())).build().unwrap();
    let url = MediaUrl::from_key("interview.wav").unwrap();
    client.upload(b"media".to_vec(), &url).await.unwrap();
}

/// Answers the next `times` requests with `verb`.
async fn answer(server: &MockServer, verb: &str, answer: ResponseTemplate, times: u64) {
    Mock::given(method(verb)).respond_with(answer).up_to_n_times(times).mount(server).await;
}
