//! The command line: its arguments, shell completions and manual pages.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use media_upload::cielo24::JobId;
use media_upload::pyannote::MediaUrl;
use media_upload::{ClientBuilder, Retry};

use crate::concurrency::Jobs;
use crate::entry::Entry;
use crate::list::{Columns, List, STDIN};
use crate::partition::Partition;
use crate::usage_error::UsageError;

pub(crate) const NAME: &str = "media-upload";

const EXAMPLES: &str = "Examples:
  media-upload pyannote interview.wav
  media-upload pyannote interview.wav --url media://interviews/17.wav
  media-upload pyannote *.wav --json
  media-upload pyannote *.wav --prefix interviews/ --retry-for 600
  media-upload cielo24 interview.wav --job-id 64bea283eff6475ea6596027a6ba0929 --token-file token

Exit status: 0 if all files were uploaded, 1 if an upload failed, 2 if the arguments are wrong (nothing is sent), 130 if interrupted.";

const PYANNOTE: &str = "Prints the media URL of each file, in the order of the files. Other calls of the API use this URL.

Without --url, the media URL consists of the file's name and a number. The number is computed from the file's path, length and
modification time: an unchanged file gets the same URL again, and different files get different URLs even if they have the same
name.

Examples:
  media-upload pyannote interview.wav
  media-upload pyannote interview.wav --url media://interviews/17.wav
  media-upload pyannote morning.wav evening.wav --url media://morning --url media://evening";

const CIELO24: &str = "Example:
  media-upload cielo24 interview.wav --job-id 64bea283eff6475ea6596027a6ba0929";

/// Uploads recordings to pyannoteAI and cielo24.
#[derive(Debug, Parser)]
#[command(name = NAME, version, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Upload files to pyannoteAI
    Pyannote(Pyannote),
    /// Upload the media of a job to cielo24
    Cielo24(Cielo24),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man {
        /// Print the page of this command instead of the page of the tool
        command: Option<String>,
    },
}

#[derive(Args, Debug)]
#[command(after_help = PYANNOTE)]
pub(crate) struct Pyannote {
    /// The files to upload; - is standard input, which needs --url
    #[arg(value_name = "FILE", required_unless_present_any = ["files_from", "manifest"])]
    files: Vec<PathBuf>,
    /// The media URL of a file: media:// followed by letters, digits and -_./ . Give it once for each file, in the same order.
    /// An upload replaces earlier media with the same URL
    #[arg(long = "url", value_name = "URL", requires = "files")]
    urls: Vec<MediaUrl>,
    /// Upload the files that this file names, one in each line; - reads the names from standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "manifest"])]
    files_from: Option<PathBuf>,
    /// The names of --files-from end with a null byte, as find -print0 writes them
    #[arg(short = '0', long, requires = "files_from")]
    null: bool,
    /// Upload the files of a table: a CSV file, or a JSON Lines file (.jsonl), with the columns file, url and content_type. Only
    /// file is required
    #[arg(long, value_name = "FILE", conflicts_with = "files")]
    manifest: Option<PathBuf>,
    /// Begin each media URL that is made from a file name with this, for example interviews/
    #[arg(
        long,
        value_name = "PREFIX",
        default_value = "",
        hide_default_value = true,
        conflicts_with = "urls"
    )]
    pub(crate) prefix: String,
    /// With --journal: send a file again if it was stored more than this number of hours ago. pyannoteAI keeps media for at least
    /// 24 hours
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    pub(crate) max_age: u32,
    /// Read the API key from this file instead of the environment variable PYANNOTEAI_API_KEY
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args, Debug)]
#[command(after_help = CIELO24)]
pub(crate) struct Cielo24 {
    /// The file to upload; - is standard input
    #[arg(value_name = "FILE", requires = "job_id", required_unless_present = "manifest")]
    file: Option<PathBuf>,
    /// The id of the job that the media belongs to
    #[arg(long, value_name = "HEX", requires = "file")]
    job_id: Option<JobId>,
    /// Upload the files of a table: a CSV file, or a JSON Lines file (.jsonl), with the columns file, job_id and content_type. file
    /// and job_id are required
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    manifest: Option<PathBuf>,
    /// Read the API token from this file instead of the environment variable CIELO24_API_TOKEN
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
}

impl Pyannote {
    pub(crate) fn list(&self) -> Result<List, UsageError> {
        if let Some(file) = &self.files_from {
            return Ok(List::Files(file.clone(), if self.null { 0 } else { b'\n' }));
        }
        if let Some(file) = &self.manifest {
            return Ok(List::Manifest(file.clone(), Columns::Pyannote));
        }
        let (files, urls) = (self.files.len(), self.urls.len());
        if urls != 0 && urls != files {
            return Err(UsageError(format!(
                "there are {files} files, but {urls} URLs: give --url once for each file, or not at all"
            )));
        }
        let stdin = self.files.iter().filter(|file| file.as_os_str() == STDIN).count();
        if stdin > 1 || stdin == 1 && urls == 0 {
            return Err(UsageError("standard input (-) has no name: give it once, with --url".to_owned()));
        }
        let urls = self.urls.iter().map(|url| Some(url.to_string())).chain(std::iter::repeat(None));
        Ok(List::Arguments(self.files.iter().zip(urls).map(|(file, url)| Entry::new(file, url)).collect()))
    }
}

