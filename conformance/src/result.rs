//! The results of a run: a verdict for each case.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::finding::{Blame, Finding, Level};
use crate::check::redact::shorten;
use crate::plan::case::Case;
use crate::plan::fact::FactId;
use crate::plan::{Plan, Unexercised};
use crate::style::{cut, visible};

/// The results of a run.
#[derive(Debug)]
pub struct Run {
    /// The client or server under test.
    pub client: DriverInfo,
    /// How it was judged.
    pub options: Options,
    /// One result for each planned case, in the order of the plan.
    pub results: Vec<CaseResult>,
    /// Why the run ended before all cases were played; none when it did not.
    pub ended_early: Option<String>,
    /// How long the run took.
    pub elapsed: Duration,
    /// The reason, if the results as a whole say nothing about the server under test.
    pub nothing_judged: Option<String>,
}

impl Run {
    /// The same run with each string of the client or the driver cut to this many bytes.
    pub(crate) fn shortened(&self, most: usize) -> Self {
        let results = self.results.iter().map(|result| result.shortened(most)).collect();
        Self {
            client: self.client.clone(),
            options: self.options,
            results,
            elapsed: self.elapsed,
            ended_early: self.ended_early.clone(),
            nothing_judged: self.nothing_judged.clone(),
        }
    }

    /// The number of cases with a verdict.
    pub fn count(&self, kind: VerdictKind) -> usize {
        self.results.iter().filter(|result| result.verdict.kind() == kind).count()
    }

    /// The ids of the facts that the judged cases of this run exercised.
    pub fn exercised(&self) -> HashSet<&FactId> {
        let judged = self.results.iter().filter(|result| result.verdict.is_judged());
        judged.flat_map(|result| &result.case.facts).collect()
    }

    /// The facts of the plan that no judged case of this run exercised, each with the reason.
    pub fn unexercised<'a>(&self, plan: &'a Plan) -> Vec<Unexercised<'a>> {
        let exercised = self.exercised();
        let mut all = plan.unexercised();
        let known: HashSet<&FactId> = all.iter().map(|one| &one.fact.id).collect();
        let planned =
            plan.facts.iter().filter(|fact| !known.contains(&fact.id) && !exercised.contains(&fact.id));
        let mut first_with: HashMap<&FactId, &CaseResult> = HashMap::new();
        for result in self.results.iter().filter(|result| !result.verdict.is_judged()) {
            for fact in &result.case.facts {
                first_with.entry(fact).or_insert(result);
            }
        }
        let unjudged = planned.map(|fact| {
            let reason = match first_with.get(&fact.id).map(|result| &result.verdict) {
                Some(Verdict::Unsupported(reason)) => reason.clone(),
                _ => "no case that exercises it could be judged".to_owned(),
            };
            Unexercised { fact, reason }
        });
        let unjudged: Vec<_> = unjudged.collect();
        all.extend(unjudged);
        all
    }
}

/// What a driver reports about itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DriverInfo {
    /// The version of the protocol: 1.
    pub protocol: u32,
    /// The client under test.
    pub client: ClientName,
    /// The operations that the client offers, as `operation` or `provider/operation`.
    pub operations: Vec<String>,
    /// The number of cases that the driver takes at once; 1 when it does not say.
    #[serde(default = "one")]
    pub concurrency: usize,
}

fn one() -> usize {
    1
}

impl DriverInfo {
    /// The same without invisible characters and with each string cut to one line: a driver may say anything.
    pub(crate) fn shortened(&self) -> Self {
        const MAX_OPERATIONS: usize = 2_000;
        let line = |text: &str| shorten(&visible(text).replace(['\n', '\t'], " "));
        let ClientName { name, version, language } = &self.client;
        let client = ClientName { name: line(name), version: line(version), language: line(language) };
        let operations =
            self.operations.iter().take(MAX_OPERATIONS).map(|operation| line(operation)).collect();
        Self { client, operations, ..*self }
    }
}

/// The client under test.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClientName {
    /// Its name.
    pub name: String,
    /// Its version; empty when the driver does not say.
    #[serde(default)]
    pub version: String,
    /// The language that it is written in; empty when the driver does not say.
    #[serde(default)]
    pub language: String,
}

/// How to judge.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether a broken recommendation (a should) fails its case too.
    pub strict: bool,
    /// What a run must have besides cases that conform.
    pub required: Requirements,
    /// How long a driver may take for one case.
    pub timeout: Duration,
}

/// What a run must have to be complete. By default nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Requirements {
    /// Each documented fact is in a judged case.
    pub facts: bool,
    /// The client offers what each case needs.
    pub operations: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { strict: false, required: Requirements::default(), timeout: Duration::from_secs(10) }
    }
}

impl Options {
    /// Whether a finding with this level fails its case.
    pub fn is_failure(&self, level: Level) -> bool {
        self.strict || level == Level::Must
    }
}

/// A function that is called with each result as it comes.
pub type OnResult<'a> = &'a (dyn Fn(&CaseResult) + Sync);

/// The result of one case.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The case.
    pub case: Case,
    /// The verdict.
    pub verdict: Verdict,
    /// Every broken rule.
    pub findings: Vec<Finding>,
    /// The exchange as text, with secrets and addresses redacted.
    pub exchange: String,
    /// The reason given in the list of known failures, when the case is listed and its verdict is not known-failing.
    pub listed: Option<String>,
    /// How long the case took.
    pub elapsed: Duration,
}

