//! Providers: what their documents do not state in a machine-readable form.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::document::pointer::escape;
use crate::document::{Document, Location, Tree};

pub mod built_in;
pub mod config;
mod problem;
mod repetition;

/// A provider of a `conformance.yaml`. `conformance.schema.json` describes the fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provider {
    /// The name, as in case ids.
    pub name: String,
    /// The paths of its documents.
    pub documents: Vec<String>,
    /// The host of its servers. A document that names this host belongs to the provider too.
    pub host: Option<String>,
    /// The base URL that replaces the servers of the documents.
    pub base_url: Option<String>,
    /// Its credentials, in the order of the file.
    #[serde(deserialize_with = "named")]
    credentials: Vec<ClientCredential>,
    parameters: BTreeMap<String, ParameterSettings>,
    operations: BTreeMap<String, OperationSettings>,
    /// Sample bodies by status, for responses without a body in the document.
    pub bodies: BTreeMap<String, Value>,
    /// Rules that its documents state only in prose.
    pub rules: Vec<ProseRule>,
    /// Its flows.
    pub flows: Flows,
    #[serde(skip)]
    file: Option<Arc<ConfigFile>>,
}

/// The values of a `conformance.yaml`, with their lines.
#[derive(Debug)]
struct ConfigFile {
    name: Arc<str>,
    tree: Tree,
}

impl ConfigFile {
    fn locate(&self, pointer: String) -> Location {
        Location { document: self.name.clone(), line: self.tree.line(&pointer), pointer }
    }
}

/// A credential of a provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientCredential {
    /// Its name in the `credentials` of a driver.
    pub name: String,
    /// The security scheme that asks for it.
    pub scheme: Option<String>,
    /// The parameter that carries it, where the document declares no scheme.
    pub parameter: Option<String>,
    sample: Option<String>,
    variable: Option<String>,
}

/// What is known of a parameter, or of a property of a body.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ParameterSettings {
    sample: Option<Value>,
    server_value: Option<bool>,
    client_supplied: Option<bool>,
    /// Whether the sample replaces that of the configuration: the server under test knows it.
    #[serde(skip)]
    is_given: bool,
}

/// What differs in one operation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct OperationSettings {
    parameters: BTreeMap<String, ParameterSettings>,
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

/// The flows of a provider.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flows {
    /// Request a pre-signed URL, then send the media to it.
    pub upload: Option<UploadFlow>,
}

/// The flow `upload`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UploadFlow {
    /// The operation whose response contains the URL.
    pub operation: String,
    /// The JSON pointer to the URL in that response.
    pub url: String,
    /// The method of the request that sends the media.
    pub method: String,
    /// The statuses with which the storage accepts the media; at least one.
    pub success: Vec<u16>,
}

impl Default for UploadFlow {
    fn default() -> Self {
        Self { operation: String::new(), url: String::new(), method: "PUT".to_owned(), success: vec![200] }
    }
}

impl ClientCredential {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), scheme: None, parameter: None, sample: None, variable: None }
    }

    /// The value. The suite checks that it is sent where the document asks for it, and appears nowhere else.
    pub fn sample(&self) -> String {
        // A hash, because its beginning and its end occur nowhere else: the suite also looks for these parts.
        let by_name = || Sha256::digest(&self.name)[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        self.sample.clone().unwrap_or_else(by_name)
    }

    /// Whether the configuration states the value.
    pub(crate) fn has_sample(&self) -> bool {
        self.sample.is_some()
    }

    /// The environment variable that holds a real value.
    pub fn variable(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let by_name = || format!("CONFORMANCE_{}", self.name.chars().map(plain).collect::<String>());
        self.variable.clone().unwrap_or_else(by_name)
    }
}

impl Provider {
    /// The credentials. At least one has no scheme: it is for each scheme that no other credential names. If the configuration has
    /// no such credential, it has the name `credential`.
    pub fn credentials(&self) -> Vec<ClientCredential> {
        let mut credentials = self.credentials.clone();
        if credentials.iter().all(|own| own.scheme.is_some()) {
            credentials.push(ClientCredential::new("credential"));
        }
        credentials
    }

    /// Whether a parameter of this name carries one of the credentials.
    pub fn has_credential_parameter(&self, name: &str) -> bool {
        self.credentials.iter().any(|own| own.parameter.as_deref() == Some(name))
    }

    /// The sample of a parameter, and its place in the configuration. `names` are the names under which it may be listed.
    pub fn sample(&self, operation: &str, names: &[&str]) -> Option<(&Value, Location)> {
        let mut settings = self.settings(operation, names).into_iter();
        let (sample, at) = settings.find_map(|(settings, at)| Some((settings.sample.as_ref()?, at)))?;
        Some((sample, self.locate(&format!("{at}/sample"))))
    }

    /// Replaces the sample of an argument of one operation by a value that the server under test knows.
    pub(crate) fn give_sample(&mut self, operation: &str, name: &str, value: Value) {
        let parameters = &mut self.operations.entry(operation.to_owned()).or_default().parameters;
        let settings = parameters.entry(name.to_owned()).or_default();
        (settings.sample, settings.is_given) = (Some(value), true);
    }

