//! The DOCUMENT arguments and the configuration.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;

use super::error::CommandError;
use crate::check::rule::{self, RuleBasis};
use crate::document::{Document, Kind, MAX_BYTES, ReadError};
use crate::plan::Plan;
use crate::plan::given_sample::GivenSample;
use crate::plan::outline::Outline;
use crate::provider::config::{Client, Config, FILE_NAME};
use crate::provider::{ProseRule, Provider, built_in};
use crate::style::{suggestion, visible};

#[derive(Args, Debug)]
pub(super) struct Documents {
    /// Documents to use instead of those of the configuration or the built-in ones
    #[arg(value_name = "DOCUMENT")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
}

#[derive(Args, Debug)]
pub(super) struct ConfigArgs {
    /// The configuration: providers, and clients to test. By default, conformance.yaml in the working directory, if it exists
    #[arg(long = "config", value_name = "FILE")]
    pub(super) path: Option<PathBuf>,
}

/// What the documents and the configuration say.
pub(super) struct Inputs {
    pub(super) documents: Vec<Document>,
    pub(super) providers: Vec<Provider>,
    pub(super) clients: Vec<Client>,
}

impl Documents {
    /// Reads the given documents, or those of the configuration, or the built-in ones.
    pub(super) fn read(&self) -> Result<Inputs, CommandError> {
        self.check_repetition()?;
        let config = self.config.read()?;
        let documents = match (self.paths.is_empty(), config.providers.is_empty()) {
            (false, _) => self.paths.iter().map(|path| parse(path)).collect(),
            (true, false) => config.read_documents(|path| bytes(Path::new(path))),
            (true, true) => built_in::documents(),
        };
        let mut documents = documents.map_err(CommandError::usage)?;
        let mut providers = with_built_in(config.providers)?;
        self.name_as_given(&mut providers);
        skip_pages_without_operation(&mut documents, &mut providers)?;
        Ok(Inputs { documents, providers, clients: config.clients })
    }

    /// Checks that no DOCUMENT is given twice: each case would be planned twice.
    fn check_repetition(&self) -> Result<(), CommandError> {
        let mut known = HashSet::new();
        let twice =
            self.paths.iter().find(|path| fs::canonicalize(path).is_ok_and(|file| !known.insert(file)));
        let message =
            |path: &PathBuf| format!("{}: the document is given twice; give it once", path.display());
        twice.map_or(Ok(()), |path| Err(CommandError::Usage(message(path))))
    }

    /// Reads the documents, from which cases are planned.
    pub(super) fn outline(&self) -> Result<Outline, CommandError> {
        let Inputs { documents, providers, .. } = self.read()?;
        Outline::of(documents, &providers).map_err(CommandError::usage)
    }

    /// Reads the documents, and plans all their cases.
    pub(super) fn plan(&self) -> Result<Plan, CommandError> {
        Ok(self.read()?.plan(&[])?.0)
    }

    /// Replaces the path of each listed document by the DOCUMENT argument for the same file: output shows the path that the user
    /// gave, and a provider finds its documents by path.
    fn name_as_given(&self, providers: &mut [Provider]) {
        let given = self.paths.iter().filter_map(|path| Some((path, fs::canonicalize(path).ok()?)));
        let given: Vec<_> = given.collect();
        let listed = providers.iter_mut().flat_map(|provider| &mut provider.documents);
        for name in listed.filter(|_| !given.is_empty()) {
            let Ok(file) = fs::canonicalize(&name) else { continue };
            if let Some((path, _)) = given.iter().find(|(_, given)| *given == file) {
                *name = path.display().to_string();
            }
        }
    }
}

impl Inputs {
    /// Plans the cases of the documents, with these values for arguments. Also returns the clients.
    pub(super) fn plan(self, samples: &[GivenSample]) -> Result<(Plan, Vec<Client>), CommandError> {
        let plan =
            Plan::with_samples(self.documents, &self.providers, samples).map_err(CommandError::usage)?;
        Ok((plan, self.clients))
    }
}

impl ConfigArgs {
    /// All providers: those of the configuration, then the built-in ones.
    pub(super) fn providers(&self) -> Result<Vec<Provider>, CommandError> {
        with_built_in(self.read()?.providers)
    }

