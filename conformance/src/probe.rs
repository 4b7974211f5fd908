//! Probing a server under test: the suite sends the requests that the documents allow, and those that they forbid, and judges the
//! responses. It sends requests to no other server.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use reqwest::redirect;
use url::{Host, Url};

use crate::check::finding::{Blame, Finding};
use crate::check::redact::Redactor;
use crate::check::transcript::Transcript;
use crate::check::transcript_text;
use crate::document::Location;
use crate::plan::Plan;
use crate::plan::case::{Case, Serve, ServedResponse};
use crate::plan::source::Source;
use crate::result::{CaseResult, ClientName, DriverInfo, OnResult, Options, Run, Verdict};
use crate::wire::message::ExpectedRequest;

mod answer;
mod question;

use question::{Aspect, Question};

/// The most that is read of the body of a response, in bytes.
const MAX_BODY: usize = 1024 * 1024;

/// The headers of a response that are shown. The others differ from request to request.
const SHOWN_HEADERS: &[&str] = &["content-type", "location", "retry-after", "www-authenticate"];

/// Why a status was not judged.
const NOT_REACHED: &str = "not reachable: no request produced this status";

/// Why the variations of a call were not judged.
const ALL_REFUSED: &str = "the server refuses even the smallest documented call";

/// A server under test.
#[derive(Debug)]
pub struct ServerUnderTest {
    base: Url,
    http: reqwest::Client,
    /// The secrets in use, each by its environment variable.
    credentials: BTreeMap<String, String>,
}

impl ServerUnderTest {
    /// A server by its base URL, which replaces the one in the document.
    ///
    /// # Errors
    ///
    /// One line when no request can be sent to the URL. It does not show the URL, which may contain a secret.
    pub fn new(url: &str) -> Result<Self, String> {
        let base = Url::parse(url).map_err(|error| {
            format!("the server is not a URL ({error}); use one like http://127.0.0.1:4010")
        })?;
        let scheme = base.scheme();
        if !["http", "https"].contains(&scheme) {
            let fix = "use http or https, as in http://127.0.0.1:4010";
            return Err(format!("the server has a URL with the scheme {scheme}; {fix}"));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err("the URL of the server has a user name or a password; remove them".to_owned());
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err("the URL of the server has a query or a fragment; use the base URL only".to_owned());
        }
        // No proxy: it would see the credential.
        let http = reqwest::Client::builder().redirect(redirect::Policy::none()).referer(false).no_proxy();
        let http = http.build().map_err(|error| format!("the HTTP client could not be built: {error}"))?;
        Ok(Self { base, http, credentials: BTreeMap::new() })
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        match self.base.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Uses this credential in place of the sample. The provider names its environment variable.
    pub fn use_credential(&mut self, variable: String, value: String) {
        self.credentials.insert(variable, value);
    }

    /// Keeps the cases that a server can be asked: documented statuses, arguments, credentials.
    pub fn select(plan: &mut Plan) {
        let mut cases = std::mem::take(&mut plan.cases);
        cases.retain(|case| plan.source(case).is_some_and(|source| Question::of(source, case).is_some()));
        plan.cases = cases;
    }

    /// Asks every case of a plan, one after the other.
    ///
    /// # Errors
    ///
    /// When no request reaches the server.
    pub async fn run(&self, plan: &Plan, options: Options, on_result: OnResult<'_>) -> io::Result<Run> {
        let began = Instant::now();
        let mut accepted = BTreeMap::new();
        let mut asked: Vec<Asked> = Vec::new();
        for case in &plan.cases {
            let one = match self.ask(plan, case, options, &mut accepted).await {
                // The results before the server went away are worth a report.
                Err(error) if asked.iter().any(|one| !one.result.exchange.is_empty()) => {
                    Asked::failed(case, error.to_string())
                }
                one => one?,
            };
            asked.push(one);
            asked.last().inspect(|one| on_result(&one.result));
        }
        let results = asked.iter().map(|one| settled(one, &asked)).collect();
        Ok(Run { client: self.info(), options, results, elapsed: began.elapsed() })
    }

    fn info(&self) -> DriverInfo {
        let client =
            ClientName { name: self.base.to_string(), version: String::new(), language: "any".to_owned() };
        DriverInfo { protocol: 1, client, operations: Vec::new(), concurrency: 1 }
    }

    /// Redacts the credentials in use and the signatures in responses.
    fn redactor(&self, source: &Source) -> Redactor {
        let mut redactor = Redactor::new(source);
        redactor.take_signatures();
        for credential in source.provider.credentials() {
            if let Some(secret) = self.credentials.get(&credential.variable()) {
                redactor.secret(secret, &format!("[{}]", credential.name));
            }
        }
        redactor
    }

    async fn ask(
        &self,
        plan: &Plan,
        case: &Case,
        options: Options,
        accepted: &mut Accepted,
    ) -> io::Result<Asked> {
        let began = Instant::now();
        let question = plan.source(case).and_then(|source| Question::of(source, case));
        let Some(question) = question else { return Ok(Asked::unplayed(case, NOT_REACHED)) };
        if question.aspect == Aspect::Status {
            return Ok(Asked { waits: true, ..Asked::unplayed(case, NOT_REACHED) });
        }
        let operation = (case.provider.clone(), case.operation.clone());
        if question.is_variation() && accepted.get(&operation) == Some(&false) {
            return Ok(Asked::unplayed(case, ALL_REFUSED));
        }
        let request = match question.request(case, &self.credentials) {
            Ok(request) => request,
            Err(why) => return Ok(Asked::unplayed(case, why)),
        };
        match self.send(&question, &request, options.timeout).await {
            Ok(served) => {
                if question.aspect == Aspect::Success {
                    accepted.insert(operation, served.code < 300);
                }
                let result = judge(case, &question, &request, &served, &self.redactor(question.plan.source));
                let response = question.plan.operation.response(served.code);
                Ok(Asked {
                    result: CaseResult { elapsed: began.elapsed(), ..result },
                    response: response.map(|response| response.location.clone()),
                    waits: false,
                })
            }
            Err(error) if error.is_builder() => {
                Ok(Asked::unplayed(case, "HTTP cannot carry this value at this place"))
            }
            Err(error) if error.is_connect() => {
                let why = innermost(&error.without_url());
                Err(io::Error::other(format!(
                    "--server: {} cannot be reached: {why}; start the server or correct the URL",
                    self.base
                )))
            }
            Err(error) => {
                let why = innermost(&error.without_url());
                Ok(Asked::failed(case, format!("the server did not answer: {why}")))
            }
        }
    }

    async fn send(
        &self,
        question: &Question<'_>,
        request: &ExpectedRequest,
        timeout: Duration,
    ) -> reqwest::Result<ServedResponse> {
        let path = request.uri.strip_prefix(&question.plan.shape.prefix).unwrap_or(&request.uri);
        let url = format!("{}{path}{}", self.base.as_str().trim_end_matches('/'), request.query());
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap_or_default();
        let mut sent = self.http.request(method, url).timeout(timeout);
        for (name, value) in &request.headers {
            sent = sent.header(name, value);
        }
        if let (Some(content), Some(media_type)) = (request.content(), &request.body_media_type) {
            sent = sent.header("content-type", media_type).body(content);
        }
        served(sent.send().await?).await
    }
}

async fn served(mut response: reqwest::Response) -> reqwest::Result<ServedResponse> {
    let headers = SHOWN_HEADERS.iter().filter_map(|name| {
        let value = response.headers().get(*name)?;
        Some(((*name).to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
    });
    let (code, headers) = (response.status().as_u16(), headers.collect());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk[..chunk.len().min(MAX_BODY - body.len())]);
        if body.len() == MAX_BODY {
            break;
        }
    }
    Ok(ServedResponse { code, headers, body: String::from_utf8_lossy(&body).into_owned(), padding: 0 })
}

/// The innermost cause: the outer ones only name the layers of the library.
fn innermost(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}

/// Whether the server accepts the smallest documented call, by provider and operation.
type Accepted = BTreeMap<(String, String), bool>;

/// The result of one case, and which documented response it was.
struct Asked {
    result: CaseResult,
    response: Option<Location>,
    /// Whether it waits for a response that the request of another case produces.
    waits: bool,
}

impl Asked {
    fn unplayed(case: &Case, why: &str) -> Self {
        Self { result: unplayed(case, why), response: None, waits: false }
    }

