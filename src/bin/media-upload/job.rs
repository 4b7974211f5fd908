//! A file to upload.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use indicatif::MultiProgress;
use media_upload::cielo24::{self, ApiToken};
use media_upload::pyannote::{self, ApiKey, MediaUrl};
use media_upload::{Error, Upload, Uploaded};

use crate::arguments::{Cielo24, Pyannote, UsageError};
use crate::{credential, media_key, progress_bar};

/// The number of concurrent uploads.
pub(crate) const CONCURRENCY: usize = 4;

/// A file to upload.
#[derive(Debug)]
pub(crate) struct Job {
    target: Target,
    upload: Upload,
}

/// A file, and what it is uploaded as.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) file: PathBuf,
    /// The name of `value` in the output: `url` or `job_id`.
    pub(crate) field: &'static str,
    /// The media URL of pyannoteAI, or the job id of cielo24.
    pub(crate) value: String,
}

impl Job {
    pub(crate) async fn run(self, bars: &MultiProgress) -> (Target, Result<Uploaded, Error>) {
        let bar = bars.add(progress_bar::of(&self.target.file));
        let result = self.upload.progress(progress_bar::callback(&bar)).await;
        bar.finish_and_clear();
        (self.target, result)
    }
}

pub(crate) fn pyannote(arguments: &Pyannote) -> Result<Vec<Job>, UsageError> {
    let key = credential::find("API key", arguments.key_file.as_deref(), "PYANNOTEAI_API_KEY", "--key-file")?;
    let client = arguments.common.configure(pyannote::Client::builder(ApiKey::new(key)?)).build()?;
    let urls = media_urls(&arguments.files, &arguments.urls)?;
    let jobs = arguments.files.iter().zip(urls).map(|(file, url)| Job {
        upload: client.upload(file.as_path(), &url),
        target: Target { file: file.clone(), field: "url", value: url.to_string() },
    });
    Ok(jobs.collect())
}

pub(crate) fn cielo24(arguments: &Cielo24) -> Result<Vec<Job>, UsageError> {
    let file = arguments.token_file.as_deref();
    let token = credential::find("API token", file, "CIELO24_API_TOKEN", "--token-file")?;
    let client = arguments.common.configure(cielo24::Client::builder(ApiToken::new(token)?)).build()?;
    let (file, job) = (&arguments.file, &arguments.job_id);
    let target = Target { file: file.clone(), field: "job_id", value: job.to_string() };
    Ok(vec![Job { upload: client.upload(file.as_path(), job), target }])
}

/// The media URL of each file; an error if two are equal.
fn media_urls(files: &[PathBuf], given: &[MediaUrl]) -> Result<Vec<MediaUrl>, UsageError> {
    if !given.is_empty() && given.len() != files.len() {
        let (files, urls) = (files.len(), given.len());
        let text =
            format!("there are {files} files, but {urls} URLs: give --url once for each file, or not at all");
        return Err(UsageError(text));
    }
    let urls = match given {
        [] => files.iter().map(|file| media_key::media_url(file)).collect::<Result<Vec<_>, _>>()?,
        given => given.to_vec(),
    };
    let mut owners = BTreeMap::<&str, &Path>::new();
    for (file, url) in files.iter().zip(&urls) {
        if let Some(other) = owners.insert(url.as_str(), file) {
            return Err(UsageError(format!(
                "{} and {} have the same media URL {url}, so one would replace the other: give each file and each URL once",
                other.display(),
                file.display()
            )));
        }
    }
    Ok(urls)
}
