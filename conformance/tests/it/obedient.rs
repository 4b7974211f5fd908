//! A client that does just what the plan asks, for documents that no client was written for: it
//! looks its case up, sends the request that must go out, and tells what comes back.

use std::sync::Arc;
use std::time::Duration;

use media_upload_conformance::plan::Plan;
use media_upload_conformance::plan::case::{Case, ExpectedRequest, Fault, Outcome, Serve};
use media_upload_conformance::run::driver::{
    Answer, Calling, ClientName, Driver, ErrorReport, Hello, Refusal, Request,
};
use serde_json::Value;

use crate::wire::plain_client;

/// How long an answer is waited for that will not come: by then the request is there.
const LONG_ENOUGH: Duration = Duration::from_millis(500);

pub(crate) struct Obedient {
    plan: Arc<Plan>,
    hello: Hello,
    client: reqwest::Client,
}

impl Obedient {
    pub(crate) fn new(plan: &Arc<Plan>) -> Self {
        let client = ClientName { name: "obedient".into(), version: "0".into(), language: "rust".into() };
        let operations = plan.cases.iter().map(|case| case.operation.clone()).collect();
        Self {
            plan: Arc::clone(plan),
            hello: Hello { protocol: 1, client, operations, concurrency: 8 },
            client: plain_client(),
        }
    }

    async fn obey(&self, case: &Case, expected: &ExpectedRequest, base_url: &str) -> reqwest::Result<Answer> {
        let url = format!("{base_url}{}{}", expected.uri, expected.query());
        let mut request = self.client.request(expected.method.parse().unwrap(), url);
        for (name, value) in &expected.headers {
            request = request.header(name, value);
        }
        if let (Some(content), Some(media_type)) = (expected.content(), &expected.body_media_type) {
            request = request.header("content-type", media_type).body(content);
        }
        if case.serve.iter().any(is_silence) {
            request = request.timeout(LONG_ENOUGH);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(match &case.outcome {
            Outcome::Success(_) => Answer::Result(body),
            _ => Answer::Error(ErrorReport { status: Some(status), body, ..ErrorReport::default() }),
        })
    }
}

fn is_silence(serve: &Serve) -> bool {
    matches!(serve, Serve::Fault(Fault::NoAnswer | Fault::StallInAnswer(_)))
}

impl Driver for Obedient {
    fn hello(&self) -> &Hello {
        &self.hello
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(async move {
            let case = self.plan.cases.iter().find(|case| case.id == request.case).ok_or("no such case")?;
            let Some(expected) = &case.request else {
                return Ok(Answer::Refused(Refusal { message: "the document forbids it".into() }));
            };
            let answer = self.obey(case, expected, &request.base_url).await;
            Ok(answer.unwrap_or_else(|error| {
                Answer::Error(ErrorReport {
                    message: error.without_url().to_string(),
                    ..ErrorReport::default()
                })
            }))
        })
    }
}
