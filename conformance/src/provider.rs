//! Providers: what their documents do not state in a machine-readable form, and the built-in documents.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::document::{Document, ReadError};

/// A file of the repository: its path and its text.
macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../../", $path)))
    };
}

/// The built-in documents.
const DOCUMENTS: &[(&str, &str)] =
    &[file!("openapi/pyannote.yaml"), file!("openapi/cielo24/request_upload_url.rst")];

/// The prose rules, one file for each provider.
const RULES: &[(&str, &str)] =
    &[file!("conformance/rules/pyannote.yaml"), file!("conformance/rules/cielo24.yaml")];

/// One entry of `providers.yaml`, with the prose rules of `rules/<provider>.yaml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// The name, as in case ids.
    pub name: String,
    /// The host of its servers. A document that names this host belongs to the provider.
    pub host: String,
    /// The credential that the suite gives to a client.
    pub credential: Option<ClientCredential>,
    /// Parameters that the client supplies by itself.
    #[serde(default)]
    pub client_parameters: Vec<String>,
    /// Sample arguments by name, for parameters without an example in the document.
    #[serde(default)]
    pub samples: BTreeMap<String, Value>,
    /// Sample bodies by status, for responses without a body in the document.
    #[serde(default)]
    pub bodies: BTreeMap<String, Value>,
    /// The upload flow, if this provider has one.
    pub upload: Option<UploadFlow>,
    /// Rules that its documents state only in prose.
    #[serde(skip)]
    pub rules: Vec<ProseRule>,
}

/// A credential of a provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientCredential {
    /// Its name in the `credentials` of a driver.
    pub name: String,
    /// The query parameter that carries it, when the document does not declare one.
    pub parameter: Option<String>,
    /// The value. The suite checks that it is sent where the document asks for it, and appears nowhere else.
    pub sample: String,
}

/// The flow `upload`: request a pre-signed URL, then PUT the media to it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UploadFlow {
    /// The operation whose response contains the URL.
    pub operation: String,
    /// The JSON pointer to the URL in that response.
    pub url: String,
}

impl Provider {
    /// Returns the credential of this provider, or a default credential.
    pub fn credential(&self) -> ClientCredential {
        self.credential.clone().unwrap_or_else(|| ClientCredential {
            name: "credential".to_owned(),
            parameter: None,
            sample: "conformance-5e1f0c7ad2b94e3680d1a9c4".to_owned(),
        })
    }
}

/// A rule that a sentence of a document states.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProseRule {
    /// The id of the rule.
    pub rule: String,
    /// The sentence, quoted exactly.
    pub sentence: String,
}

/// The providers that the suite knows.
///
/// # Errors
///
/// One line when `providers.yaml` or a file of prose rules does not parse.
pub fn known() -> Result<Vec<Provider>, String> {
    let mut providers: Vec<Provider> = parse(file!("conformance/providers.yaml"))?;
    for provider in &mut providers {
        let path = format!("conformance/rules/{}.yaml", provider.name);
        if let Some(file) = RULES.iter().find(|(known, _)| *known == path) {
            provider.rules = parse(*file)?;
        }
    }
    Ok(providers)
}

fn parse<T: DeserializeOwned>((path, text): (&str, &str)) -> Result<T, String> {
    serde_yaml::from_str(text).map_err(|error| format!("{path}: {error}"))
}

/// Reads the built-in documents.
///
/// # Errors
///
/// The first document that cannot be read, with its line.
pub fn built_in() -> Result<Vec<Document>, ReadError> {
    DOCUMENTS.iter().map(|(path, text)| Document::read(path, text.as_bytes())).collect()
}

/// Returns the provider whose host the document names. For an unknown host, returns a provider with the name of the file and
/// without rules, credential and samples.
pub fn of(document: &Document, known: &[Provider]) -> Provider {
    let owns = |provider: &&Provider| {
        document.servers.iter().any(|server| {
            let host = server.url.split("://").last().unwrap_or_default();
            host.split(['/', ':']).next() == Some(provider.host.as_str())
        })
    };
    known.iter().find(owns).cloned().unwrap_or_else(|| {
        let stem = Path::new(&*document.name).file_stem().unwrap_or_default();
        Provider { name: stem.to_string_lossy().into_owned(), ..Provider::default() }
    })
}
