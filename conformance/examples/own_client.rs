//! A Rust client of your own, tested in process: no protocol, no process, a trait.
//!
//!     cargo run --package media-upload-conformance --example own_client

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use media_upload_conformance::plan::Plan;
use media_upload_conformance::provider;
use media_upload_conformance::report::{Report, terminal};
use media_upload_conformance::run::driver::{
    Answer, Calling, ClientName, Driver, ErrorReport, Hello, Refusal, Request,
};
use media_upload_conformance::run::{self, Options, Verdict};
use serde_json::{Value, json};

/// The adapter between the suite and the client under test: here a few lines of reqwest.
struct OwnClient {
    hello: Hello,
    http: reqwest::Client,
}

impl Driver for OwnClient {
    fn hello(&self) -> &Hello {
        &self.hello
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(async move {
            let Some(url) = request.arguments.get("url").and_then(Value::as_str) else {
                return Ok(Answer::Refused(Refusal { message: "url is a required string".to_owned() }));
            };
            let answered = media_upload_url(&self.http, &request, url).await;
            Ok(answered.unwrap_or_else(|error| {
                let message = error.without_url().to_string();
                Answer::Error(ErrorReport { message, ..ErrorReport::default() })
            }))
        })
    }
}

/// The call, and what its caller gets to see.
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
    let hello = Hello {
        protocol: 1,
        client: ClientName { name: "own-client".into(), version: "0.1.0".into(), language: "rust".into() },
        operations: vec!["pyannote/getMediaUploadURL".to_owned()],
        concurrency: 4,
    };
    // Without root certificates: no case leaves this machine, and a client is built in no time.
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?;
    let driver: Arc<dyn Driver> = Arc::new(OwnClient { hello, http });
    let plan = Arc::new(Plan::of(provider::built_in()?, &provider::known()?)?);
    let run = run::run(&plan, &driver, Options::default()).await?;
    let report = Report { plan: &plan, run: &run, documents: Vec::new(), tested: Vec::new() };
    anstream::print!("{}", terminal::text(&report));
    Ok(ExitCode::from(u8::from(run.count(Verdict::Fail) + run.count(Verdict::Error) > 0)))
}
