//! A client that follows the plan, for documents for which no client exists. It looks up its case, sends the expected request, and
//! reports the response.

use std::sync::Arc;
use std::time::Duration;

use media_upload_conformance::plan::case::{Outcome, Serve, TransportFault};
use media_upload_conformance::wire::message::ExpectedRequest;
use media_upload_conformance::{
    Answer, Calling, Case, ClientName, Driver, DriverInfo, ErrorReport, Plan, Refusal, Request,
};
use serde_json::Value;
use url::Url;

use crate::documents::case;
use crate::tampering_proxy::http_client;

/// The timeout where the server never answers. The request arrives well within it.
const NO_ANSWER_TIMEOUT: Duration = Duration::from_millis(500);

pub(crate) struct ReferenceClient {
    plan: Arc<Plan>,
    info: DriverInfo,
    client: reqwest::Client,
}

impl ReferenceClient {
    pub(crate) fn new(plan: &Arc<Plan>) -> Self {
        let client = ClientName { name: "reference".into(), version: "0".into(), language: "rust".into() };
        let operations = plan.cases.iter().map(|case| case.operation.clone()).collect();
        Self {
            plan: Arc::clone(plan),
            info: DriverInfo { protocol: 1, client, operations, concurrency: 8 },
            client: http_client(),
        }
    }

    /// Sends this request and reports the response.
    pub(crate) async fn send(
        &self,
        case: &Case,
        expected: &ExpectedRequest,
        base_url: &str,
    ) -> reqwest::Result<Answer> {
        // The expected path begins with that of the base URL.
        let server = Url::parse(base_url).unwrap().origin().ascii_serialization();
        let url = format!("{server}{}{}", expected.uri, expected.query());
        let mut request = self.client.request(expected.method.parse().unwrap(), url);
        for (name, value) in expected.sent_headers() {
            request = request.header(name, value);
        }
        if let (Some(content), Some(media_type)) = (expected.content(), &expected.body_media_type) {
            request = request.header("content-type", media_type).body(content);
        }
        if case.serve.iter().any(is_unanswered) {
            request = request.timeout(NO_ANSWER_TIMEOUT);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(match case.outcome.when_sent() {
            Outcome::Success(_) | Outcome::Either { .. } => Answer::Result(body),
            _ => Answer::Error(ErrorReport { status: Some(status), body, ..ErrorReport::default() }),
        })
    }
}

fn is_unanswered(serve: &Serve) -> bool {
    matches!(serve, Serve::Fault(TransportFault::NoAnswer | TransportFault::StallInAnswer(_)))
}

impl Driver for ReferenceClient {
    fn info(&self) -> &DriverInfo {
        &self.info
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(async move {
            let case = case(&self.plan, &request.case);
            let expected = case.request.as_ref().filter(|_| !case.outcome.is_refusal());
            let Some(expected) = expected else {
                return Ok(Answer::Refused(Refusal { message: "the document forbids it".into() }));
            };
            let answer = self.send(case, expected, &request.base_url).await;
            Ok(answer.unwrap_or_else(|error| {
                let message = error.without_url().to_string();
                Answer::Error(ErrorReport { message, ..ErrorReport::default() })
            }))
        })
    }
}
