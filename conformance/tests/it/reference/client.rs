//! The client: it refuses what the document forbids, sends a call as the document says, and reports the response.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use media_upload_conformance::{
    Answer, Calling, ClientName, Driver, DriverInfo, ErrorReport, Refusal, Request,
};
use serde_json::{Value, json};

use super::body::{self, WrittenBody};
use super::defect::Defect;
use super::description::{Described, DescribedBody, Description};
use super::judge::Direction;
use super::writing::{Written, encoded};
use crate::mutants::spec_client::{Response, SentRequest, exchange};

pub(crate) struct IndependentClient {
    info: DriverInfo,
    description: Description,
    operations: Vec<Described>,
    /// Which of several media types and which of several alternatives of credentials it takes.
    choice: usize,
    defect: Option<Defect>,
    /// The same client without the defect.
    right: Option<Box<IndependentClient>>,
    /// The ids of the cases in which the defect changed the request.
    acted: Arc<Mutex<BTreeSet<String>>>,
}

/// A request in the making.
#[derive(Default)]
struct Draft {
    path: String,
    query: Vec<String>,
    headers: Vec<(String, String)>,
    cookies: Vec<String>,
    body: Option<WrittenBody>,
}

impl IndependentClient {
    pub(crate) fn new(document: &str, choice: usize, defect: Option<Defect>) -> Self {
        let description = Description::read(document);
        let operations = description.operations();
        let client = ClientName { name: "independent".into(), version: "0".into(), language: "rust".into() };
        let offered = operations.iter().map(|operation| operation.id.clone()).collect();
        let info = DriverInfo { protocol: 1, client, operations: offered, concurrency: 8 };
        let right = defect.map(|_| Box::new(Self::new(document, choice, None)));
        Self { info, description, operations, choice, defect, right, acted: Arc::default() }
    }

    /// The ids of the cases in which the defect changes the request.
    pub(crate) fn acted(&self) -> Arc<Mutex<BTreeSet<String>>> {
        Arc::clone(&self.acted)
    }

    /// Notes whether the defect changes the request.
    fn note(&self, operation: &Described, request: &Request, sent: &SentRequest) {
        let Some(right) = &self.right else { return };
        let others = right.draft(operation, request).map(|draft| self::sent(operation, draft));
        if others.as_ref() != Ok(sent) {
            self.acted.lock().unwrap().insert(request.case.clone());
        }
    }

    async fn answer(&self, request: &Request) -> Answer {
        let operation = self.operations.iter().find(|operation| operation.id == request.operation).unwrap();
        let draft = match self.draft(operation, request) {
            Ok(draft) => draft,
            Err(message) => return Answer::Refused(Refusal { message }),
        };
        let mut sent = sent(operation, draft);
        self.note(operation, request, &sent);
        let mut answered = exchange(&request.base_url, &sent, &request.clock).await;
        if let Ok(Response { challenge: Some(challenge), .. }) = &answered {
            sent.headers.extend(self.digest(challenge, &sent, operation, request));
            answered = exchange(&request.base_url, &sent, &request.clock).await;
        }
        match answered {
            Ok(response) => self.reported(operation, response),
            Err(error) => Answer::Error(ErrorReport { message: error.to_string(), ..ErrorReport::default() }),
        }
    }

    fn draft(&self, operation: &Described, request: &Request) -> Result<Draft, String> {
        let mut draft = Draft { path: encoded_literal(&operation.path), ..Draft::default() };
        let content = operation.body.as_ref().and_then(|body| self.content(body));
        let properties = content.map(|(_, content)| self.description.properties(&content["schema"]).0);
        let names = operation.argument_names(properties.as_ref());
        for parameter in &operation.parameters {
            let (place, name) = (parameter["in"].as_str().unwrap(), parameter["name"].as_str().unwrap());
            let mut argument = &names[&(place.to_owned(), name.to_owned())];
            if self.defect == Some(Defect::NamesConfused) {
                argument = names.iter().find(|((_, other), _)| other == name).unwrap().1;
            }
            let described = parameter["content"].as_object().and_then(|contents| contents.values().next());
            let schema = parameter.get("schema").or(described.map(|content| &content["schema"]));
            let schema = schema.unwrap_or(&Value::Null);
            let given = request.arguments.get(argument);
            if let Some(value) = self.checked(argument, given, parameter["required"] == true, schema)? {
                if place == "path" && value == "" {
                    return Err(format!("{argument} is empty"));
                }
                self.put(&mut draft, parameter, value);
            }
        }
        if let Some(body) = &operation.body {
            draft.body = self.body(body, &names, request)?;
        }
        self.authenticate(&mut draft, operation, request)?;
        Ok(draft)
    }

