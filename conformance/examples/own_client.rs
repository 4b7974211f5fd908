//! Tests a Rust client in process, through the trait [`Driver`]. This needs no separate process and no driver protocol.
//!
//!     cargo run --package media-upload-conformance --example own_client

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use media_upload_conformance::{
    Answer, Calling, ClientName, Driver, DriverInfo, ErrorReport, Options, Plan, Refusal, Report, Request,
    VerdictKind, built_in_documents, providers, run, terminal,
};
use serde_json::{Value, json};

/// The adapter between the suite and the client under test. In this example, the client is a few lines of reqwest.
struct OwnClient {
    info: DriverInfo,
    http: reqwest::Client,
}

impl Driver for OwnClient {
    fn info(&self) -> &DriverInfo {
        &self.info
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(async move {
            let Some(url) = request.arguments.get("url").and_then(Value::as_str) else {
                return Ok(Answer::Refused(Refusal { message: "url is a required string".to_owned() }));
            };
            let answer = media_upload_url(&self.http, &request, url).await;
            Ok(answer.unwrap_or_else(|error| {
                let message = error.without_url().to_string();
                Answer::Error(ErrorReport { message, ..ErrorReport::default() })
            }))
        })
    }
}

/// Makes the call and returns the outcome that its caller sees.
async fn media_upload_url(http: &reqwest::Client, request: &Request, url: &str) -> reqwest::Result<Answer> {
    let key = request.credentials.get("api_key").and_then(Value::as_str).unwrap_or_default();
    let call = http.post(format!("{}/v1/media/input", request.base_url)).bearer_auth(key);
    let response = call.json(&json!({ "url": url })).send().await?;
    let status = response.status();
    let text = response.text().await?;
    let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| text.into());
    if status.is_success() && body["url"].is_string() {
        return Ok(Answer::Result(json!({ "url": body["url"] })));
    }
    Ok(Answer::Error(ErrorReport { status: Some(status.as_u16()), body, ..ErrorReport::default() }))
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let info = DriverInfo {
        protocol: 1,
        client: ClientName { name: "own-client".into(), version: "0.1.0".into(), language: "rust".into() },
        operations: vec!["pyannote/getMediaUploadURL".to_owned()],
        concurrency: 4,
    };
    // Cases use http on this machine, so the client needs no root certificates. Without them it is built faster.
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?;
    let driver: Arc<dyn Driver> = Arc::new(OwnClient { info, http });
    let plan = Arc::new(Plan::of(built_in_documents()?, &providers()?)?);
    let date = SystemTime::now();
    let run = run(&plan, driver, Options::default()).await?;
    let report = Report { plan: &plan, run: &run, documents: Vec::new(), tested: Vec::new(), date };
    anstream::print!("{}", terminal::text(&report, None));
    Ok(ExitCode::from(u8::from(run.count(VerdictKind::Fail) + run.count(VerdictKind::Error) > 0)))
}
