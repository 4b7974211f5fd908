//! Running: each case against mock servers of its own, through a driver.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use crate::check;
use crate::check::finding::{Blame, Level};
use crate::check::redact::{Redactor, shorten};
use crate::check::rule::RETRY_END;
use crate::check::transcript::{Answer, Transcript};
use crate::check::transcript_text;
use crate::mock::api::Api;
use crate::mock::media;
use crate::mock::storage::{Script, Storage};
use crate::mock::virtual_clock::VirtualClock;
use crate::plan::Plan;
use crate::plan::case::{Case, STORAGE};
use crate::plan::source::Source;
use crate::provider::ClientCredential;
use crate::result::{CaseResult, DriverError, OnResult, Options, Run, Verdict};
use crate::wire::credential;

pub mod built_in;
pub mod driver;
pub mod glob;
pub mod known_failing;
pub mod process;

use driver::{CaseLog, Driver, LateFailure, Request};

/// The most cases in flight, whatever the driver declares.
const MAX_CONCURRENCY: usize = 64;

/// The reason of the verdict when the client does not have the operation.
const NO_SUCH_CALL: &str = "the client has no such call";

/// Runs every case of a plan.
///
/// # Errors
///
/// When the suite cannot begin: the folder for the media cannot be made, or no port is free.
pub async fn run(plan: &Arc<Plan>, driver: Arc<dyn Driver>, options: Options) -> io::Result<Run> {
    run_with_progress(plan, driver, options, &|_| ()).await
}

/// Runs every case of a plan, and calls `on_result` with each result as it comes.
///
/// # Errors
///
/// Those of [`run`].
pub async fn run_with_progress(
    plan: &Arc<Plan>,
    driver: Arc<dyn Driver>,
    options: Options,
    on_result: OnResult<'_>,
) -> io::Result<Run> {
    let began = Instant::now();
    let folder = tempfile::tempdir()?;
    let mut results = play_all(plan, &driver, options, folder.path(), on_result).await?;
    let mut late = driver.end().await;
    let is_uncertain =
        |result: &CaseResult| matches!(&result.verdict, Verdict::Error(error) if error.is_uncertain);
    for (index, result) in results.iter_mut().enumerate().filter(|(_, result)| is_uncertain(result)) {
        *result = play(plan, index, &*driver, options, folder.path()).await;
        late.extend(driver.end().await);
    }
    for LateFailure { case, error } in late {
        if let Some(result) = results.iter_mut().find(|result| result.case.id == case) {
            *result = redacted(plan, CaseResult::new(&result.case, Verdict::Error(error)));
        }
    }
    Ok(Run { client: driver.info().clone(), options, results, elapsed: began.elapsed() })
}

