//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use media_upload::ClientBuilder;
use media_upload::cielo24::JobId;
use media_upload::pyannote::MediaUrl;

use crate::Usage;
use crate::report::Report;

pub(crate) const NAME: &str = "media-upload";

const EXAMPLES: &str = "Examples:
  media-upload pyannote interview.wav
  media-upload pyannote interview.wav --url media://interviews/17.wav
  media-upload pyannote *.wav --json
  media-upload cielo24 interview.wav --job-id 64bea283eff6475ea6596027a6ba0929 --token-file token

Exit status: 0 everything was sent, 1 something was not, 2 the arguments make no sense and nothing was sent, 130 interrupted.";

const PYANNOTE: &str = "Prints the media url of each file, in the order given, for other calls of the api to refer to.

Without --url a file gets a media url of its name and of a number, which is made of where it is, its length, and when it was
last written to: the same file gets the same url again, and two files never share one, whatever their names are.

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
    /// Upload the file of a job to cielo24
    Cielo24(Cielo24),
    /// Print what a shell needs to complete this command
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man {
        /// The command whose page it is, in place of the tool's own
        command: Option<String>,
    },
}

#[derive(Args, Debug)]
#[command(after_help = PYANNOTE)]
pub(crate) struct Pyannote {
    /// The files to upload
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Where the media is kept: media:// and letters, digits and -_./ ; as often as there are files. Media that is there already is
    /// replaced
    #[arg(long = "url", value_name = "URL")]
    pub(crate) urls: Vec<MediaUrl>,
    /// The file that holds the api key; without it the environment's PYANNOTEAI_API_KEY is used
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
    /// The job whose media it is
    #[arg(long, value_name = "HEX")]
    pub(crate) job_id: JobId,
    /// The file that holds the api token; without it the environment's CIELO24_API_TOKEN is used
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args, Debug)]
pub(crate) struct Common {
    /// Show no progress
    #[arg(short, long)]
    quiet: bool,
    /// Print one JSON object a file, also for one that was not sent
    #[arg(long)]
    json: bool,
    /// Where the api is, in place of the vendor's server: https, or http on this machine
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

impl Common {
    /// What `builder` makes, made as the arguments say.
    pub(crate) fn configure<C>(&self, builder: ClientBuilder<C>) -> ClientBuilder<C> {
        match &self.base_url {
            Some(url) => builder.base_url(url),
            None => builder,
        }
    }

    pub(crate) fn report(&self) -> Report {
        Report { is_quiet: self.quiet, is_json: self.json }
    }
}

/// What `shell` needs to complete the command line.
pub(crate) fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut script);
    script
}

/// The manual page of the tool, or of one of its commands.
pub(crate) fn man(command: Option<&str>) -> Result<Vec<u8>, Usage> {
    let mut tool = Arguments::command();
    tool.build();
    let page = match command {
        None => tool,
        Some(name) => match tool.find_subcommand(name) {
            Some(command) => command.clone(),
            None => return Err(Usage(format!("there is no command {name}: see {NAME} --help"))),
        },
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(|error| Usage(format!("the manual page cannot be made: {error}")))?;
    Ok(text)
}