    /// Whether the sample of an argument was replaced by [`Self::give_sample`].
    pub(crate) fn is_given(&self, operation: &str, name: &str) -> bool {
        self.settings(operation, &[name]).iter().any(|(settings, _)| settings.is_given)
    }

    /// Whether it can state samples: it lists parameters, operations or credentials.
    pub(crate) fn has_samples(&self) -> bool {
        !self.parameters.is_empty() || !self.operations.is_empty() || !self.credentials.is_empty()
    }

    /// The operations that it names, each with its place.
    pub(crate) fn listed_operations(&self) -> Vec<(String, Location)> {
        let place = |id: &String| self.locate(&format!("/operations/{}", escape(id)));
        self.operations.keys().map(|id| (id.clone(), place(id))).collect()
    }

    /// The parameters that it names: the operation, if they are listed for one; the name; the place.
    pub(crate) fn listed_parameters(&self) -> Vec<(Option<String>, String, Location)> {
        let listed = self.parameter_lists().flat_map(|(id, parameters, at)| {
            let place = move |name: &String| self.locate(&format!("{at}/{}", escape(name)));
            parameters.keys().map(move |name| (id.cloned(), name.clone(), place(name)))
        });
        listed.collect()
    }

    /// The lists of parameters, each with its JSON pointer: those of an operation with its id, then those of all operations.
    fn parameter_lists(
        &self,
    ) -> impl Iterator<Item = (Option<&String>, &BTreeMap<String, ParameterSettings>, String)> {
        let of_operations = self.operations.iter().map(|(id, own)| {
            let at = format!("/operations/{}/parameters", escape(id));
            (Some(id), &own.parameters, at)
        });
        of_operations.chain([(None, &self.parameters, "/parameters".to_owned())])
    }

    /// The place that states that the client supplies a parameter itself, if it does. A driver does not receive it.
    pub fn client_supplied_at(&self, operation: &str, name: &str) -> Option<Location> {
        let settings = self.settings(operation, &[name]);
        let stated = settings.iter().find(|(settings, _)| settings.client_supplied.is_some());
        let (_, at) = stated.filter(|(settings, _)| settings.client_supplied == Some(true))?;
        Some(self.locate(&format!("{at}/client_supplied")))
    }

    /// Whether only the server can know a valid value of a parameter, if the provider states it.
    pub fn is_server_value(&self, operation: &str, names: &[&str]) -> Option<bool> {
        self.settings(operation, names).iter().find_map(|(settings, _)| settings.server_value)
    }

    /// What is known of a parameter, each with its JSON pointer: first for the operation, then for all operations.
    fn settings(&self, operation: &str, names: &[&str]) -> Vec<(&ParameterSettings, String)> {
        let lists = self.parameter_lists().filter(|(id, ..)| id.is_none_or(|id| id == operation));
        let found = lists.flat_map(|(_, parameters, at)| {
            let named = names.iter().filter_map(|name| parameters.get_key_value(*name));
            let named = named.map(move |(name, settings)| (settings, format!("{at}/{}", escape(name))));
            named.collect::<Vec<_>>()
        });
        found.collect()
    }

    /// The place of a JSON pointer below this provider in its `conformance.yaml`.
    pub fn locate(&self, pointer: &str) -> Location {
        let pointer = format!("/providers/{}{pointer}", escape(&self.name));
        match &self.file {
            Some(file) => file.locate(pointer),
            None => Location { document: self.name.as_str().into(), line: 1, pointer },
        }
    }

    /// The paths of its documents, each with its place.
    fn located_documents(&self) -> impl Iterator<Item = (&str, Location)> {
        let listed = self.documents.iter().enumerate();
        listed.map(|(index, path)| (path.as_str(), self.locate(&format!("/documents/{index}"))))
    }

    /// Whether it lists the document.
    pub fn lists(&self, document: &Document) -> bool {
        self.documents.iter().any(|name| **name == *document.name)
    }

    fn has_host_of(&self, document: &Document) -> bool {
        document.servers.iter().any(|server| {
            let host = server.url.split("://").last().unwrap_or_default();
            host.split(['/', ':']).next() == self.host.as_deref()
        })
    }
}

/// Returns the provider that lists the document, or else the one whose host the document names. For an unknown document, returns
/// a provider with the name of the file and without rules, credentials and samples.
pub fn of(document: &Document, known: &[Provider]) -> Provider {
    let listing = known.iter().find(|provider| provider.lists(document));
    let own = listing.or_else(|| known.iter().find(|provider| provider.has_host_of(document)));
    own.cloned().unwrap_or_else(|| {
        let stem = Path::new(&*document.name).file_stem().unwrap_or_default();
        Provider { name: stem.to_string_lossy().into_owned(), ..Provider::default() }
    })
}

/// Reads a mapping as a list, in its order: each key becomes the `name` of its entry.
fn named<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let entries = Map::<String, Value>::deserialize(deserializer)?.into_iter();
    let read = |(name, mut entry): (String, Value)| {
        if let Some(fields) = entry.as_object_mut() {
            fields.insert("name".to_owned(), name.into());
        }
        T::deserialize(entry).map_err(D::Error::custom)
    };
    entries.map(read).collect()
}