    /// Reads the configuration. Without one, it is empty.
    fn read(&self) -> Result<Config, CommandError> {
        const OTHER_NAME: &str = "conformance.yml";
        let default = Path::new(FILE_NAME);
        // A symbolic link without a target is not missing: it cannot be read.
        let is_missing = |path| matches!(fs::symlink_metadata(path), Err(error) if error.kind() == io::ErrorKind::NotFound);
        match &self.path {
            None if is_missing(default) && is_missing(Path::new(OTHER_NAME)) => return Ok(Config::default()),
            None if is_missing(default) => {
                let hint = format!("rename it to {FILE_NAME}, or give it with --config");
                return Err(CommandError::Usage(format!(
                    "{OTHER_NAME}: the suite does not look for this name; {hint}"
                )));
            }
            _ => {}
        }
        let path = self.path.as_deref().unwrap_or(default);
        let read = bytes(path).and_then(|bytes| Config::read(&path.display().to_string(), &bytes));
        let config = read.map_err(CommandError::usage)?;
        config.providers.iter().try_for_each(check_rules)?;
        Ok(config)
    }
}

/// Adds the built-in providers whose names are free.
fn with_built_in(mut providers: Vec<Provider>) -> Result<Vec<Provider>, CommandError> {
    let mut built_in = built_in::providers().map_err(CommandError::suite)?;
    built_in.retain(|known| providers.iter().all(|own| own.name != known.name));
    providers.extend(built_in);
    Ok(providers)
}

/// Each rule that a provider lists must exist, and must be one that a sentence of a document can state.
fn check_rules(provider: &Provider) -> Result<(), CommandError> {
    let known =
        || rule::ALL.iter().filter(|rule| matches!(rule.basis, RuleBasis::Prose(_))).map(|rule| rule.id);
    for (index, ProseRule { rule, .. }) in provider.rules.iter().enumerate() {
        if !known().any(|id| id == rule) {
            let (place, hint) = (provider.locate(&format!("/rules/{index}/rule")), suggestion(rule, known()));
            return Err(CommandError::Usage(format!("{place}: no prose rule has the id `{rule}`; {hint}")));
        }
    }
    Ok(())
}

/// Removes the pages that describe no operation, such as guides, and prints a note about each. Providers no longer list these pages.
/// If no document has an operation, there is nothing to plan: the error is about the first page.
fn skip_pages_without_operation(
    documents: &mut Vec<Document>,
    providers: &mut [Provider],
) -> Result<(), CommandError> {
    if documents.iter().all(is_without_operation) {
        return documents.iter().try_for_each(check_operation).map_err(CommandError::usage);
    }
    for page in documents.extract_if(.., |document| is_without_operation(document)) {
        let name = visible(&page.name);
        anstream::eprintln!("note: {name}: no operation is described; the page is skipped");
        providers.iter_mut().for_each(|provider| provider.documents.retain(|listed| **listed != *page.name));
    }
    Ok(())
}

fn is_without_operation(document: &Document) -> bool {
    document.kind == Kind::Rst && document.operations.is_empty()
}

/// A page that is read alone must describe an operation.
pub(super) fn check_operation(document: &Document) -> Result<(), ReadError> {
    if !is_without_operation(document) {
        return Ok(());
    }
    let message = "the page has no directive `.. http:get:: /path` (or another method); check that it describes an operation";
    Err(ReadError { document: document.name.clone(), line: 1, message: message.to_owned() })
}

/// Reads one document, which must describe an operation if it is a page.
pub(super) fn read(path: &Path) -> Result<Document, ReadError> {
    let document = parse(path)?;
    check_operation(&document).map(|()| document)
}

fn parse(path: &Path) -> Result<Document, ReadError> {
    Document::read_with_files(&path.display().to_string(), &bytes(path)?)
}

/// The bytes of a file. Reading stops where the file is too large: a device or a pipe may have no end.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    let document = path.display().to_string();
    let refused = |message: String| ReadError { document: document.as_str().into(), line: 0, message };
    if document == "-" {
        return Err(refused("standard input is not read; give a file".to_owned()));
    }
    if document.contains("://") {
        return Err(refused("URLs are not read; download the file".to_owned()));
    }
    let unreadable = |error: io::Error| refused(format!("cannot be read: {error}"));
    if fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Err(refused("is a folder; give a file".to_owned()));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes));
    read.map_err(unreadable)?;
    Ok(bytes)
}
