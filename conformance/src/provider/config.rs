//! `conformance.yaml`: providers, and clients to test.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::{ConfigFile, Provider, named, problem, repetition};
use crate::document::pointer::escape;
use crate::document::{Document, Location, ReadError, read_values};

/// The name of the file that the command looks for in the working directory.
pub const FILE_NAME: &str = "conformance.yaml";

/// The content of a `conformance.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The providers, in the order of the file.
    #[serde(deserialize_with = "named")]
    pub providers: Vec<Provider>,
    /// The clients, in the order of the file.
    #[serde(deserialize_with = "named")]
    pub clients: Vec<Client>,
}

/// A client to test.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Its name.
    pub name: String,
    /// The command that starts its driver. Reading a configuration never starts it.
    pub command: Vec<String>,
    /// The list of its known failures.
    pub known_failing: Option<PathBuf>,
    #[serde(skip)]
    file: Option<Arc<ConfigFile>>,
}

impl Client {
    /// The place that names the list of its known failures.
    pub fn known_failing_at(&self) -> Option<Location> {
        let pointer = format!("/clients/{}/known_failing", escape(&self.name));
        self.file.as_ref().map(|file| file.locate(pointer))
    }
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// One line with the place: the text is not YAML, or it does not satisfy `conformance.schema.json`.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, ReadError> {
        let tree = read_values(name, bytes)?;
        let refused = |(pointer, message): (String, String)| ReadError {
            document: name.into(),
            line: tree.line(&pointer),
            message,
        };
        problem::first(&tree.value).map_or(Ok(()), |problem| Err(refused(problem)))?;
        let unreadable = |error: serde_json::Error| refused((String::new(), error.to_string()));
        let mut config = Self::deserialize(&tree.value).map_err(unreadable)?;
        let folder = Path::new(name).parent().unwrap_or(Path::new(""));
        for path in config.clients.iter_mut().filter_map(|client| client.known_failing.as_mut()) {
            *path = plain(&folder.join(&path));
        }
        let file = Arc::new(ConfigFile { name: name.into(), tree });
        for provider in &mut config.providers {
            provider.file = Some(file.clone());
            for path in &mut provider.documents {
                *path = plain(&folder.join(&path)).display().to_string();
            }
        }
        if config.providers.is_empty() && config.clients.is_empty() {
            let message = "the file has no provider and no client; add one of them".to_owned();
            return Err(ReadError { document: name.into(), line: 1, message });
        }
        for client in &mut config.clients {
            client.file = Some(file.clone());
        }
        repetition::check(&config.providers)?;
        Ok(config)
    }

    /// Reads all documents. `open` returns the bytes of a file.
    ///
    /// # Errors
    ///
    /// The first document that cannot be opened, with the place that names it, or read, with its own line.
    pub fn read_documents(
        &self,
        open: impl Fn(&str) -> Result<Vec<u8>, ReadError>,
    ) -> Result<Vec<Document>, ReadError> {
        let read = |(path, place): (&str, Location)| {
            let bytes = open(path).map_err(|error| ReadError {
                document: place.document,
                line: place.line,
                message: format!("the document {error}; paths are relative to this file"),
            })?;
            Document::read_with_files(path, &bytes)
        };
        self.providers.iter().flat_map(Provider::located_documents).map(read).collect()
    }
}

/// A path without `.`, and without each `..` that follows the name of a folder.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    if plain.as_os_str().is_empty() { PathBuf::from(".") } else { plain }
}
