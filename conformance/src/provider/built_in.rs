//! The built-in providers and their documents. `Config` reads them, as it reads any other `conformance.yaml`.

use super::Provider;
use super::config::Config;
use crate::document::{Document, ReadError};

/// A file of the repository: its path and its text.
macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../../../", $path)))
    };
}

/// The configurations.
const CONFIGS: &[(&str, &str)] = &[
    file!("conformance/providers/pyannote/conformance.yaml"),
    file!("conformance/providers/cielo24/conformance.yaml"),
];

/// The documents that the configurations list.
const DOCUMENTS: &[(&str, &str)] =
    &[file!("openapi/pyannote.yaml"), file!("openapi/cielo24/request_upload_url.rst")];

/// Reads the built-in configurations as one.
///
/// # Errors
///
/// One line with the place when a configuration cannot be read.
pub fn config() -> Result<Config, ReadError> {
    let mut all = Config::default();
    for (path, text) in CONFIGS {
        all.providers.extend(Config::read(path, text.as_bytes())?.providers);
    }
    Ok(all)
}

/// The built-in providers.
///
/// # Errors
///
/// One line with the place when a configuration cannot be read.
pub fn providers() -> Result<Vec<Provider>, ReadError> {
    Ok(config()?.providers)
}

/// Reads the built-in documents.
///
/// # Errors
///
/// One line with the place when a configuration or a document cannot be read.
pub fn documents() -> Result<Vec<Document>, ReadError> {
    config()?.read_documents(|path| {
        let file = DOCUMENTS.iter().find(|(known, _)| *known == path);
        let message = "is not in DOCUMENTS of conformance/src/provider/built_in.rs".to_owned();
        let missing = || ReadError { document: path.into(), line: 0, message };
        file.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(missing)
    })
}
