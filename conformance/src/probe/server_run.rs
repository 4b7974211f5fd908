//! One run against a server: what it has answered so far decides what its further responses mean.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::time::Instant;

use reqwest::{IntoUrl, Method, RequestBuilder};
use url::Url;

use super::exchange::{self, Received, Unanswered};
use super::question::{Aspect, Outgoing, Question};
use super::server_under_test::ServerUnderTest;
use super::{answer, undecided, upload};
use crate::check::finding::{Blame, Finding, Violation};
use crate::check::redact::Redactor;
use crate::check::transcript::Transcript;
use crate::check::transcript_text;
use crate::document::Location;
use crate::plan::Plan;
use crate::plan::case::{Case, Serve};
use crate::plan::source::Source;
use crate::result::{CaseResult, Options, Verdict, VerdictKind};
use crate::wire::message::{ExpectedRequest, RecordedRequest};

/// Why a status was not judged.
const NOT_REACHED: &str = "not reachable: no request produced this status";

/// After so many requests in a row without a response, no more are sent.
const MAX_UNANSWERED: usize = 5;

/// A run against a server.
pub(super) struct ServerRun<'a> {
    server: &'a ServerUnderTest,
    plan: &'a Plan,
    options: Options,
    /// One for each document, by its name. Making one takes longer than most requests.
    redactors: HashMap<&'a str, Redactor>,
    asked: Vec<Asked>,
    /// The response to the smallest documented call, by provider and operation.
    smallest: BTreeMap<(String, String), Answered>,
    /// The status of each response.
    statuses: Vec<u16>,
    /// How many requests in a row had no response.
    unanswered: usize,
    /// Whether a request to delete something has succeeded.
    has_deleted: bool,
}

/// A response, or why there is none.
type Answered = Result<Received, Unanswered>;

/// The result of one case, and which documented response it was.
struct Asked {
    result: CaseResult,
    response: Option<Location>,
    /// Whether it waits for a response that the request of another case produces.
    waits: bool,
}

impl Asked {
    fn unplayed(case: &Case, why: impl Into<String>) -> Self {
        Self::from(CaseResult::new(case, Verdict::Unsupported(why.into())))
    }

    fn failed(case: &Case, message: String) -> Self {
        Self::from(CaseResult::error(case, Blame::Server, message))
    }
}

impl From<CaseResult> for Asked {
    fn from(result: CaseResult) -> Self {
        Self { result, response: None, waits: false }
    }
}

impl<'a> ServerRun<'a> {
    pub(super) fn new(server: &'a ServerUnderTest, plan: &'a Plan, options: Options) -> Self {
        let redactor = |source: &'a Source| (&*source.document.name, server.redactor(source));
        Self {
            server,
            plan,
            options,
            redactors: plan.sources.iter().map(redactor).collect(),
            asked: Vec::new(),
            smallest: BTreeMap::new(),
            statuses: Vec::new(),
            unanswered: 0,
            has_deleted: false,
        }
    }

    /// Asks one case.
    pub(super) async fn ask(&mut self, case: &Case) -> io::Result<&CaseResult> {
        let began = Instant::now();
        let mut asked = self.put(case).await?;
        asked.result.elapsed = began.elapsed();
        self.asked.push(asked);
        Ok(&self.asked[self.asked.len() - 1].result)
    }

    /// The results of all cases. If they say nothing about the server, also the reason.
    pub(super) fn end(self) -> (Vec<CaseResult>, Option<String>) {
        let nothing_judged = self.nothing_judged();
        let results = self.asked.iter().map(|one| {
            let result = self.settled(one);
            let is_judged = match result.verdict {
                Verdict::Error(_) => true,
                // A server that finds nothing at all has another URL, unless the caller says that it has this value.
                Verdict::Fail => self.statuses.first() != Some(&404) || self.has_server_value(&result.case),
                _ => false,
            };
            match nothing_judged.clone().filter(|_| !is_judged) {
                Some(why) => {
                    let findings =
                        if result.verdict.kind() == VerdictKind::Fail { Vec::new() } else { result.findings };
                    CaseResult { verdict: Verdict::Unsupported(why), findings, ..result }
                }
                None => result,
            }
        });
        (results.collect(), nothing_judged)
    }

