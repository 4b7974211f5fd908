//! Running: each case against mock servers of its own, through a driver.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value};
use tokio_util::task::AbortOnDropHandle;

use crate::check;
use crate::check::finding::Blame;
use crate::check::redact::{MAX_TEXT, Redactor, shorten};
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
use crate::result::{CaseResult, DriverError, Failure, OnResult, Options, Run, Verdict};
use crate::style::{cut, seconds};
use crate::wire::value::{has_file, with_files};
use crate::wire::{credential, request::prefix};

pub mod built_in;
pub mod driver;
pub mod glob;
pub mod known_failing;
pub mod process;
mod silence;

use driver::{CaseLog, Driver, LateFailure, Request};
use known_failing::KnownFailing;
use silence::Silence;

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
    run_with_progress(plan, driver, options, None, &|_| ()).await
}

/// Runs every case of a plan, and calls `on_result` with each result as it comes. The run ends early when the driver is silent in
/// five cases in a row: it neither answers nor sends a request. The cases that are known to fail do not count.
///
/// # Errors
///
/// Those of [`run`].
pub async fn run_with_progress(
    plan: &Arc<Plan>,
    driver: Arc<dyn Driver>,
    options: Options,
    known_failing: Option<&KnownFailing>,
    on_result: OnResult<'_>,
) -> io::Result<Run> {
    let began = Instant::now();
    let folder = tempfile::tempdir()?;
    let mut silence = Silence::new(&*driver, known_failing);
    let mut results = play_all(plan, &driver, options, folder.path(), &mut silence, on_result).await?;
    let mut late = driver.end().await;
    for (index, result) in results.iter_mut().enumerate().filter(|(_, result)| is_uncertain(result)) {
        if silence.ends_the_run() {
            *result = unplayed(&result.case, &silence);
            continue;
        }
        *result = play(plan, index, &*driver, options, folder.path()).await;
        silence.count(result);
        late.extend(driver.end().await);
    }
    for LateFailure { case, error } in late {
        if let Some(result) = results.iter_mut().find(|result| result.case.id == case) {
            *result = redacted(plan, CaseResult::new(&result.case, Verdict::Error(error)));
        }
    }
    let ended_early = silence.ends_the_run().then(|| silence.reason());
    Ok(Run {
        client: driver.info().shortened(),
        options,
        results,
        elapsed: began.elapsed(),
        nothing_judged: None,
        ended_early,
    })
}

/// Plays every case, as many at once as the driver takes, until the driver is silent for too long.
async fn play_all(
    plan: &Arc<Plan>,
    driver: &Arc<dyn Driver>,
    options: Options,
    folder: &Path,
    silence: &mut Silence<'_>,
    on_result: OnResult<'_>,
) -> io::Result<Vec<CaseResult>> {
    let tasks = (0..plan.cases.len()).map(|index| {
        let (plan, driver, folder) = (Arc::clone(plan), Arc::clone(driver), folder.to_owned());
        let playing = async move { (index, play(&plan, index, &*driver, options, &folder).await) };
        async move { AbortOnDropHandle::new(tokio::spawn(playing)).await.map_err(io::Error::other) }
    });
    let at_once = driver.info().concurrency.clamp(1, MAX_CONCURRENCY.min(concurrency_by_open_files()));
    // Sorted afterwards: in order, a slow case would keep others from starting.
    let mut playing = stream::iter(tasks).buffer_unordered(at_once);
    let mut played: Vec<Option<CaseResult>> = vec![None; plan.cases.len()];
    while let Some((index, result)) = playing.try_next().await? {
        on_result(&result);
        silence.count(&result);
        played[index] = Some(result);
        if silence.ends_the_run() {
            break;
        }
    }
    // This aborts the cases in flight.
    drop(playing);
    let results = played.into_iter().zip(&plan.cases);
    Ok(results.map(|(result, case)| result.unwrap_or_else(|| unplayed(case, silence))).collect())
}

/// The result of a case that was not played, because the driver was silent.
fn unplayed(case: &Case, silence: &Silence<'_>) -> CaseResult {
    match silence.driver.offers(&case.provider, &case.operation) {
        true => CaseResult::error(case, Blame::Client, format!("not run: {}", silence.reason())),
        false => CaseResult::new(case, Verdict::Unsupported(NO_SUCH_CALL.to_owned())),
    }
}

