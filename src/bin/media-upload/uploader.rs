//! Uploads the media of one task, unless the journal says that this was done.

use std::io;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::{Either, select};
use jiff::{SignedDuration, Timestamp};
use media_upload::cielo24::{ApiError, ErrorType};
use media_upload::{Error, Progress, Upload, Uploaded};
use tokio::task::block_in_place;

use crate::concurrency::Concurrency;
use crate::display::Display;
use crate::fingerprint::Fingerprint;
use crate::journal::{Event, Journal, Known, Record};
use crate::service::{Kind, Target, Task};
use crate::stop::Stop;

/// What became of a task.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The media is stored.
    Stored(Uploaded),
    /// An earlier run has stored the media, at that time.
    StoredBefore(Timestamp),
    /// The media would be sent: its length, in bytes.
    WouldSend(u64),
    /// The upload failed.
    Failed(Error),
    /// Nothing was sent, for this reason.
    NotSent(String),
    /// The batch ended before the upload did, for this reason.
    Unfinished(String),
}

impl Outcome {
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::NotSent(_) | Self::Unfinished(_))
    }
}

/// What is to be done for a task.
pub(crate) enum Plan {
    /// The media is sent. The fingerprint is that of the file, if it could be read.
    Send(Box<Upload>, Option<Fingerprint>),
    /// Nothing is sent.
    Done(Outcome),
}

/// Uploads media to one provider.
pub(crate) struct Uploader {
    pub(crate) kind: Kind,
    pub(crate) journal: Option<Journal>,
    /// The age at which stored media is sent again.
    pub(crate) max_age: Option<SignedDuration>,
    pub(crate) has_checksums: bool,
    pub(crate) is_dry_run: bool,
    pub(crate) display: Display,
    pub(crate) concurrency: Concurrency,
    pub(crate) stop: Stop,
}

impl Uploader {
    /// What is to be done for `task`. It may block the thread, because it reads the file's metadata and, for a checksum, the file.
    pub(crate) fn plan(&self, task: Task) -> (Target, Plan) {
        let plan = match self.fingerprint(&task.path) {
            Ok(fingerprint) => self.plan_known(&task.target, task.upload, fingerprint),
            Err(error) if self.is_dry_run => {
                Plan::Done(Outcome::NotSent(format!("the file cannot be read: {error}")))
            }
            // The upload says why the file cannot be read.
            Err(_) => Plan::Send(Box::new(task.upload), None),
        };
        (task.target, plan)
    }

    fn plan_known(&self, target: &Target, upload: Upload, fingerprint: Fingerprint) -> Plan {
        let known = self.journal.as_ref().and_then(|journal| journal.known(&target.destination));
        match known.and_then(|known| self.earlier_outcome(known, &fingerprint)) {
            Some(outcome) => Plan::Done(outcome),
            None if self.is_dry_run => Plan::Done(Outcome::WouldSend(fingerprint.bytes)),
            None => Plan::Send(Box::new(upload), Some(fingerprint)),
        }
    }

    fn fingerprint(&self, path: &Path) -> io::Result<Fingerprint> {
        if self.has_checksums { Fingerprint::with_checksum(path) } else { Fingerprint::of(path) }
    }

    /// The outcome of a task if an earlier run has settled it; `None` if the media must be sent.
    fn earlier_outcome(&self, known: Known, fingerprint: &Fingerprint) -> Option<Outcome> {
        let is_same = known.digest.is_same(fingerprint.digest());
        let age = Timestamp::now().duration_since(known.time);
        let (time, destination) = (known.time, self.kind.destination);
        match known.event {
            Event::Failed => None,
            Event::Stored if is_same && self.max_age.is_none_or(|max| age < max) => {
                Some(Outcome::StoredBefore(time))
            }
            Event::Stored if self.kind.replaces => None,
            Event::Stored => Some(Outcome::NotSent(format!(
                "other media was stored for this {destination} at {time}, and a {destination} takes media once: use another {destination}"
            ))),
            Event::Started => Some(Outcome::NotSent(format!(
                "it may have been sent: an upload began at {time}, and its end is not known. Check the {destination}. To send it again, remove its lines from the journal"
            ))),
        }
    }