    fn has_server_value(&self, case: &Case) -> bool {
        let question = self.plan.source(case).and_then(|source| Question::of(source, case));
        question.is_some_and(|question| question.has_server_value(case))
    }

    /// If every response has the same status, the responses show nothing. The exception is a status about the content of a request.
    /// 404 is one where each request has a value that only the server can know. Otherwise the URL of the server is probably wrong.
    fn nothing_judged(&self) -> Option<String> {
        let first = *self.statuses.first()?;
        let is_about_content = match first {
            404 => self.asked.iter().all(|one| self.has_server_value(&one.result.case)),
            status => matches!(status, 200..300 | 400 | 410 | 422),
        };
        let is_everywhere = self.statuses.iter().all(|status| *status == first);
        (is_everywhere && !is_about_content)
            .then(|| format!("nothing was judged, because every response was {first}"))
    }

    async fn put(&mut self, case: &Case) -> io::Result<Asked> {
        let question = self.plan.source(case).and_then(|source| Question::of(source, case));
        let Some(question) = question else { return Ok(Asked::unplayed(case, NOT_REACHED)) };
        match question.aspect {
            Aspect::Status => Ok(Asked { waits: true, ..Asked::unplayed(case, NOT_REACHED) }),
            _ if self.unanswered >= MAX_UNANSWERED => Ok(Asked::unplayed(
                case,
                format!("not asked: {MAX_UNANSWERED} requests in a row had no response"),
            )),
            Aspect::Success => {
                let answered = self.smallest(&question).await?;
                Ok(self.judge(
                    case,
                    &question,
                    &question.smallest_call(&self.server.credentials),
                    answered,
                    None,
                ))
            }
            Aspect::Upload | Aspect::AlteredSignature => self.upload(case, &question).await,
            _ => self.vary(case, &question).await,
        }
    }

    /// Asks a case whose request differs from the smallest documented call. Its refusal shows something only if that call is
    /// accepted.
    async fn vary(&mut self, case: &Case, question: &Question<'a>) -> io::Result<Asked> {
        let request = match question.request(case, &self.server.credentials) {
            Ok(request) => request,
            Err(why) => return Ok(Asked::unplayed(case, why)),
        };
        let smallest = self.smallest(question).await?;
        let refused = self.refusal(question, &smallest);
        if let (Some(why), true) = (&refused, question.aspect != Aspect::Credential) {
            return Ok(Asked::unplayed(case, why));
        }
        let answered = self.send(question, &request).await?;
        Ok(self.judge(case, question, &request, answered, refused))
    }

    /// Why the smallest documented call was not accepted, if it was not.
    fn refusal(&self, question: &Question<'a>, smallest: &Answered) -> Option<String> {
        let status = match smallest {
            Ok(received) if received.is_success() => return None,
            Ok(received) => received.status,
            Err(_) => return Some("not asked: the smallest documented call has no response".to_owned()),
        };
        let case = question.smallest_case();
        let why = undecided::reason(question, Aspect::Success, &case, status, self.has_deleted);
        Some(why.unwrap_or_else(|| {
            format!("undecided: the server answered {status} to the smallest documented call")
        }))
    }

    /// The response to the smallest documented call. It is sent once.
    async fn smallest(&mut self, question: &Question<'a>) -> io::Result<Answered> {
        let plan = &question.plan;
        let operation = (plan.source.provider.name.clone(), plan.operation.id.clone());
        if let Some(known) = self.smallest.get(&operation) {
            return Ok(known.clone());
        }
        let answered = self.send(question, &question.smallest_call(&self.server.credentials)).await?;
        self.smallest.insert(operation, answered.clone());
        Ok(answered)
    }

