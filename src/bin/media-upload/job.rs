//! One file to upload, and what became of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use media_upload::cielo24::{self, ApiToken};
use media_upload::pyannote::{self, ApiKey, MediaUrl};
use media_upload::{Error, Upload, Uploaded};

use crate::arguments::{Cielo24, Pyannote};
use crate::bar::Bars;
use crate::{Usage, credential, key};

/// How many files are sent at a time.
pub(crate) const CONCURRENCY: usize = 4;

/// A file to upload.
#[derive(Debug)]
pub(crate) struct Job {
    place: Place,
    upload: Upload,
}

/// What is known of a file before it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    /// What other calls of the API will name it by, and under which name to report that.
    pub(crate) field: &'static str,
    pub(crate) value: String,
}

/// What became of a file.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) place: Place,
    pub(crate) result: Result<Uploaded, Error>,
}

impl Job {
    pub(crate) async fn run(self, bars: &Bars) -> Outcome {
        let Self { place, upload } = self;
        let bar = bars.add(&place.file);
        let result = upload.progress(bar.callback()).await;
        bar.end();
        Outcome { place, result }
    }
}

pub(crate) fn pyannote(arguments: &Pyannote) -> Result<Vec<Job>, Usage> {
    let key = credential::find("api key", arguments.key_file.as_deref(), "PYANNOTEAI_API_KEY", "--key-file")?;
    let client = arguments.common.configure(pyannote::Client::builder(ApiKey::new(key)?)).build()?;
    let urls = media_urls(&arguments.files, &arguments.urls)?;
    let jobs = arguments.files.iter().zip(urls).map(|(file, url)| Job {
        upload: client.upload(file.as_path(), &url),
        place: Place { file: file.clone(), field: "url", value: url.to_string() },
    });
    Ok(jobs.collect())
}

pub(crate) fn cielo24(arguments: &Cielo24) -> Result<Vec<Job>, Usage> {
    let file = arguments.token_file.as_deref();
    let token = credential::find("api token", file, "CIELO24_API_TOKEN", "--token-file")?;
    let client = arguments.common.configure(cielo24::Client::builder(ApiToken::new(token)?)).build()?;
    let (file, job) = (&arguments.file, &arguments.job_id);
    let place = Place { file: file.clone(), field: "job_id", value: job.to_string() };
    Ok(vec![Job { upload: client.upload(file.as_path(), job), place }])
}

/// A media URL for each file, no two the same.
fn media_urls(files: &[PathBuf], given: &[MediaUrl]) -> Result<Vec<MediaUrl>, Usage> {
    if !given.is_empty() && given.len() != files.len() {
        let why = "give --url as often as there are files, or not at all";
        return Err(Usage(format!("{} files and {} urls: {why}", files.len(), given.len())));
    }
    let urls = match given {
        [] => files.iter().map(|file| key::media_url(file)).collect::<Result<Vec<_>, _>>()?,
        given => given.to_vec(),
    };
    let mut owners = BTreeMap::<&str, &Path>::new();
    for (file, url) in files.iter().zip(&urls) {
        if let Some(other) = owners.insert(url.as_str(), file) {
            return Err(Usage(format!(
                "{} and {} would both be {url}, one in place of the other: give each file and each url once",
                other.display(),
                file.display()
            )));
        }
    }
    Ok(urls)
}