impl Cielo24 {
    pub(crate) fn list(&self) -> List {
        match &self.manifest {
            Some(file) => List::Manifest(file.clone(), Columns::Cielo24),
            None => {
                let job = self.job_id.as_ref().map(ToString::to_string);
                List::Arguments(self.file.iter().map(|file| Entry::new(file, job.clone())).collect())
            }
        }
    }
}

/// How a list of files is uploaded.
#[derive(Args, Debug)]
pub(crate) struct Batch {
    /// The number of concurrent uploads. auto begins with 4, and doubles the number while that increases the throughput
    #[arg(short, long, value_name = "N", default_value = "8")]
    pub(crate) jobs: Jobs,
    /// Print the outcomes in the order of the files, instead of the order in which the uploads end
    #[arg(long)]
    pub(crate) ordered: bool,
    /// Record each stored file in this file. A later run with the same journal sends only files that are missing in it or that
    /// have changed
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// With --journal: recognize a changed file by its content, instead of its length, modification time and inode
    #[arg(long, requires = "journal")]
    pub(crate) checksum: bool,
    /// Upload only part K of N of the files. Each file is in exactly one part, on each machine. auto takes the part from the
    /// environment of a Slurm array or a Kubernetes indexed job
    #[arg(long, value_name = "K/N")]
    pub(crate) partition: Option<Partition>,
    /// Print what would be sent, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Common {
    #[command(flatten)]
    pub(crate) batch: Batch,
    /// Print only results and errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Print each request, each retry and the log of the HTTP library to standard error, instead of progress bars
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Print one JSON object for each file, including files that failed or were not sent
    #[arg(long)]
    pub(crate) json: bool,
    /// Send no more files after the first failure
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// The Content-Type of the upload. It must be the type that the upload URL was signed for
    #[arg(long, value_name = "TYPE")]
    pub(crate) content_type: Option<String>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// How the tool connects to servers, and how long it tries.
#[derive(Args, Debug)]
pub(crate) struct Connection {
    /// Retry a failed request for this time [default: 120]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    retry_for: Option<Duration>,
    /// Retry each request at most this number of times [default: no limit but the time]
    #[arg(long, value_name = "NUMBER")]
    retries: Option<u32>,
    /// The maximum time of one request to the API; a transfer of media has no maximum [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    /// The maximum time to establish a connection [default: 10]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    connect_timeout: Option<Duration>,
    /// The maximum time in which no byte of the media is sent [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    stall_timeout: Option<Duration>,
    /// Trust the root certificates in this file (PEM format) instead of those of the system
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// The URL of the API, instead of the vendor's: https, or http on a loopback address
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

impl Connection {
    /// Applies the arguments to `builder`.
    pub(crate) fn configure<C>(&self, builder: ClientBuilder<C>) -> Result<ClientBuilder<C>, UsageError> {
        let certificates = self.cacert.as_deref().map(|file| {
            std::fs::read(file).map_err(|error| {
                UsageError(format!("the root certificates cannot be read from {}: {error}", file.display()))
            })
        });
        let mut retry = Retry::default();
        retry = given(retry, self.retry_for, Retry::retry_timeout);
        retry = given(retry, self.retries, Retry::max_retries);
        let builder = given(builder.retry(retry), self.timeout, ClientBuilder::call_timeout);
        let builder = given(builder, self.connect_timeout, ClientBuilder::connect_timeout);
        let builder = given(builder, self.stall_timeout, ClientBuilder::stall_timeout);
        let builder = given(builder, certificates.transpose()?, ClientBuilder::root_certificates);
        Ok(given(builder, self.base_url.as_deref(), ClientBuilder::base_url))
    }
}

/// `settings` with `value`, if it is given.
fn given<S, T>(settings: S, value: Option<T>, set: impl FnOnce(S, T) -> S) -> S {
    match value {
        Some(value) => set(settings, value),
        None => settings,
    }
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or("give a number of seconds, for example 90 or 0.5")
}

/// The completion script for `shell`.
pub(crate) fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut script);
    script
}

/// The manual page of the tool, or of one of its commands.
pub(crate) fn man(command: Option<&str>) -> Result<Vec<u8>, UsageError> {
    let mut page = Arguments::command();
    page.build();
    if let Some(name) = command {
        let unknown = || UsageError(format!("there is no command {name}: see {NAME} --help"));
        page = page.find_subcommand(name).cloned().ok_or_else(unknown)?;
    }
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(|error| UsageError(format!("the manual page cannot be rendered: {error}")))?;
    Ok(text)
}