    /// Sends a request to the server.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached and has answered nothing yet.
    async fn send(&mut self, question: &Question<'a>, outgoing: &Outgoing) -> io::Result<Answered> {
        let Outgoing { request, content } = outgoing;
        let mut sent = self.request(&request.method, self.url(question, request));
        for (name, value) in request.sent_headers() {
            sent = sent.header(name, value);
        }
        if let (Some(content), Some(media_type)) = (content, &request.body_media_type) {
            sent = sent.header("content-type", media_type).body(content.clone());
        }
        let answered = exchange::send(sent, self.options.timeout).await;
        match &answered {
            Ok(received) => {
                self.unanswered = 0;
                self.statuses.push(received.status);
                self.has_deleted |= request.method == "DELETE" && received.is_success();
            }
            Err(Unanswered::Unreachable(why)) if self.statuses.is_empty() => {
                return Err(io::Error::other(format!("--server: {}", self.unreachable(why))));
            }
            Err(Unanswered::NotSendable) => {}
            Err(_) => self.unanswered += 1,
        }
        Ok(answered)
    }

    fn request(&self, method: &str, url: impl IntoUrl) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
        self.server.http.request(method, url)
    }

    fn unreachable(&self, why: &str) -> String {
        format!("{} cannot be reached: {why}; start the server or correct the URL", self.server.base)
    }

    /// The URL of a request: the path of the operation is appended to that of the server.
    fn url(&self, question: &Question<'a>, request: &ExpectedRequest) -> String {
        let path = request.uri.strip_prefix(&question.plan.shape.prefix).unwrap_or(&request.uri);
        format!("{}{path}{}", self.server.base.as_str().trim_end_matches('/'), request.query())
    }

    /// The result of a case. `refused` is why its refusal shows nothing.
    fn judge(
        &self,
        case: &Case,
        question: &Question<'a>,
        outgoing: &Outgoing,
        answered: Answered,
        refused: Option<String>,
    ) -> Asked {
        let sent = self.shown(question, outgoing);
        let received = match answered {
            Ok(received) => received,
            Err(Unanswered::NotSendable) => {
                return Asked::unplayed(case, "HTTP cannot carry this value at this place");
            }
            Err(Unanswered::Unreachable(why)) => return Asked::failed(case, self.unreachable(&why)),
            Err(Unanswered::NoResponse(why)) => {
                let broken = vec![answer::missing(question, &why)];
                return self.result(case, question, (sent, None), broken, None).into();
            }
        };
        let undecided = undecided::reason(question, question.aspect, case, received.status, self.has_deleted);
        let undecided = undecided.or(refused.filter(|_| received.status >= 400));
        let mut broken = answer::of_response(question, &received);
        if undecided.is_none() {
            broken.extend(answer::to_question(question, case, &received));
        }
        let unread =
            received.is_cut.then(|| "undecided: the body of the response is longer than 1 MiB".to_owned());
        let result = self.result(case, question, (sent, Some(&received)), broken, undecided.or(unread));
        let response = question.plan.operation.response(received.status);
        Asked { response: response.map(|response| response.location.clone()), ..result.into() }
    }

    /// The request as reports show it.
    fn shown(&self, question: &Question<'a>, Outgoing { request, content }: &Outgoing) -> RecordedRequest {
        let url = Url::parse(&self.url(question, request));
        let body = content.as_deref().map(String::from_utf8_lossy).unwrap_or_default().into_owned();
        let received = request.as_received();
        RecordedRequest { path: url.map_or(received.path, |url| url.path().to_owned()), body, ..received }
    }

    /// Makes the first step again, and sends an upload to the pre-signed URL of its response.
    async fn upload(&mut self, case: &Case, question: &Question<'a>) -> io::Result<Asked> {
        let first = question.smallest_call(&self.server.credentials);
        let answered = self.send(question, &first).await?;
        let (method, url) = match self.presigned(case, question, &first, &answered) {
            Ok(target) => target,
            Err(asked) => return Ok(*asked),
        };
        let sent = upload::shown(&method, &url);
        let is_own_host = url.host() == self.server.base.host();
        let answered =
            exchange::send(self.request(&method, url).body(upload::MEDIA), self.options.timeout).await;
        let (broken, undecided) = match upload::judge(question.aspect, &answered, is_own_host) {
            Ok(broken) => (broken.into_iter().collect(), None),
            Err(why) => (Vec::new(), Some(why)),
        };
        Ok(self.result(case, question, (sent, answered.as_ref().ok()), broken, undecided).into())
    }

    /// The method and the URL of the upload, as the response to the first step gives it.
    ///
    /// # Errors
    ///
    /// The result of the case, when there is no such URL.
    fn presigned(
        &self,
        case: &Case,
        question: &Question<'a>,
        first: &Outgoing,
        answered: &Answered,
    ) -> Result<(String, Url), Box<Asked>> {
        let unplayed = |why: String| Box::new(Asked::unplayed(case, format!("not reachable: {why}")));
        let received = answered.as_ref();
        let received =
            received.map_err(|_| unplayed("the first step of the upload has no response".to_owned()))?;
        let status = received.status;
        let flow = question.plan.source.provider.flows.upload.as_ref().filter(|_| received.is_success());
        let flow =
            flow.ok_or_else(|| unplayed(format!("the first step of the upload was answered with {status}")))?;
        let url = upload::url(&received.body, &flow.url, &self.server.base).map_err(|broken| {
            // The case of the right upload has the finding.
            if question.aspect == Aspect::AlteredSignature {
                return unplayed("the response has no URL for an upload".to_owned());
            }
            let exchange = (self.shown(question, first), Some(received));
            Box::new(self.result(case, question, exchange, vec![broken], None).into())
        })?;
        let url = match question.aspect {
            Aspect::AlteredSignature => upload::with_altered_signature(&url),
            _ => Some(url),
        };
        let url = url.ok_or_else(|| unplayed(upload::UNSIGNED.to_owned()))?;
        Ok((flow.method.clone(), url))
    }

    /// The result of a case whose request was sent.
    fn result(
        &self,
        case: &Case,
        question: &Question<'a>,
        (sent, received): (RecordedRequest, Option<&Received>),
        broken: Vec<Violation>,
        undecided: Option<String>,
    ) -> CaseResult {
        let redactor = &self.redactors[&*question.plan.source.document.name];
        let served = received.map(|received| Serve::Response(received.shown()));
        let transcript =
            Transcript { api: vec![sent], served: served.into_iter().collect(), ..Transcript::default() };
        let exchange = transcript_text::text(&transcript, redactor);
        let broken = broken.into_iter();
        let findings = broken.map(|violation| answer::finding(question, case, violation, redactor)).collect();
        self.verdict(case, findings, exchange, undecided)
    }

    fn verdict(
        &self,
        case: &Case,
        findings: Vec<Finding>,
        exchange: String,
        undecided: Option<String>,
    ) -> CaseResult {
        let is_broken = findings.iter().any(|one| self.options.is_failure(one.level));
        let verdict = match undecided {
            _ if is_broken => Verdict::Fail,
            Some(why) => Verdict::Unsupported(why),
            None => Verdict::Pass,
        };
        CaseResult { findings, exchange, ..CaseResult::new(case, verdict) }
    }

    /// The result of a case. A case that waits for a response gets the result of a case whose request produced it, preferably one
    /// without findings.
    fn settled(&self, one: &Asked) -> CaseResult {
        if !one.waits {
            return one.result.clone();
        }
        let case = &one.result.case;
        let others = self.asked.iter().filter(|other| other.response.as_ref() == Some(&case.location));
        let best = others.min_by_key(|other| answer::about_response(&other.result.findings).len());
        let Some(best) = best else { return one.result.clone() };
        self.verdict(case, answer::about_response(&best.result.findings), best.result.exchange.clone(), None)
    }
}