    /// Every second client writes the properties of an object in another order, blanks as `+`, and the characters that
    /// `allowReserved` allows as they are.
    fn put(&self, draft: &mut Draft, parameter: &Value, value: &Value) {
        let is_other = self.choice % 2 == 1;
        let value = &if is_other { reversed(value) } else { value.clone() };
        let (place, name) = (parameter["in"].as_str().unwrap(), parameter["name"].as_str().unwrap());
        let default = if ["path", "header"].contains(&place) { "simple" } else { "form" };
        let written = Written::new(name, parameter, default, self.defect);
        match place {
            "path" => {
                let braces = encoded_literal(&format!("{{{name}}}"));
                draft.path = draft.path.replace(&braces, &written.value(value, encoded));
            }
            "header" => draft.headers.push((name.to_owned(), written.value(value, str::to_owned))),
            "query" if is_other => {
                let is_raw = parameter["allowReserved"] == true;
                let raw =
                    |pair: String| if is_raw { pair.replace("%2F", "/").replace("%3A", ":") } else { pair };
                draft
                    .query
                    .extend(written.pairs(value).into_iter().map(|pair| raw(pair.replace("%20", "+"))));
            }
            "query" => draft.query.extend(written.pairs(value)),
            _ => draft.cookies.extend(written.pairs(value)),
        }
    }

    /// The content that it sends. Where the media types have different schemas, the arguments are those of JSON, or of the first.
    fn content<'a>(&self, body: &'a DescribedBody) -> Option<&'a (String, Value)> {
        let json = body.contents.iter().find(|(media_type, _)| media_type.contains("json"));
        let (_, usual) = json.or(body.contents.first())?;
        let alike: Vec<_> =
            body.contents.iter().filter(|(_, content)| content["schema"] == usual["schema"]).collect();
        alike.get(self.choice % alike.len()).copied()
    }

    fn body(
        &self,
        body: &DescribedBody,
        names: &std::collections::BTreeMap<(String, String), String>,
        request: &Request,
    ) -> Result<Option<WrittenBody>, String> {
        let Some((media_type, content)) = self.content(body) else { return Ok(None) };
        let schema = &content["schema"];
        let (properties, required) = self.description.properties(schema);
        let write = |value: &Value| body::write(&self.description, media_type, content, value, self.defect);
        if properties.is_empty() {
            let whole = self.checked("body", request.arguments.get("body"), body.is_required, schema)?;
            return Ok(whole.map(write));
        }
        let mut given = Vec::new();
        for (name, property) in &properties {
            let argument = &names[&("body".to_owned(), name.clone())];
            let value =
                self.checked(argument, request.arguments.get(argument), required.contains(name), property)?;
            given.extend(value.map(|value| (name.clone(), value.clone())));
        }
        let has_file = given.iter().any(|(_, value)| is_file(value));
        let whole = body::object(given);
        match has_file || self.is_valid(schema, Direction::Request, &whole) {
            true => Ok(Some(write(&whole))),
            false => Err("the body is not allowed".to_owned()),
        }
    }

    /// An argument that the document allows. A file has no schema that a JSON value could satisfy.
    fn checked<'v>(
        &self,
        name: &str,
        given: Option<&'v Value>,
        is_required: bool,
        schema: &Value,
    ) -> Result<Option<&'v Value>, String> {
        match given {
            None if is_required => Err(format!("{name} is required")),
            Some(value) if !is_file(value) && !self.is_valid(schema, Direction::Request, value) => {
                Err(format!("{name} is not allowed"))
            }
            given => Ok(given),
        }
    }

    fn is_valid(&self, schema: &Value, direction: Direction, value: &Value) -> bool {
        schema.is_null() || self.description.judge.allows(schema, direction, value)
    }

    /// Adds the credentials of an alternative of which all are given.
    fn authenticate(
        &self,
        draft: &mut Draft,
        operation: &Described,
        request: &Request,
    ) -> Result<(), String> {
        let secret = |name: &str| {
            let given = request.credentials.get(name).or(request.credentials.get("credential"));
            given.and_then(Value::as_str)
        };
        let is_given =
            |alternative: &&Vec<(String, Value)>| alternative.iter().all(|(name, _)| secret(name).is_some());
        let usable: Vec<_> = operation.security.iter().filter(is_given).collect();
        let Some(alternative) = usable.get(self.choice % usable.len().max(1)) else {
            return if operation.security.is_empty() {
                Ok(())
            } else {
                Err("a credential is required".to_owned())
            };
        };
        let count = if self.defect == Some(Defect::OneCredential) { 1 } else { alternative.len() };
        for (name, scheme) in alternative.iter().take(count) {
            if self.defect != Some(Defect::NoCredential) {
                self.add_credential(draft, scheme, secret(name).unwrap());
            }
        }
        Ok(())
    }

    fn add_credential(&self, draft: &mut Draft, scheme: &Value, secret: &str) {
        let name = scheme["name"].as_str().unwrap_or_default();
        let is_elsewhere = self.defect == Some(Defect::CredentialElsewhere);
        match (scheme["type"].as_str().unwrap(), scheme["scheme"].as_str(), scheme["in"].as_str()) {
            (_, Some("basic"), _) => {
                let without_user = secret.split_once(':').map_or("", |(_, password)| password);
                let is_wrong = self.defect == Some(Defect::NoUserName);
                let value = STANDARD.encode(if is_wrong { without_user } else { secret });
                draft.headers.push(("Authorization".to_owned(), format!("Basic {value}")));
            }
            ("apiKey", _, Some("query")) if !is_elsewhere => {
                draft.query.push(format!("{name}={}", encoded(secret)))
            }
            ("apiKey", _, Some("cookie")) if !is_elsewhere => draft.cookies.push(format!("{name}={secret}")),
            ("apiKey", _, Some("header")) if is_elsewhere => {
                draft.query.push(format!("{name}={}", encoded(secret)))
            }
            ("apiKey", ..) => draft.headers.push((name.to_owned(), secret.to_owned())),
            // The client answers the challenge of the server.
            (_, Some("digest"), _) => {}
            _ => draft.headers.push(("Authorization".to_owned(), format!("Bearer {secret}"))),
        }
    }

    /// The answer to a challenge. Its digest is not computed: the suite looks at the scheme only.
    fn digest(
        &self,
        challenge: &str,
        sent: &SentRequest,
        operation: &Described,
        request: &Request,
    ) -> Option<(String, String)> {
        let mut schemes = operation.security.iter().flatten();
        let (name, _) = schemes.find(|(_, scheme)| scheme["scheme"] == "digest")?;
        let user = request.credentials.get(name)?.as_str()?.split_once(':')?.0;
        let quoted = challenge.strip_prefix("Digest ")?;
        let value = format!("Digest username=\"{user}\", uri=\"{}\", response=\"0\", {quoted}", sent.path);
        (self.defect != Some(Defect::NoCredential)).then(|| ("Authorization".to_owned(), value))
    }

    fn reported(&self, operation: &Described, response: Response) -> Answer {
        let Response { status, retry_after_s, is_whole, body, media_type, .. } = response;
        let is_bodiless = operation.method == "HEAD" || [204, 205, 304].contains(&status);
        let documented = operation.response(status).map(|response| self.description.followed(response));
        let contents = documented.and_then(|documented| documented["content"].as_object());
        let content = contents.filter(|contents| !contents.is_empty() && !is_bodiless);
        let media_type = media_type.unwrap_or_default();
        let content =
            content.map(|contents| contents.iter().find(|(stated, _)| includes(stated, &media_type)));
        let parsed = serde_json::from_slice::<Value>(&body);
        let result = match (content, parsed.as_ref()) {
            (None, _) => Some(json!({})),
            (Some(None), _) => None,
            (Some(Some(_)), _) if !media_type.contains("json") => Some(String::from_utf8_lossy(&body).into()),
            (Some(Some((_, content))), Ok(value)) => {
                self.is_valid(&content["schema"], Direction::Response, value).then(|| value.clone())
            }
            (Some(Some(_)), Err(_)) => None,
        };
        // OpenAPI 3.0.3, 4.7.16: "documentation is expected to cover a successful operation response". Where it does not, each
        // success without a body is one.
        let is_success = (200..300).contains(&status) && (documented.is_some() || !operation.has_success());
        if let (Some(result), true) = (result, is_success && (is_whole || operation.method == "HEAD")) {
            return Answer::Result(result);
        }
        let body = parsed.unwrap_or_else(|_| String::from_utf8_lossy(&body).into());
        let message = format!("the server answered {status}");
        Answer::Error(ErrorReport { status: Some(status), body, message, retryable: None, retry_after_s })
    }
}

