//! The command line: its arguments, shell completions and manual pages.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use media_upload::cielo24::JobId;
use media_upload::pyannote::MediaUrl;
use media_upload::{ClientBuilder, Error};

use crate::terminal;

pub(crate) const NAME: &str = "media-upload";

const EXAMPLES: &str = "Examples:
  media-upload pyannote interview.wav
  media-upload pyannote interview.wav --url media://interviews/17.wav
  media-upload pyannote *.wav --json
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
    /// The files to upload
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The media URL of a file: media:// followed by letters, digits and -_./ . Give it once for each file, in the same order.
    /// An upload replaces earlier media with the same URL
    #[arg(long = "url", value_name = "URL")]
    pub(crate) urls: Vec<MediaUrl>,
    /// Read the API key from this file instead of the environment variable PYANNOTEAI_API_KEY
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args, Debug)]
#[command(after_help = CIELO24)]
pub(crate) struct Cielo24 {
    /// The file to upload
    pub(crate) file: PathBuf,
    /// The id of the job that the media belongs to
    #[arg(long, value_name = "HEX")]
    pub(crate) job_id: JobId,
    /// Read the API token from this file instead of the environment variable CIELO24_API_TOKEN
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args, Debug)]
pub(crate) struct Common {
    /// Print only results and errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Print one JSON object for each file, including files that failed
    #[arg(long)]
    pub(crate) json: bool,
    /// The URL of the API, instead of the vendor's: https, or http on a loopback address
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

impl Common {
    /// Applies the arguments to `builder`.
    pub(crate) fn configure<C>(&self, builder: ClientBuilder<C>) -> ClientBuilder<C> {
        match &self.base_url {
            Some(url) => builder.base_url(url),
            None => builder,
        }
    }
}

/// The arguments are wrong, and nothing was sent. The string is the message.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl From<Error> for UsageError {
    fn from(error: Error) -> Self {
        Self(terminal::with_causes(&error))
    }
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
