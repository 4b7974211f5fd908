//! Providers: what no document can say in a machine's words, and the documents built in.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::document::{Document, ReadError};

/// The built-in documents, by their path in the repository.
const DOCUMENTS: &[(&str, &[u8])] = &[
    ("openapi/pyannote.yaml", include_bytes!("../../openapi/pyannote.yaml")),
    (
        "openapi/cielo24/request_upload_url.rst",
        include_bytes!("../../openapi/cielo24/request_upload_url.rst"),
    ),
];

/// One entry of `providers.yaml`, with the prose rules of `rules/<provider>.yaml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// The name in case ids.
    pub name: String,
    /// The host by which a document is recognised as this provider's.
    pub host: String,
    /// The paths of its built-in documents.
    pub documents: Vec<String>,
    /// How a caller names its credential, and the value the suite uses.
    pub credential: Option<Credential>,
    /// Parameters the client fills in by itself.
    #[serde(default)]
    pub client_parameters: Vec<String>,
    /// Sample arguments, by name, where the document gives no example.
    #[serde(default)]
    pub samples: BTreeMap<String, Value>,
    /// Sample bodies, by status, where the document states none.
    #[serde(default)]
    pub bodies: BTreeMap<String, Value>,
    /// The two-step upload, if this provider has one.
    pub upload: Option<Upload>,
    /// Rules its documents state only in prose.
    #[serde(skip)]
    pub rules: Vec<ProseRule>,
}

/// A provider's credential.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// The key under which a driver finds it.
    pub name: String,
    /// The query parameter that carries it, where the document has no words for that.
    pub parameter: Option<String>,
    /// The value: a sentinel that must turn up in its place and nowhere else.
    pub sample: String,
}

/// The flow `upload`: ask for the pre-signed URL, then PUT the media to it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// The operation that answers with the URL.
    pub operation: String,
    /// The pointer to the URL in its answer.
    pub url: String,
}

impl Provider {
    /// The credential a client is given: this provider's, or a sentinel of the suite's own.
    pub fn credential(&self) -> Credential {
        self.credential.clone().unwrap_or_else(|| Credential {
            name: "credential".to_owned(),
            parameter: None,
            sample: "conformance-5e1f0c7ad2b94e3680d1a9c4".to_owned(),
        })
    }
}

/// A rule that rests on a sentence of a document.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProseRule {
    /// The rule's id.
    pub rule: String,
    /// The sentence, word for word.
    pub sentence: String,
}

/// The providers the suite knows.
///
/// # Errors
///
/// One line when `providers.yaml` or a rules file does not parse: the suite itself is damaged.
pub fn known() -> Result<Vec<Provider>, String> {
    let mut providers: Vec<Provider> = serde_yaml::from_str(include_str!("../providers.yaml"))
        .map_err(|error| format!("conformance/providers.yaml: {error}"))?;
    for provider in &mut providers {
        let text = match provider.name.as_str() {
            "pyannote" => include_str!("../rules/pyannote.yaml"),
            "cielo24" => include_str!("../rules/cielo24.yaml"),
            _ => continue,
        };
        provider.rules = serde_yaml::from_str(text)
            .map_err(|error| format!("conformance/rules/{}.yaml: {error}", provider.name))?;
    }
    Ok(providers)
}

/// Reads the documents built into the suite.
///
/// # Errors
///
/// The reader's own, naming file and line.
pub fn built_in() -> Result<Vec<Document>, ReadError> {
    DOCUMENTS.iter().map(|(name, bytes)| Document::read(name, bytes)).collect()
}

/// The provider a document belongs to: the one whose host it names, or a new one named after the
/// file's stem, without prose rules, credential or samples.
pub fn of(document: &Document, known: &[Provider]) -> Provider {
    let named = |provider: &&Provider| {
        document.servers.iter().any(|server| {
            let host = server.url.split("://").last().unwrap_or_default();
            host.split(['/', ':']).next() == Some(provider.host.as_str())
        })
    };
    known.iter().find(named).cloned().unwrap_or_else(|| {
        let stem = Path::new(&*document.name).file_stem().unwrap_or_default();
        Provider { name: stem.to_string_lossy().into_owned(), ..Provider::default() }
    })
}