fn is_uncertain(result: &CaseResult) -> bool {
    matches!(&result.verdict, Verdict::Error(error) if error.failure == Failure::Uncertain)
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
/// They are cut afterwards, because redaction would not find half a secret.
fn redacted(plan: &Plan, mut result: CaseResult) -> CaseResult {
    if let Verdict::Error(error) = &mut result.verdict {
        for redactor in plan.sources.iter().map(Redactor::new) {
            error.message = redactor.text(&error.message);
            error.log = redactor.text(&error.log);
        }
        error.message = shorten(&error.message);
        error.log = cut(&error.log, MAX_TEXT).into_owned();
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
    let has_binary = case.params.values().any(has_file);
    let binary = has_binary.then(|| media::binary(folder)).transpose()?;
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
    for file in file.iter().chain(&binary) {
        redactor.replace(&file.display().to_string(), "{file}");
    }
    let (began, request) = (Instant::now(), request(source, &case, &api, file, binary, &clock, options));
    let log = request.log.clone();
    let called = driver.call(request);
    // A driver in another process keeps its own deadline; this one is for a driver that does not.
    let answered = tokio::time::timeout(options.timeout * 3, called).await;
    let answered = answered.unwrap_or_else(|_| Err(no_answer()));
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

fn no_answer() -> DriverError {
    DriverError { failure: Failure::Timeout, ..DriverError::from("the driver never answered") }
}

fn request(
    source: &Source,
    case: &Case,
    api: &Api,
    file: Option<PathBuf>,
    binary: Option<PathBuf>,
    clock: &VirtualClock,
    options: Options,
) -> Request {
    let called =
        if case.upload.is_some() { source.upload_operation() } else { source.operation(&case.operation) };
    let mut asked =
        called.map(|operation| credential::asked(&source.provider, operation)).unwrap_or_default();
    if let Some(given) = &case.credentials {
        asked.retain(|asked| given.contains(&asked.own.name));
    }
    let prefix = called.map(|operation| prefix(&source.document, &source.provider, operation));
    let binary = binary.map(|path| path.display().to_string()).unwrap_or_default();
    let mut arguments: Map<String, Value> =
        case.params.iter().map(|(name, value)| (name.clone(), with_files(value, &binary))).collect();
    if let Some(file) = file {
        arguments.insert("file".to_owned(), Value::String(file.display().to_string()));
    }
    Request {
        case: case.id.clone(),
        provider: case.provider.clone(),
        operation: case.operation.clone(),
        base_url: format!("http://{}{}", api.address(), prefix.unwrap_or_default()),
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
    let exchange = transcript_text::text(transcript, redactor) + outcome;
    let mut findings = check::check(source, case, transcript, redactor);
    let is_broken = findings.iter().any(|finding| options.is_failure(finding.level));
    let verdict =
        match error {
            // The client has not finished: its requests show that the driver has not failed.
            Some(error) if error.failure == Failure::Timeout && check::is_retrying(transcript) => {
                if is_broken { Verdict::Fail } else { Verdict::Unsupported(still_retrying(options)) }
            }
            Some(error) => Verdict::Error(unanswered(error, transcript, redactor)),
            None if is_broken => Verdict::Fail,
            None => Verdict::Pass,
        };
    if matches!(verdict, Verdict::Error(_) | Verdict::Unsupported(_)) {
        findings.clear();
    }
    CaseResult { findings, exchange, ..CaseResult::new(case, verdict) }
}

fn still_retrying(options: Options) -> String {
    let patience = seconds(options.timeout);
    format!("the client was still retrying after {patience}; --case-timeout SECONDS gives it more time")
}

/// The error of a driver that gave no answer. If the mock servers received nothing either, the driver was silent.
fn unanswered(error: DriverError, transcript: &Transcript, redactor: &Redactor) -> DriverError {
    let (message, log) = (redactor.text(&error.message), redactor.text(&error.log));
    let has_sent = !transcript.api.is_empty() || !transcript.storage.is_empty();
    let failure = match error.failure {
        Failure::Timeout | Failure::Ended if !has_sent => Failure::Silent,
        other => other,
    };
    DriverError { message, log, failure, ..error }
}
