//! Server mode: the suite itself makes the calls that the documents allow, and those that they
//! forbid, and judges what a server answers. It sends nothing to any other place.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use reqwest::redirect;
use url::{Host, Url};

use super::check::{Blame, Finding};
use super::driver::{ClientName, Hello, Trouble};
use super::redact::Redactor;
use super::transcript::{Recorded, Transcript};
use super::{CaseResult, Options, Run, Verdict, Watch, broke, exchange, unsupported};
use crate::document::Location;
use crate::plan::case::{Case, ExpectedRequest, Serve, ServedResponse};
use crate::plan::{Plan, source_of};

mod answer;
mod question;

use question::{Part, Question};

/// The most that is read of an answer, in bytes.
const LARGEST: usize = 1024 * 1024;

/// The headers of an answer that are shown: the others differ from call to call.
const SHOWN: &[&str] = &["content-type", "location", "retry-after", "www-authenticate"];

/// Why a status was not judged.
const UNREACHABLE: &str = "not reachable: nothing that can be sent from outside provoked it";

/// Why the variations of a call were not judged.
const REFUSED_ANYWAY: &str = "the server refuses the smallest documented call already";

/// A server under test.
#[derive(Debug)]
pub struct Server {
    base: Url,
    http: reqwest::Client,
    credentials: BTreeMap<String, String>,
}

