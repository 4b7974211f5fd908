//! The DOCUMENT arguments.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;

use super::error::CommandError;
use crate::document::{Document, MAX_BYTES, ReadError};
use crate::plan::Plan;
use crate::provider;

#[derive(Args, Debug)]
pub(super) struct Documents {
    /// Documents to use instead of the built-in ones
    #[arg(value_name = "DOCUMENT")]
    pub(super) paths: Vec<PathBuf>,
}

impl Documents {
    /// Reads the given documents, or the built-in ones.
    pub(super) fn read(&self) -> Result<Vec<Document>, CommandError> {
        let documents = match self.paths.is_empty() {
            true => provider::built_in(),
            false => self.paths.iter().map(|path| read(path)).collect(),
        };
        documents.map_err(CommandError::usage)
    }

    /// Reads the documents and plans their cases.
    pub(super) fn plan(&self) -> Result<Plan, CommandError> {
        let known = provider::known().map_err(CommandError::Suite)?;
        Plan::of(self.read()?, &known).map_err(CommandError::usage)
    }
}

pub(super) fn read(path: &Path) -> Result<Document, ReadError> {
    Document::read(&path.display().to_string(), &bytes(path)?)
}

/// The bytes of a file. Reading stops where the file is too large: a device or a pipe may have no end.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes));
    let unreadable = |error| ReadError {
        document: path.display().to_string().into(),
        line: 0,
        message: format!("cannot be read: {error}"),
    };
    read.map_err(unreadable)?;
    Ok(bytes)
}