/// An object with its properties in reverse order.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(fields.clone().into_iter().rev().collect()),
        other => other.clone(),
    }
}

fn is_file(value: &Value) -> bool {
    match value {
        Value::Array(elements) => elements.iter().all(is_file) && !elements.is_empty(),
        value => value.get("$file").is_some(),
    }
}

/// Whether a documented media type, or a range of them, has the media type of a response.
fn includes(documented: &str, sent: &str) -> bool {
    let [documented, sent] =
        [documented, sent].map(|one| one.split(';').next().unwrap().trim().to_lowercase());
    match documented.strip_suffix('*') {
        Some(range) => range == "*/" || sent.starts_with(range),
        None => documented == sent,
    }
}

/// The path template, with all but the characters of a path percent-encoded. The braces of the names stay recognisable.
fn encoded_literal(path: &str) -> String {
    let encode = |c: char| if c.is_ascii() { c.to_string() } else { encoded(&c.to_string()) };
    path.chars().map(encode).collect()
}

fn sent(operation: &Described, draft: Draft) -> SentRequest {
    let mark = if draft.query.is_empty() { "" } else { "?" };
    let mut headers = draft.headers;
    if !draft.cookies.is_empty() {
        headers.push(("Cookie".to_owned(), draft.cookies.join("; ")));
    }
    let body = draft.body.map(|body| {
        headers.push(("Content-Type".to_owned(), body.media_type));
        body.content
    });
    SentRequest {
        method: operation.method.clone(),
        path: format!("{}{mark}{}", draft.path, draft.query.join("&")),
        query: Vec::new(),
        headers,
        body: body.unwrap_or_default(),
    }
}

impl Driver for IndependentClient {
    fn info(&self) -> &DriverInfo {
        &self.info
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(async move { Ok(self.answer(&request).await) })
    }

    /// A server for each case would use more ports than the system has, because a closed connection keeps its port for a minute.
    fn sends_nothing_late(&self) -> bool {
        true
    }
}