impl CaseResult {
    /// A result without findings.
    pub fn new(case: &Case, verdict: Verdict) -> Self {
        Self {
            case: case.clone(),
            verdict,
            findings: Vec::new(),
            exchange: String::new(),
            listed: None,
            elapsed: Duration::ZERO,
        }
    }

    pub(crate) fn error(case: &Case, blame: Blame, message: String) -> Self {
        Self::new(case, Verdict::Error(DriverError { message, blame, ..DriverError::default() }))
    }

    /// The reason given in the list of known failures, when the case was expected to fail and did not.
    pub fn unexpected_pass(&self) -> Option<&str> {
        let held = matches!(self.verdict, Verdict::Pass | Verdict::Unsupported(_));
        self.listed.as_deref().filter(|_| held)
    }

    /// Whether the case passes although a recommendation is broken.
    pub fn has_warning(&self) -> bool {
        matches!(self.verdict, Verdict::Pass) && !self.findings.is_empty()
    }

    /// The same with each string of the client or the driver cut to this many bytes, and with fewer findings. Reports that would
    /// be too long are made of such results.
    pub(crate) fn shortened(&self, most: usize) -> Self {
        const BYTES_BY_FINDING: usize = 64;
        let mut short = self.clone();
        short.exchange = cut(&self.exchange, most).into_owned();
        if let Verdict::Error(error) = &mut short.verdict {
            error.log = cut(&error.log, most).into_owned();
        }
        short.findings.truncate((most / BYTES_BY_FINDING).max(1));
        for finding in &mut short.findings {
            finding.expected = cut(&finding.expected, most).into_owned();
            finding.actual = cut(&finding.actual, most).into_owned();
        }
        let left_out = self.findings.len() - short.findings.len();
        if let Some(last) = short.findings.last_mut().filter(|_| left_out > 0) {
            last.actual.push_str(&format!(" ({left_out} more findings are left out)"));
        }
        short
    }

    /// The findings that are warnings: broken recommendations that do not fail their case. The failure of a case that is known to
    /// fail is no warning.
    pub fn warnings(&self, options: Options) -> impl Iterator<Item = &Finding> {
        let is_known = matches!(self.verdict, Verdict::KnownFailing(_));
        let is_warning = move |finding: &&Finding| !is_known && !options.is_failure(finding.level);
        self.findings.iter().filter(is_warning)
    }

    /// Whether a requirement of the document is broken.
    pub fn breaks_a_must(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Must)
    }
}

/// The verdict on one case.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Every rule holds.
    Pass,
    /// A rule is broken.
    Fail,
    /// The case could not be played, for this reason.
    Unsupported(String),
    /// A rule is broken, and the list of known failures names the case, for this reason.
    KnownFailing(String),
    /// The case could not be judged: the driver, the server or the suite failed.
    Error(DriverError),
}

impl Verdict {
    /// The verdict without its data.
    pub fn kind(&self) -> VerdictKind {
        match self {
            Self::Pass => VerdictKind::Pass,
            Self::Fail => VerdictKind::Fail,
            Self::Unsupported(_) => VerdictKind::Unsupported,
            Self::KnownFailing(_) => VerdictKind::KnownFailing,
            Self::Error(_) => VerdictKind::Error,
        }
    }

    fn is_judged(&self) -> bool {
        matches!(self, Self::Pass | Self::Fail | Self::KnownFailing(_))
    }
}

/// A verdict without its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictKind {
    /// Every rule holds.
    Pass,
    /// A rule is broken.
    Fail,
    /// The case could not be played.
    Unsupported,
    /// A rule is broken, as the list of known failures says.
    KnownFailing,
    /// The case could not be judged.
    Error,
}

impl VerdictKind {
    /// Every verdict. Each planned case has one of them.
    pub const ALL: [Self; 5] = [Self::Pass, Self::Fail, Self::Unsupported, Self::KnownFailing, Self::Error];

    /// The verdict as a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unsupported => "unsupported",
            Self::KnownFailing => "known-failing",
            Self::Error => "error",
        }
    }
}

/// Why a case could not be judged: the driver ended, printed something else than the protocol, or did not answer; or the server
/// or the suite failed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DriverError {
    /// What happened, in one line.
    #[serde(rename = "says")]
    pub message: String,
    /// What the driver logged since it was given the case.
    pub log: String,
    /// The party that has to fix it. The driver belongs to its client.
    pub blame: Blame,
    /// How the driver failed.
    #[serde(skip)]
    pub failure: Failure,
}

/// How a driver failed, as far as the rest of the run depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Failure {
    /// It gave no answer in time.
    Timeout,
    /// It exited or closed its standard output before it answered.
    Ended,
    /// It gave no answer, and its client sent no request.
    Silent,
    /// Another case in flight may be the cause. The case is played again by itself.
    Uncertain,
    /// In another way.
    #[default]
    Other,
}

impl<T: Into<String>> From<T> for DriverError {
    fn from(message: T) -> Self {
        Self { message: message.into(), ..Self::default() }
    }
}