    fn failed(case: &Case, message: String) -> Self {
        Self { result: CaseResult::error(case, Blame::Server, message), response: None, waits: false }
    }
}

fn unplayed(case: &Case, reason: &str) -> CaseResult {
    CaseResult::new(case, Verdict::Unsupported(reason.to_owned()))
}

fn judge(
    case: &Case,
    question: &Question<'_>,
    request: &ExpectedRequest,
    served: &ServedResponse,
    redactor: &Redactor,
) -> CaseResult {
    let transcript = Transcript {
        api: vec![request.as_received()],
        served: vec![Serve::Response(served.clone())],
        ..Transcript::default()
    };
    let exchange = redactor.text(&transcript_text::text(&transcript));
    if let Some(why) = question.undecided(case, served.code) {
        return CaseResult { exchange, ..unplayed(case, &why) };
    }
    judged(case, answer::check(question, case, served, redactor), exchange)
}

fn judged(case: &Case, findings: Vec<Finding>, exchange: String) -> CaseResult {
    let verdict = if findings.is_empty() { Verdict::Pass } else { Verdict::Fail };
    CaseResult { findings, exchange, ..CaseResult::new(case, verdict) }
}

/// The result of a case. A case that waits for a response gets the result of a case whose request produced it, preferably one
/// without findings.
fn settled(one: &Asked, all: &[Asked]) -> CaseResult {
    let case = &one.result.case;
    let candidates = all.iter().filter(|other| one.waits && other.response.as_ref() == Some(&case.location));
    let best = candidates.min_by_key(|other| answer::of_response(&other.result.findings).len());
    let Some(best) = best else { return one.result.clone() };
    judged(case, answer::of_response(&best.result.findings), best.result.exchange.clone())
}
