//! Running: each case against mock servers of its own, through a driver.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value};

use crate::plan::case::{Case, STORAGE};
use crate::plan::{FactId, Plan, Source};

pub mod api;
pub mod built_in;
pub mod check;
pub mod driver;
pub mod exchange;
pub mod glob;
pub mod known_failing;
pub mod line;
pub mod media;
pub mod process;
pub mod redact;
pub mod rule;
pub mod server;
pub mod storage;
pub mod time;
pub mod transcript;

use api::Api;
use check::{Blame, Finding, Level};
use driver::{Answer, Driver, Hello, Request, Spoiled, Trouble};
use redact::{Redactor, shorten};
use storage::{Script, Storage};
use time::Time;
use transcript::Transcript;

/// The most cases in flight, whatever a driver declares and however many files may be open.
const AT_ONCE: usize = 64;

/// Whoever is shown each result as it comes.
pub type Watch<'a> = &'a (dyn Fn(&CaseResult) + Sync);

/// What came of a run.
#[derive(Debug)]
pub struct Run {
    /// The client under test.
    pub client: Hello,
    /// How it was judged.
    pub options: Options,
    /// One result a planned case, in the plan's order.
    pub results: Vec<CaseResult>,
    /// How long the run took.
    pub elapsed: Duration,
}

/// What came of one case.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The case.
    pub case: Case,
    /// The verdict.
    pub verdict: Verdict,
    /// Every broken rule.
    pub findings: Vec<Finding>,
    /// The exchange as text, secrets and addresses redacted.
    pub exchange: String,
    /// Why the case could not be judged.
    pub trouble: Option<Trouble>,
    /// Why the case could not be played, where that is not simply that the client has no such call.
    pub unsupported: Option<String>,
    /// Why the case is known to fail, if it is listed as such.
    pub known_failing: Option<String>,
    /// How long the case took.
    pub elapsed: Duration,
}

/// The verdict on one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every rule holds.
    Pass,
    /// A rule is broken.
    Fail,
    /// The client has no such call.
    Unsupported,
    /// A rule is broken, as is known.
    KnownFailing,
    /// The suite or its driver broke.
    Error,
}

impl Verdict {
    /// Every verdict; each planned case has one of them.
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

/// How to judge.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether a broken should fails its case too.
    pub strict: bool,
    /// How long a driver may take over one case.
    pub timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { strict: false, timeout: Duration::from_secs(10) }
    }
}

/// Runs every case of a plan.
///
/// # Errors
///
/// When the suite cannot even begin: no folder for the media, no port.
pub async fn run(plan: &Arc<Plan>, driver: &Arc<dyn Driver>, options: Options) -> io::Result<Run> {
    watched(plan, driver, options, &|_| ()).await
}

/// Runs every case of a plan, and shows each result as it comes.
///
/// # Errors
///
/// As [`run`].
pub async fn watched(
    plan: &Arc<Plan>,
    driver: &Arc<dyn Driver>,
    options: Options,
    watch: Watch<'_>,
) -> io::Result<Run> {
    let began = Instant::now();
    let folder = tempfile::tempdir()?;
    let mut results = all(plan, driver, options, folder.path(), watch).await?;
    let mut spoiled = driver.end().await;
    for (index, result) in results.iter_mut().enumerate().filter(|(_, result)| result.is_in_doubt()) {
        *result = one(plan, index, &**driver, options, folder.path()).await;
        spoiled.extend(driver.end().await);
    }
    for Spoiled { case, trouble } in spoiled {
        if let Some(result) = results.iter_mut().find(|result| result.case.id == case) {
            *result = redacted(plan, broke(&result.case, trouble));
        }
    }
    Ok(Run { client: driver.hello().clone(), options, results, elapsed: began.elapsed() })
}