impl Server {
    /// A server by its base URL, which stands for the one the document names.
    ///
    /// # Errors
    ///
    /// One line when the URL is none that requests can be sent to. It does not show the URL, which may hold a secret.
    pub fn new(url: &str) -> Result<Self, String> {
        let base = Url::parse(url).map_err(|error| {
            format!("the server is no URL ({error}); give one like http://127.0.0.1:4010")
        })?;
        if !["http", "https"].contains(&base.scheme()) {
            return Err(format!(
                "the server is at a {} URL; give an http or https one, like http://127.0.0.1:4010",
                base.scheme()
            ));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err("the URL has a user name or password in it; leave them out".to_owned());
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err("the URL has a query or a fragment; give the base URL alone".to_owned());
        }
        // No proxy either: that would be another place, and would see the credential.
        let http = reqwest::Client::builder().redirect(redirect::Policy::none()).referer(false).no_proxy();
        let http = http.build().map_err(|error| format!("no HTTP client can be built: {error}"))?;
        Ok(Self { base, http, credentials: BTreeMap::new() })
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.base)
    }

    /// Sends this credential in place of the sample, by the provider's name for it.
    pub fn give(&mut self, name: String, value: String) {
        self.credentials.insert(name, value);
    }

    /// Keeps the cases that can be asked of a server: documented statuses, arguments, credentials.
    pub fn select(plan: &mut Plan) {
        let sources = &plan.sources;
        plan.cases.retain(|case| {
            source_of(sources, case).is_some_and(|source| Question::of(source, case).is_some())
        });
    }

    /// Asks every case of a plan, one after the other.
    ///
    /// # Errors
    ///
    /// When no request reaches the server at all.
    pub async fn run(&self, plan: &Plan, options: Options, watch: Watch<'_>) -> io::Result<Run> {
        let began = Instant::now();
        let mut taken = BTreeMap::new();
        let mut asked: Vec<Asked> = Vec::new();
        for case in &plan.cases {
            let one = match self.ask(plan, case, options, &mut taken).await {
                // What was learned before the server went away is worth a report.
                Err(error) if asked.iter().any(Asked::is_answered) => {
                    let trouble = Trouble { blame: Blame::Server, ..error.to_string().into() };
                    Asked::unplayed(broke(case, trouble))
                }
                one => one?,
            };
            asked.push(one);
            asked.last().inspect(|one| watch(&one.result));
        }
        let results = asked.iter().map(|one| settled(one, &asked)).collect();
        Ok(Run { client: self.hello(), options, results, elapsed: began.elapsed() })
    }

    fn hello(&self) -> Hello {
        let client =
            ClientName { name: self.base.to_string(), version: String::new(), language: "any".to_owned() };
        Hello { protocol: 1, client, operations: Vec::new(), concurrency: 1 }
    }

    async fn ask(&self, plan: &Plan, case: &Case, options: Options, taken: &mut Taken) -> io::Result<Asked> {
        let began = Instant::now();
        let question = plan.source(case).and_then(|source| Question::of(source, case));
        let Some(question) = question else { return Ok(Asked::unplayed(unsupported(case))) };
        if question.part == Part::Status {
            return Ok(Asked { waits: true, ..Asked::unplayed(left(case, UNREACHABLE)) });
        }
        let operation = question.call.id();
        if question.is_variation() && taken.get(&operation) == Some(&false) {
            return Ok(Asked::unplayed(left(case, REFUSED_ANYWAY)));
        }
        let given = self.credentials.get(&question.call.credential().name);
        let request = match question.request(case, given) {
            Ok(request) => request,
            Err(why) => return Ok(Asked::unplayed(left(case, why))),
        };
        match self.send(&question, &request, options.timeout).await {
            Ok(served) => {
                if question.part == Part::Success {
                    taken.insert(operation, served.code < 300);
                }
                let result = judge(case, &question, &request, &served, given);
                let response = question.call.operation.response(served.code);
                Ok(Asked {
                    result: CaseResult { elapsed: began.elapsed(), ..result },
                    response: response.map(|response| response.location.clone()),
                    waits: false,
                })
            }
            Err(error) if error.is_builder() => {
                Ok(Asked::unplayed(left(case, "HTTP cannot carry this value here")))
            }
            Err(error) if error.is_connect() => {
                let why = innermost(&error.without_url());
                Err(io::Error::other(format!("{} cannot be reached: {why}", self.base)))
            }
            Err(error) => {
                let says = format!("the server did not answer: {}", innermost(&error.without_url()));
                Ok(Asked::unplayed(broke(case, Trouble { blame: Blame::Server, ..says.into() })))
            }
        }
    }

    async fn send(
        &self,
        question: &Question<'_>,
        request: &ExpectedRequest,
        timeout: Duration,
    ) -> reqwest::Result<ServedResponse> {
        let prefix = question.call.prefix();
        let path = request.uri.strip_prefix(&prefix).unwrap_or(&request.uri);
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

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

async fn served(mut response: reqwest::Response) -> reqwest::Result<ServedResponse> {
    let headers = SHOWN.iter().filter_map(|name| {
        let value = response.headers().get(*name)?;
        Some(((*name).to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
    });
    let (code, headers) = (response.status().as_u16(), headers.collect());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk[..chunk.len().min(LARGEST - body.len())]);
        if body.len() == LARGEST {
            break;
        }
    }
    Ok(ServedResponse { code, headers, body: String::from_utf8_lossy(&body).into_owned(), padding: 0 })
}

/// The cause that says most: the others only name the library's layers.
fn innermost(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}

/// Whether a server takes the smallest documented call of each operation.
type Taken = BTreeMap<String, bool>;

/// What came of one case, and which documented response it was.
struct Asked {
    result: CaseResult,
    response: Option<Location>,
    /// Whether it waits for a response that another case provokes.
    waits: bool,
}

impl Asked {
    fn unplayed(result: CaseResult) -> Self {
        Self { result, response: None, waits: false }
    }

    fn is_answered(&self) -> bool {
        !self.result.exchange.is_empty()
    }
}

fn left(case: &Case, why: &str) -> CaseResult {
    CaseResult { unsupported: Some(why.to_owned()), ..unsupported(case) }
}

fn judge(
    case: &Case,
    question: &Question<'_>,
    request: &ExpectedRequest,
    served: &ServedResponse,
    given: Option<&String>,
) -> CaseResult {
    let redactor = redactor(question, given);
    let transcript = Transcript {
        api: vec![recorded(request)],
        served: vec![Serve::Response(served.clone())],
        ..Transcript::default()
    };
    let exchange = redactor.text(&exchange::text(&transcript));
    if let Some(why) = question.undecided(served.code) {
        return CaseResult { exchange, ..left(case, &why) };
    }
    let findings = answer::check(question, case, served, &redactor);
    CaseResult { verdict: verdict(&findings), findings, exchange, ..unsupported(case) }
}

fn verdict(findings: &[Finding]) -> Verdict {
    if findings.is_empty() { Verdict::Pass } else { Verdict::Fail }
}

/// Takes out the credential in use, and the signatures that the server gave.
fn redactor(question: &Question<'_>, given: Option<&String>) -> Redactor {
    let source = question.call.source;
    let mut redactor = Redactor::new(source);
    redactor.take_signatures();
    if let Some(secret) = given {
        redactor.secret(secret, &format!("[{}]", source.provider.credential().name));
    }
    redactor
}

fn recorded(request: &ExpectedRequest) -> Recorded {
    let query = request.query();
    let pairs = url::form_urlencoded::parse(query.trim_start_matches('?').as_bytes());
    let mut headers: Vec<(String, String)> = request.headers.clone().into_iter().collect();
    headers.extend(request.body_media_type.iter().map(|value| ("content-type".to_owned(), value.clone())));
    Recorded {
        method: request.method.clone(),
        path: request.uri.clone(),
        query: pairs.into_owned().collect(),
        headers,
        body: request.content().unwrap_or_default(),
    }
}

/// The result of a case; of one that waits for a response, that of a case which provoked it: a broken
/// answer only where no right one came.
fn settled(one: &Asked, all: &[Asked]) -> CaseResult {
    let case = &one.result.case;
    let provoked = all.iter().filter(|other| one.waits && other.response.as_ref() == Some(&case.location));
    let best = provoked.min_by_key(|other| answer::of_response(&other.result.findings).len());
    let Some(best) = best else { return one.result.clone() };
    let findings = answer::of_response(&best.result.findings);
    let exchange = best.result.exchange.clone();
    CaseResult { verdict: verdict(&findings), findings, exchange, ..unsupported(case) }
}
