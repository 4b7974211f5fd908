//! The driver of the generated client. The calls are written from the document: see `calls`.

use std::sync::{Arc, Mutex, PoisonError};

use media_upload_conformance::{
    Answer, Calling, ClientName, Driver, DriverInfo, ErrorReport, Plan, Refusal, Request,
};
use progenitor_client::{ClientHooks, Error, OperationInfo, ResponseValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::Documented;
use super::pyannote::api;

#[allow(clippy::too_many_lines)]
mod calls {
    use super::*;

    include!("calls.generated");
}

/// Keeps the status of the latest response, as the crate does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy(Arc<Mutex<Option<u16>>>);

impl ClientHooks<Policy> for api::Client {
    async fn exec(&self, request: reqwest::Request, _: &OperationInfo) -> reqwest::Result<reqwest::Response> {
        let response = self.client.execute(request).await?;
        *self.inner.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(response.status().as_u16());
        Ok(response)
    }
}

pub(super) struct JobsClient(DriverInfo);

impl JobsClient {
    pub(super) fn new(plan: &Plan) -> Self {
        let client = ClientName { name: "generated".into(), version: "0".into(), language: "rust".into() };
        let operations = plan.cases.iter().map(|case| case.operation.clone()).collect();
        Self(DriverInfo { protocol: 1, client, operations, concurrency: 8 })
    }
}

impl Driver for JobsClient {
    fn info(&self) -> &DriverInfo {
        &self.0
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(async move {
            let policy = Policy::default();
            let client =
                api::Client::new_with_client(&request.base_url, http_client(&request), policy.clone());
            let refused = |message| Answer::Refused(Refusal { message });
            // As with our own client, the timeout ends when the server stops responding.
            let answer = tokio::select! {
                answer = calls::call(&client, &request) => answer.unwrap_or_else(refused),
                () = request.clock.silence() => {
                    Answer::Error(ErrorReport { message: "a timeout".to_owned(), ..ErrorReport::default() })
                }
            };
            Ok(answer.with_status(&policy))
        })
    }
}

fn http_client(request: &Request) -> reqwest::Client {
    let token = request.credentials.values().find_map(Value::as_str).unwrap_or_default();
    let mut bearer = reqwest::header::HeaderValue::try_from(format!("Bearer {token}")).unwrap();
    bearer.set_sensitive(true);
    let headers = [(reqwest::header::AUTHORIZATION, bearer)].into_iter().collect();
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only([]).default_headers(headers);
    builder.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

trait WithStatus {
    fn with_status(self, policy: &Policy) -> Self;
}

impl WithStatus for Answer {
    /// The generated code drops the status of a response that it cannot decode.
    fn with_status(mut self, policy: &Policy) -> Self {
        if let Self::Error(error) = &mut self {
            let seen = policy.0.lock().unwrap_or_else(PoisonError::into_inner);
            error.status = error.status.or(*seen);
        }
        self
    }
}

fn given<'a>(request: &'a Request, name: &str) -> Option<&'a Value> {
    request.arguments.get(name)
}

fn decode<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    serde_json::from_value(value.clone()).map_err(|error| error.to_string())
}

fn required<T: DeserializeOwned>(request: &Request, name: &str) -> Result<T, String> {
    decode(given(request, name).ok_or_else(|| format!("{name} is required: such a call does not compile"))?)
}

fn optional<T: DeserializeOwned>(request: &Request, name: &str) -> Result<Option<T>, String> {
    given(request, name).map(decode).transpose()
}

/// The arguments that are not parameters are fields of the body.
fn body<T: DeserializeOwned>(request: &Request, parameters: &[&str]) -> Result<T, String> {
    let fields = request.arguments.iter().filter(|(name, _)| !parameters.contains(&name.as_str()));
    let fields: Map<_, _> = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
    decode(&Value::Object(fields))
}

/// The only argument that is a file, as its bytes.
fn file(request: &Request) -> Result<Vec<u8>, String> {
    let file = request.arguments.values().find_map(|value| value["$file"].as_str());
    let file = file.ok_or("a body is required: such a call does not compile")?;
    std::fs::read(file).map_err(|error| error.to_string())
}

