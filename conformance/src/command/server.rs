//! The options of `conformance run` about a server under test.

use std::collections::BTreeSet;

use clap::Args;

use super::error::CommandError;
use crate::plan::Plan;
use crate::plan::given_sample::GivenSample;
use crate::probe::ServerUnderTest;
use crate::result::Run;
use crate::wire::credential::asked;

#[derive(Args, Debug)]
pub(super) struct ServerArgs {
    /// Test a server instead of a client: send the requests of the cases and check its responses. The URL replaces the base URL of
    /// the document, with its path.
    /// The environment variables `CONFORMANCE_API_KEY` and `CONFORMANCE_API_TOKEN` hold its credentials; a configuration may
    /// name others
    #[arg(id = "server", long = "server", value_name = "URL", conflicts_with = "command")]
    url: Option<String>,
    /// Allow a server that is not on this machine (alias: --yes)
    #[arg(long, alias = "yes", requires = "server")]
    allow_remote: bool,
    /// A value that the server knows, such as the id of a job, in place of the sample of an argument; repeatable. NAME is the name
    /// of the argument, or operation.argument
    #[arg(long = "sample", value_name = "NAME=VALUE", requires = "server")]
    pub(super) samples: Vec<GivenSample>,
    /// Send a small upload to the pre-signed URL that the server returns, and one with an altered signature
    #[arg(long, requires = "server")]
    follow_uploads: bool,
}

impl ServerArgs {
    /// Whether a server is tested.
    pub(super) fn is_given(&self) -> bool {
        self.url.is_some()
    }

    /// The server to test, with its credentials from the environment. The plan keeps the cases that test a server.
    pub(super) fn under_test(&self, plan: &mut Plan) -> Result<Option<ServerUnderTest>, CommandError> {
        let Some(url) = &self.url else { return Ok(None) };
        let mut server =
            ServerUnderTest::new(url).map_err(|error| CommandError::Usage(format!("--server: {error}")))?;
        if !server.is_loopback() && !self.allow_remote {
            return Err(CommandError::Usage(format!(
                "--server: {url} is not on this machine; the cases include invalid requests; add --allow-remote to allow this server"
            )));
        }
        for variable in variables(plan) {
            if let Some(value) = credential(&variable)? {
                server.use_credential(variable, value);
            }
        }
        ServerUnderTest::select(plan);
        if self.follow_uploads {
            ServerUnderTest::select_uploads(plan);
        }
        plan.keep_exercised_facts();
        Ok(Some(server))
    }

    /// Prints what concerns the whole run: the variables that it needed and did not find, and why nothing was judged.
    pub(super) fn note(&self, plan: &Plan, run: &Run) -> Result<(), CommandError> {
        if !self.is_given() {
            return Ok(());
        }
        for variable in variables(plan) {
            if credential(&variable)?.is_none() {
                anstream::eprintln!("note: {variable} is not set; the suite sent a sample credential");
            }
        }
        if let Some(why) = &run.nothing_judged {
            anstream::eprintln!("note: {why}");
        }
        Ok(())
    }

    /// The arguments that name the server, for the command that runs a case again.
    pub(super) fn tested(&self) -> Vec<String> {
        let url = self.url.iter().flat_map(|url| ["--server".to_owned(), url.clone()]);
        let samples = self.samples.iter().flat_map(|sample| ["--sample".to_owned(), sample.to_string()]);
        let flags = [("--allow-remote", self.allow_remote), ("--follow-uploads", self.follow_uploads)];
        let flags = flags.into_iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| flag.to_owned());
        url.chain(flags).chain(samples).collect()
    }
}

/// The environment variables of the credentials that the operations ask for.
fn variables(plan: &Plan) -> BTreeSet<String> {
    let operations = plan.sources.iter().flat_map(|source| {
        let operations = source.document.operations.iter();
        operations.flat_map(|operation| asked(&source.provider, operation))
    });
    operations.map(|asked| asked.own.variable()).collect()
}

/// Reads a credential from an environment variable. An empty variable counts as not set.
fn credential(variable: &str) -> Result<Option<String>, CommandError> {
    const MIN_LENGTH: usize = 8;
    let Some(value) = std::env::var_os(variable) else { return Ok(None) };
    let value = value.to_string_lossy();
    match value.trim() {
        "" => Ok(None),
        text if text.len() < MIN_LENGTH || !text.chars().all(|c| c.is_ascii_graphic()) => {
            Err(CommandError::Usage(format!(
                "{variable}: a credential has at least {MIN_LENGTH} characters, all of them visible ASCII; check the value"
            )))
        }
        text => Ok(Some(text.to_owned())),
    }
}