/// Plays every case, as many at once as the driver takes.
async fn all(
    plan: &Arc<Plan>,
    driver: &Arc<dyn Driver>,
    options: Options,
    folder: &Path,
    watch: Watch<'_>,
) -> io::Result<Vec<CaseResult>> {
    let tasks = (0..plan.cases.len()).map(|index| {
        let (plan, driver, folder) = (Arc::clone(plan), Arc::clone(driver), folder.to_owned());
        let playing = async move { (index, one(&plan, index, &*driver, options, &folder).await) };
        async move { tokio::spawn(playing).await.map_err(io::Error::other) }
    });
    let at_once = driver.hello().concurrency.clamp(1, AT_ONCE.min(affordable()));
    // Ordered afterwards: in order, a slow case would keep others from beginning.
    let played = stream::iter(tasks).buffer_unordered(at_once).inspect_ok(|(_, result)| watch(result));
    let mut results: Vec<_> = played.try_collect().await?;
    results.sort_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// How many cases the limit of open files allows at once: each needs some for its servers and the
/// connections to them, and all share a few.
#[cfg(unix)]
fn affordable() -> usize {
    const SHARED: u64 = 32;
    const EACH: u64 = 16;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(AT_ONCE, |limit| (limit.saturating_sub(SHARED) / EACH).clamp(1, AT_ONCE as u64) as usize)
}

#[cfg(not(unix))]
fn affordable() -> usize {
    AT_ONCE
}

async fn one(plan: &Plan, index: usize, driver: &dyn Driver, options: Options, folder: &Path) -> CaseResult {
    let began = Instant::now();
    let case = &plan.cases[index];
    let result = match plan.source(case) {
        Some(source) => run_case(source, case, driver, options, folder).await,
        None => broke(case, of_suite("the case's document is not in the plan".to_owned())),
    };
    CaseResult { elapsed: began.elapsed(), ..redacted(plan, result) }
}

/// What a driver says may be of other cases, and so of any provider's secrets. It is cut only then:
/// half a secret is one that no redaction finds.
fn redacted(plan: &Plan, mut result: CaseResult) -> CaseResult {
    if let Some(trouble) = &mut result.trouble {
        for redactor in plan.sources.iter().map(Redactor::new) {
            trouble.says = redactor.text(&trouble.says);
            trouble.log = redactor.text(&trouble.log);
        }
        trouble.says = shorten(&trouble.says);
    }
    result
}

/// Runs one case.
pub async fn run_case(
    source: &Source,
    case: &Case,
    driver: &dyn Driver,
    options: Options,
    folder: &Path,
) -> CaseResult {
    if !driver.offers(&case.provider, &case.operation) {
        return unsupported(case);
    }
    match exchange(source, case, driver, options, folder).await {
        Ok((case, transcript, redactor)) => judge(source, &case, &transcript, &redactor, options),
        Err(error) => broke(case, of_suite(format!("the mock servers could not run: {error}"))),
    }
}

/// Starts the servers, makes the call, and takes down what happened; with it the case as it was
/// played, the storage's address in its place.
async fn exchange(
    source: &Source,
    case: &Case,
    driver: &dyn Driver,
    options: Options,
    folder: &Path,
) -> io::Result<(Case, Transcript, Redactor)> {
    let time = Time::default();
    let file = media_file(case, folder)?;
    let changes = case.media.and_then(|media| media.change);
    let script =
        Script { steps: case.storage.clone(), change: file.clone().zip(changes), time: time.clone() };
    let storage = Storage::start(script).await?;
    let case = case.placed(storage.base_url());
    let api = Api::start(&case.serve, &time).await?;
    let mut redactor = Redactor::new(source);
    redactor.replace(&format!("http://{}", api.address()), "{api}");
    redactor.replace(storage.base_url(), STORAGE);
    if let Some(file) = &file {
        redactor.replace(&file.display().to_string(), "{file}");
    }
    let called = driver.call(request(source, &case, &api, file, &time, options));
    // A process driver keeps the time itself, its start apart; this is for one that does not.
    let answered = tokio::time::timeout(options.timeout * 3, called).await;
    let answer = answered.unwrap_or_else(|_| Err("the driver never answered".into()));
    let waited = time.waited();
    let transcript = Transcript {
        api: api.requests().await,
        storage: storage.puts(),
        served: case.serve.clone(),
        waited: if waited.is_empty() { api.pauses() } else { waited },
        trouble: answer.as_ref().err().cloned(),
        answer: answer.ok(),
    };
    Ok((case, transcript, redactor))
}

fn media_file(case: &Case, folder: &Path) -> io::Result<Option<PathBuf>> {
    let file = case.media.map(|media| match media.change {
        Some(_) => media::changing(folder, media.bytes),
        None => media::file(folder, media.bytes),
    });
    file.transpose()
}

fn request(
    source: &Source,
    case: &Case,
    api: &Api,
    file: Option<PathBuf>,
    time: &Time,
    options: Options,
) -> Request {
    let credential = source.provider.credential();
    let mut arguments = case.params.clone();
    if let Some(file) = file {
        arguments.insert("file".to_owned(), Value::String(file.display().to_string()));
    }
    let given = case.credential.clone().unwrap_or(Value::String(credential.sample));
    Request {
        case: case.id.clone(),
        provider: case.provider.clone(),
        operation: case.operation.clone(),
        base_url: format!("http://{}", api.address()),
        credentials: Map::from_iter([(credential.name, given)]),
        arguments,
        timeout_ms: options.timeout.as_millis() as u64,
        time: time.clone(),
    }
}

fn judge(
    source: &Source,
    case: &Case,
    transcript: &Transcript,
    redactor: &Redactor,
    options: Options,
) -> CaseResult {
    if let Some(Answer::Unsupported(_)) = transcript.answer {
        return unsupported(case);
    }
    let findings = match transcript.trouble {
        Some(_) => Vec::new(),
        None => check::check(source, case, transcript, redactor),
    };
    let broken = findings.iter().any(|finding| options.strict || finding.level == Level::Must);
    let verdict = match (&transcript.trouble, broken) {
        (Some(_), _) => Verdict::Error,
        (None, true) => Verdict::Fail,
        (None, false) => Verdict::Pass,
    };
    CaseResult {
        verdict,
        findings,
        exchange: redactor.text(&exchange::text(transcript)),
        trouble: transcript.trouble.as_ref().map(|trouble| Trouble {
            says: redactor.text(&trouble.says),
            log: redactor.text(&trouble.log),
            ..trouble.clone()
        }),
        ..unsupported(case)
    }
}

fn unsupported(case: &Case) -> CaseResult {
    CaseResult {
        case: case.clone(),
        verdict: Verdict::Unsupported,
        findings: Vec::new(),
        exchange: String::new(),
        trouble: None,
        unsupported: None,
        known_failing: None,
        elapsed: Duration::ZERO,
    }
}

fn of_suite(says: String) -> Trouble {
    Trouble { blame: Blame::Suite, ..says.into() }
}

fn broke(case: &Case, trouble: Trouble) -> CaseResult {
    CaseResult { trouble: Some(trouble), verdict: Verdict::Error, ..unsupported(case) }
}

impl CaseResult {
    /// Whether the case is listed as known to fail, and does not.
    pub fn is_listed_in_vain(&self) -> bool {
        self.known_failing.is_some() && matches!(self.verdict, Verdict::Pass | Verdict::Unsupported)
    }

    /// Whether the case holds, and good practice asks for more.
    pub fn is_warned(&self) -> bool {
        self.verdict == Verdict::Pass && !self.findings.is_empty()
    }

    /// Whether something is broken that a document forbids.
    pub fn breaks_a_must(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Must)
    }

    fn is_judged(&self) -> bool {
        matches!(self.verdict, Verdict::Pass | Verdict::Fail | Verdict::KnownFailing)
    }

    fn is_in_doubt(&self) -> bool {
        self.trouble.as_ref().is_some_and(|trouble| trouble.in_doubt)
    }
}

impl Run {
    /// How many cases have a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.results.iter().filter(|result| result.verdict == verdict).count()
    }

    /// The ids of the facts that cases of this run exercised: those that were judged.
    pub fn exercised(&self) -> HashSet<&FactId> {
        let judged = self.results.iter().filter(|result| result.is_judged());
        judged.flat_map(|result| &result.case.facts).collect()
    }
}