/// Plays every case, as many at once as the driver takes.
async fn play_all(
    plan: &Arc<Plan>,
    driver: &Arc<dyn Driver>,
    options: Options,
    folder: &Path,
    on_result: OnResult<'_>,
) -> io::Result<Vec<CaseResult>> {
    let tasks = (0..plan.cases.len()).map(|index| {
        let (plan, driver, folder) = (Arc::clone(plan), Arc::clone(driver), folder.to_owned());
        let playing = async move { (index, play(&plan, index, &*driver, options, &folder).await) };
        async move { tokio::spawn(playing).await.map_err(io::Error::other) }
    });
    let at_once = driver.info().concurrency.clamp(1, MAX_CONCURRENCY.min(concurrency_by_open_files()));
    // Sorted afterwards: in order, a slow case would keep others from starting.
    let played = stream::iter(tasks).buffer_unordered(at_once).inspect_ok(|(_, result)| on_result(result));
    let mut results: Vec<_> = played.try_collect().await?;
    results.sort_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// The number of cases that the limit of open files allows at once. Each case needs some for its servers and connections, and all
/// cases share a few.
#[cfg(unix)]
fn concurrency_by_open_files() -> usize {
    const SHARED: u64 = 32;
    const EACH: u64 = 16;
    let open = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let most = MAX_CONCURRENCY as u64;
    open.map_or(MAX_CONCURRENCY, |open| (open.saturating_sub(SHARED) / EACH).clamp(1, most) as usize)
}

#[cfg(not(unix))]
fn concurrency_by_open_files() -> usize {
    MAX_CONCURRENCY
}

async fn play(plan: &Plan, index: usize, driver: &dyn Driver, options: Options, folder: &Path) -> CaseResult {
    let began = Instant::now();
    let case = &plan.cases[index];
    let result = match plan.source(case) {
        Some(source) => run_case(source, case, driver, options, folder).await,
        None => {
            CaseResult::error(case, Blame::Suite, "the document of the case is not in the plan".to_owned())
        }
    };
    CaseResult { elapsed: began.elapsed(), ..redacted(plan, result) }
}

/// Redacts the message and the log of a driver: they can belong to another case, so they can contain the secrets of any provider.
/// The message is shortened afterwards, because redaction would not find half a secret.
fn redacted(plan: &Plan, mut result: CaseResult) -> CaseResult {
    if let Verdict::Error(error) = &mut result.verdict {
        for redactor in plan.sources.iter().map(Redactor::new) {
            error.message = redactor.text(&error.message);
            error.log = redactor.text(&error.log);
        }
        error.message = shorten(&error.message);
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
        return CaseResult::new(case, Verdict::Unsupported(NO_SUCH_CALL.to_owned()));
    }
    exchange(source, case, driver, options, folder).await.unwrap_or_else(|error| {
        CaseResult::error(case, Blame::Suite, format!("the mock servers could not run: {error}"))
    })
}

/// Starts the servers, makes the call, and judges what happens.
async fn exchange(
    source: &Source,
    case: &Case,
    driver: &dyn Driver,
    options: Options,
    folder: &Path,
) -> io::Result<CaseResult> {
    let clock = VirtualClock::default();
    let upload = case.upload.as_ref();
    let file = upload.map(|upload| media::file(folder, upload.media)).transpose()?;
    let change = file.clone().zip(upload.and_then(|upload| upload.media.change));
    let steps = upload.map(|upload| upload.storage.clone()).unwrap_or_default();
    let method = upload.map(|upload| upload.method.clone()).unwrap_or_default();
    let script = Script { steps, method, change, clock: clock.clone() };
    let storage = if case.needs_storage() { Some(Storage::start(script).await?) } else { None };
    let case = match &storage {
        Some(storage) => Cow::Owned(case.with_storage(storage.base_url())),
        None => Cow::Borrowed(case),
    };
    let api = Api::start(&case.serve, &clock, driver.sends_nothing_late()).await?;
    let mut redactor = Redactor::new(source);
    redactor.replace(&format!("http://{}", api.address()), "{api}");
    storage.iter().for_each(|storage| redactor.replace(storage.base_url(), STORAGE));
    if let Some(file) = &file {
        redactor.replace(&file.display().to_string(), "{file}");
    }
    let (began, request) = (Instant::now(), request(source, &case, &api, file, &clock, options));
    let log = request.log.clone();
    let called = driver.call(request);
    // A driver in another process keeps its own deadline; this one is for a driver that does not.
    let answered = tokio::time::timeout(options.timeout * 3, called).await;
    let answered = answered.unwrap_or_else(|_| Err("the driver never answered".into()));
    let transcript = Transcript {
        api: api.requests().await,
        storage: storage.as_ref().map(Storage::puts).unwrap_or_default(),
        served: case.serve.clone(),
        api_arrivals: api.arrivals(),
        storage_arrivals: storage.as_ref().map(Storage::arrivals).unwrap_or_default(),
        answer: answered.as_ref().ok().cloned(),
        log: log.text(),
        elapsed: began.elapsed(),
    };
    api.stop().await;
    Ok(judge(source, &case, &transcript, answered.err(), &redactor, options))
}

fn request(
    source: &Source,
    case: &Case,
    api: &Api,
    file: Option<PathBuf>,
    clock: &VirtualClock,
    options: Options,
) -> Request {
    let called =
        if case.upload.is_some() { source.upload_operation() } else { source.operation(&case.operation) };
    let asked = called.map(|operation| credential::asked(&source.provider, operation)).unwrap_or_default();
    let mut arguments = case.params.clone();
    if let Some(file) = file {
        arguments.insert("file".to_owned(), Value::String(file.display().to_string()));
    }
    Request {
        case: case.id.clone(),
        provider: case.provider.clone(),
        operation: case.operation.clone(),
        base_url: format!("http://{}", api.address()),
        credentials: credential::values(&asked, case.credential.as_ref(), ClientCredential::sample),
        arguments,
        timeout_ms: options.timeout.as_millis() as u64,
        clock: clock.clone(),
        log: CaseLog::default(),
    }
}

fn judge(
    source: &Source,
    case: &Case,
    transcript: &Transcript,
    error: Option<DriverError>,
    redactor: &Redactor,
    options: Options,
) -> CaseResult {
    if let Some(Answer::Unsupported) = transcript.answer {
        return CaseResult::new(case, Verdict::Unsupported(NO_SUCH_CALL.to_owned()));
    }
    let outcome = if error.is_some() { "= the driver gave no answer\n" } else { "" };
    let exchange = redactor.text(&transcript_text::text(transcript)) + outcome;
    let findings = check::check(source, case, transcript, redactor);
    let is_broken = findings.iter().any(|finding| options.strict || finding.level == Level::Must);
    // A call that does not end has no outcome. The cause is the client, not the driver: its requests show it.
    let is_endless = findings.iter().any(|finding| finding.rule == &RETRY_END);
    if let Some(error) = error.filter(|_| !(is_broken && is_endless)) {
        let (message, log) = (redactor.text(&error.message), redactor.text(&error.log));
        let verdict = Verdict::Error(DriverError { message, log, ..error });
        return CaseResult { exchange, ..CaseResult::new(case, verdict) };
    }
    let verdict = if is_broken { Verdict::Fail } else { Verdict::Pass };
    CaseResult { findings, exchange, ..CaseResult::new(case, verdict) }
}