    /// Sends the media of a task, and records it in the journal.
    pub(crate) async fn send(
        &self,
        target: &Target,
        upload: Upload,
        fingerprint: Option<Fingerprint>,
    ) -> Outcome {
        match (&self.journal, fingerprint) {
            (Some(journal), Some(fingerprint)) => {
                self.send_recorded(target, upload, fingerprint, journal).await
            }
            _ => self.upload(target, upload).await.0,
        }
    }

    async fn send_recorded(
        &self,
        target: &Target,
        upload: Upload,
        fingerprint: Fingerprint,
        journal: &Journal,
    ) -> Outcome {
        let record = Record {
            event: Event::Started,
            destination: target.destination.clone(),
            file: target.file.to_string_lossy().into_owned(),
            fingerprint,
            time: Timestamp::now(),
        };
        let begun = if self.kind.replaces { Ok(()) } else { block_in_place(|| journal.append(&record)) };
        if let Err(text) = begun {
            return Outcome::NotSent(text);
        }
        let (outcome, may_be_stored) = self.upload(target, upload).await;
        let event = match outcome {
            Outcome::Stored(_) => Event::Stored,
            _ if self.kind.replaces || may_be_stored => return outcome,
            _ => Event::Failed,
        };
        // The batch ends if this fails, and reports it then. The outcome is printed in any case.
        let _ = block_in_place(|| journal.append(&Record { event, time: Timestamp::now(), ..record }));
        outcome
    }

    /// The outcome, and whether storage may have the media although the upload did not succeed.
    async fn upload(&self, target: &Target, upload: Upload) -> (Outcome, bool) {
        let file = self.display.begin(&target.file);
        let (show, is_complete) = (file.on_progress(), Arc::new(AtomicBool::new(false)));
        let seen = Arc::clone(&is_complete);
        let progress = move |progress: Progress| {
            seen.fetch_or(progress.sent == progress.total, Ordering::Relaxed);
            show(progress);
        };
        let (tell, was_limited) = (file.on_retry(), Arc::new(AtomicBool::new(false)));
        let limited = Arc::clone(&was_limited);
        let on_retry = move |error: &Error, wait| {
            limited.fetch_or(error.status() == Some(429), Ordering::Relaxed);
            tell(error, wait);
        };
        let work = async {
            let _permit = self.concurrency.permit().await;
            let result = upload.progress(progress).on_retry(on_retry).await;
            let bytes = result.as_ref().map_or(0, Uploaded::bytes);
            self.concurrency.note(bytes, was_limited.load(Ordering::Relaxed));
            result
        };
        let outcome = match select(pin!(work), pin!(self.stop.clone().stopped())).await {
            Either::Left((Ok(uploaded), _)) => Outcome::Stored(uploaded),
            Either::Left((Err(error), _)) => self.failed(error),
            Either::Right((reason, _)) => Outcome::Unfinished(reason),
        };
        file.end();
        let was_answered = matches!(&outcome, Outcome::Failed(error) if error.status().is_some());
        (outcome, !was_answered && is_complete.load(Ordering::Relaxed))
    }

    /// The outcome of a failed upload. If others would fail for the same reason, the batch ends, and only one of them is a failure.
    fn failed(&self, error: Error) -> Outcome {
        const REFUSED: &str = "the credential was refused";
        if is_refused_credential(&error) && !self.stop.stop(REFUSED) {
            return Outcome::Unfinished(REFUSED.to_owned());
        }
        Outcome::Failed(error)
    }

    /// The error of the journal if it could not be written.
    pub(crate) fn journal_error(&self) -> Option<String> {
        self.journal.as_ref().and_then(|journal| journal.check().err())
    }
}

/// Whether the API refused the credential. cielo24 reports that as a 400.
fn is_refused_credential(error: &Error) -> bool {
    let body = error.documented::<ApiError>().map(|body| &body.error_type);
    error.status() == Some(401) || matches!(body, Some(ErrorType::BadApiToken | ErrorType::LoginInvalid))
}
