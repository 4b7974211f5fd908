//! The services that media is sent to.

use std::path::{Path, PathBuf};

use media_upload::cielo24::{self, ApiToken, JobId};
use media_upload::pyannote::{self, ApiKey, MediaUrl};
use media_upload::{Error, Upload};
use tempfile::NamedTempFile;

use crate::arguments::{Cielo24, Common, Pyannote};
use crate::entry::Entry;
use crate::list::STDIN;
use crate::usage_error::UsageError;
use crate::{credential, media_key, terminal};

/// What differs between the providers. A destination is what identifies media: a media URL or a job.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// The name of a destination in messages.
    pub(crate) destination: &'static str,
    /// The name of a destination in JSON output.
    pub(crate) field: &'static str,
    /// Whether a destination is printed when its media is stored: other calls of the API need it.
    pub(crate) is_result: bool,
    /// Whether further media replaces the media of a destination. If not, it is an error.
    pub(crate) replaces: bool,
}

/// A recording, and what identifies its media at the provider.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) file: PathBuf,
    pub(crate) destination: String,
}

/// One recording to upload.
pub(crate) struct Task {
    pub(crate) target: Target,
    /// The file that is read. It is not the file of the target if that is standard input.
    pub(crate) path: PathBuf,
    pub(crate) upload: Upload,
}

/// Makes the upload of the file at a path, and returns it with its destination.
trait Begin: Fn(&Path, &Entry) -> Result<(String, Upload), Error> + Send + Sync {}

impl<F: Fn(&Path, &Entry) -> Result<(String, Upload), Error> + Send + Sync> Begin for F {}

/// A client of one provider.
pub(crate) struct Service {
    pub(crate) kind: Kind,
    begin: Box<dyn Begin>,
    content_type: Option<String>,
    /// The content of standard input.
    stdin: Option<NamedTempFile>,
}

impl Service {
    pub(crate) fn pyannote(arguments: &Pyannote) -> Result<Self, UsageError> {
        let file = arguments.key_file.as_deref();
        let key = credential::find("API key", file, "PYANNOTEAI_API_KEY", "--key-file")?;
        let connection = &arguments.common.connection;
        let client = connection.configure(pyannote::Client::builder(ApiKey::new(key)?))?.build()?;
        let prefix = arguments.prefix.clone();
        let begin = move |path: &Path, entry: &Entry| {
            let url: MediaUrl = match &entry.destination {
                Some(url) => url.parse()?,
                None => media_key::media_url(&prefix, path)?,
            };
            Ok((url.to_string(), client.upload(path, &url)))
        };
        let kind = Kind { destination: "media URL", field: "url", is_result: true, replaces: true };
        Ok(Self::new(kind, begin, &arguments.common))
    }

    pub(crate) fn cielo24(arguments: &Cielo24) -> Result<Self, UsageError> {
        let file = arguments.token_file.as_deref();
        let token = credential::find("API token", file, "CIELO24_API_TOKEN", "--token-file")?;
        let connection = &arguments.common.connection;
        let client = connection.configure(cielo24::Client::builder(ApiToken::new(token)?))?.build()?;
        let begin = move |path: &Path, entry: &Entry| {
            let job: JobId = entry.destination.as_deref().unwrap_or_default().parse()?;
            Ok((job.to_string(), client.upload(path, &job)))
        };
        let kind = Kind { destination: "job", field: "job_id", is_result: false, replaces: false };
        Ok(Self::new(kind, begin, &arguments.common))
    }

    fn new(kind: Kind, begin: impl Begin + 'static, common: &Common) -> Self {
        Self { kind, begin: Box::new(begin), content_type: common.content_type.clone(), stdin: None }
    }

    /// The service, with the content of standard input.
    pub(crate) fn with_stdin(self, stdin: Option<NamedTempFile>) -> Self {
        Self { stdin, ..self }
    }

    /// The task of `entry`, or the message of an error.
    pub(crate) fn task(&self, entry: Entry) -> Result<Task, String> {
        let path = match &self.stdin {
            Some(stdin) if entry.file.as_os_str() == STDIN => stdin.path(),
            _ => &entry.file,
        };
        let begin = || {
            let (destination, upload) = (self.begin)(path, &entry)?;
            match entry.content_type.as_ref().or(self.content_type.as_ref()) {
                Some(content_type) => Ok((destination, upload.content_type(content_type)?)),
                None => Ok((destination, upload)),
            }
        };
        let problem = |error: Error| format!("{}: {}", entry.file.display(), terminal::with_causes(&error));
        let (destination, upload) = begin().map_err(problem)?;
        Ok(Task { path: path.to_owned(), upload, target: Target { file: entry.file, destination } })
    }
}