async fn answer<E: Documented + Serialize, T: Serialize>(
    outcome: Result<ResponseValue<T>, Error<()>>,
) -> Result<Answer, String> {
    let error = match outcome {
        Ok(success) => return Ok(Answer::Result(serde_json::to_value(success.into_inner()).unwrap())),
        Err(error) => error,
    };
    let status = error.status().map(|status| status.as_u16());
    let message = format!("{}: {error}", E::OPERATION);
    let body = match error {
        Error::UnexpectedResponse(response) => response.bytes().await.unwrap_or_default(),
        _ => Default::default(),
    };
    let typed = status.and_then(|status| E::decode(status, &body));
    let body = match typed {
        Some(typed) => serde_json::to_value(typed).unwrap(),
        None => serde_json::from_slice(&body).unwrap_or_default(),
    };
    Ok(Answer::Error(ErrorReport { status, body, message, ..ErrorReport::default() }))
}

/// The calls of every operation of the document, as Rust code.
pub(super) fn calls(document: &Value) -> String {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.values().flat_map(|item| item.as_object().unwrap().values());
    let arms: String = operations.map(|operation| arm(document, operation)).collect();
    format!(
        "pub(super) async fn call(client: &api::Client, request: &Request) -> Result<Answer, String> {{\n    \
         match request.operation.as_str() {{\n{arms}        _ => Ok(Answer::Unsupported),\n    }}\n}}\n"
    )
}

fn arm(document: &Value, operation: &Value) -> String {
    let id = operation["operationId"].as_str().unwrap();
    let parameters: Vec<_> = operation["parameters"].as_array().into_iter().flatten().collect();
    let names: Vec<_> = parameters.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
    let (mut lines, mut arguments, mut setters) = (Vec::new(), Vec::new(), Vec::new());
    for (index, (parameter, name)) in parameters.iter().zip(&names).enumerate() {
        let (annotation, reference) = form(document, &parameter["schema"]);
        if parameter["required"] == true {
            lines.push(format!(
                "let value{index}{} = required(request, {name:?})?;",
                annotation.replace('%', "String")
            ));
            arguments.push(format!("{reference}value{index}"));
        } else {
            lines.push(format!(
                "let value{index}{} = optional(request, {name:?})?;",
                annotation.replace('%', "Option<String>")
            ));
            let setter = if *name == "type" { "type_".to_owned() } else { snake(name) };
            setters.push(format!("if let Some(value) = {reference}value{index} {{\n                call = call.{setter}(value);\n            }}"));
        }
    }
    let content = &operation["requestBody"]["content"];
    if content["application/json"].is_object() {
        lines.push(format!("let body = body(request, &{names:?})?;"));
        arguments.push("&body".to_owned());
    } else if content.is_object() {
        lines.push("let body = file(request)?;".to_owned());
        arguments.push("body".to_owned());
    }
    let mutable = if setters.is_empty() { "" } else { "mut " };
    lines.push(format!("let {mutable}call = client.{}({});", snake(id), arguments.join(", ")));
    lines.extend(setters);
    let error = format!("{}{}", id[..1].to_uppercase(), &id[1..]);
    lines.push(format!("answer::<api::{error}Error, _>(call.await).await"));
    let lines: String = lines.iter().map(|line| format!("            {line}\n")).collect();
    format!("        {id:?} => {{\n{lines}        }}\n")
}

/// The type annotation that an argument needs, and whether the client takes a reference to it.
fn form(document: &Value, schema: &Value) -> (&'static str, &'static str) {
    let named = schema["$ref"].as_str();
    let schema = named.map_or(schema, |reference| document.pointer(&reference[1..]).unwrap());
    match (schema["type"].as_str().unwrap(), schema.get("enum").or(schema.get("pattern"))) {
        ("string", None) => (": %", "&"),
        ("string", Some(Value::Array(_))) => ("", ""),
        ("string" | "array" | "object", _) => ("", "&"),
        _ => ("", ""),
    }
}

/// `listJobs` gives `list_jobs`.
fn snake(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() && words.ends_with(char::is_lowercase) {
            words.push('_');
        }
        words.extend(c.to_lowercase());
    }
    words.replace('-', "_")
}
