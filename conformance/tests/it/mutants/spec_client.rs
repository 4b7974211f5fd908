//! A client written from a document alone. It refuses the arguments that the document forbids, sends the request over a TCP
//! connection of its own, and reports the response. It uploads a file with one PUT and never retries. Built from a document with
//! one altered constraint, it is a mutant.

use std::io;

use jsonschema::Validator;
use media_upload_conformance::document::{Code, CredentialKind, Operation, Parameter, Schema};
use media_upload_conformance::{
    Answer, Calling, ClientName, Document, Driver, DriverInfo, ErrorReport, Refusal, Request, VirtualClock,
};
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::form_urlencoded;

/// The most of a response body that the client reads, in bytes.
const MAX_BODY: usize = 256 * 1024;

/// A request before it becomes bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SentRequest {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What a mutant does to the request or to the answer of the client.
pub(crate) type Alters<T> = Box<dyn Fn(&mut T) + Send + Sync>;

pub(crate) struct SpecClient {
    info: DriverInfo,
    operations: Vec<SpecOperation>,
    pub(crate) alters_request: Alters<SentRequest>,
    pub(crate) alters_put: Alters<SentRequest>,
    pub(crate) alters_answer: Alters<Answer>,
}

/// An operation with its compiled schemas.
struct SpecOperation {
    operation: Operation,
    parameters: Vec<(Parameter, Validator)>,
    /// The properties of the body, each with whether it is required.
    properties: Vec<(String, bool, Validator)>,
    successes: Vec<(Code, Option<Validator>)>,
}

impl SpecClient {
    pub(crate) fn new(document: &Document) -> Self {
        let client = ClientName { name: "spec".into(), version: "0".into(), language: "rust".into() };
        let operations = document.operations.iter().map(|operation| operation.id.clone());
        let operations = operations.chain(["upload".to_owned()]).collect();
        Self {
            info: DriverInfo { protocol: 1, client, operations, concurrency: 1 },
            operations: document.operations.iter().map(|operation| compiled(document, operation)).collect(),
            alters_request: Box::new(|_| ()),
            alters_put: Box::new(|_| ()),
            alters_answer: Box::new(|_| ()),
        }
    }

    async fn answer(&self, request: &Request) -> Answer {
        let mut operations = self.operations.iter();
        let Some(spec) = operations.find(|spec| spec.operation.id == request.operation) else {
            return self.upload(request).await;
        };
        let mut answer = self.ask(spec, request).await;
        (self.alters_answer)(&mut answer);
        answer
    }

    /// Asks for the URL, and sends the file to it.
    async fn upload(&self, request: &Request) -> Answer {
        let url = match self.ask(&self.operations[0], request).await {
            Answer::Result(result) => result.as_object().unwrap().values().next().cloned().unwrap(),
            answer => return answer,
        };
        let body = std::fs::read(request.arguments["file"].as_str().unwrap()).unwrap();
        let (_, target) = split(url.as_str().unwrap());
        let base_url = url.as_str().unwrap().trim_end_matches(target);
        let (query, headers) = (Vec::new(), Vec::new());
        let mut put = SentRequest { method: "PUT".to_owned(), path: target.to_owned(), query, headers, body };
        (self.alters_put)(&mut put);
        let mut answer = match exchange(base_url, &put, &request.clock).await {
            Ok(Response { status: 200..300, .. }) => Answer::Result(Value::Object(Map::new())),
            Ok(Response { status, .. }) => {
                let message = format!("the storage answered {status}");
                Answer::Error(ErrorReport { status: Some(status), message, ..ErrorReport::default() })
            }
            Err(error) => lost(&error),
        };
        (self.alters_answer)(&mut answer);
        answer
    }

    /// Calls an operation.
    async fn ask(&self, spec: &SpecOperation, request: &Request) -> Answer {
        let mut sent = match spec.request(request) {
            Ok(sent) => sent,
            Err(message) => return Answer::Refused(Refusal { message }),
        };
        (self.alters_request)(&mut sent);
        match exchange(&request.base_url, &sent, &request.clock).await {
            Ok(response) => spec.answer(response),
            Err(error) => lost(&error),
        }
    }
}

impl Driver for SpecClient {
    fn info(&self) -> &DriverInfo {
        &self.info
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(async move { Ok(self.answer(&request).await) })
    }
}

fn lost(error: &io::Error) -> Answer {
    Answer::Error(ErrorReport { message: error.to_string(), ..ErrorReport::default() })
}

fn compiled(document: &Document, operation: &Operation) -> SpecOperation {
    let validator = |schema: &Schema| document.validator(schema).unwrap();
    let parameters = operation.parameters.iter();
    let body = operation.body.iter().flat_map(|body| &body.contents);
    let properties = body.filter_map(|content| content.schema.as_ref()).flat_map(|schema| {
        let (object, pointer) = match schema.value.get("$ref").and_then(Value::as_str) {
            Some(reference) => document.definition(reference).unwrap(),
            None => (&schema.value, schema.pointer.clone()),
        };
        let required = object.get("required").cloned().unwrap_or_default();
        let is_required =
            move |name: &str| required.as_array().is_some_and(|all| all.iter().any(|one| one == name));
        let properties = object.get("properties").and_then(Value::as_object).into_iter().flatten();
        let compiled = properties.map(move |(name, property)| {
            let schema = Schema { value: property.clone(), pointer: format!("{pointer}/properties/{name}") };
            (name.clone(), is_required(name), schema)
        });
        compiled.collect::<Vec<_>>()
    });
    let successes = operation.responses.iter().filter(|response| response.code.is_success());
    SpecOperation {
        parameters: parameters.map(|parameter| (parameter.clone(), validator(&parameter.schema))).collect(),
        properties: properties
            .map(|(name, is_required, schema)| (name, is_required, validator(&schema)))
            .collect(),
        successes: successes
            .map(|response| {
                let schema = response.contents.first().and_then(|content| content.schema.as_ref());
                (response.code, schema.map(validator))
            })
            .collect(),
        operation: operation.clone(),
    }
}

impl SpecOperation {
    /// The request for a call. The error says why the client refuses the call.
    fn request(&self, request: &Request) -> Result<SentRequest, String> {
        let (_, base_path) = split(&request.base_url);
        let mut sent = SentRequest {
            method: self.operation.method.clone(),
            path: format!("{base_path}{}", self.operation.path),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        for (parameter, validator) in &self.parameters {
            let name = &parameter.name;
            let given = request.arguments.get(name).or(request.credentials.get(name)).cloned();
            if let Some(value) = checked(name, given.or(constant(parameter)), parameter.required, validator)?
            {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                sent.query.push((name.clone(), text));
            }
        }
        if !self.properties.is_empty() {
            let mut body = Map::new();
            for (name, is_required, validator) in &self.properties {
                let given = request.arguments.get(name).cloned();
                body.extend(
                    checked(name, given, *is_required, validator)?.map(|value| (name.clone(), value)),
                );
            }
            sent.body = Value::Object(body).to_string().into_bytes();
            sent.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        if self.operation.credentials().any(|credential| credential.kind == CredentialKind::Bearer) {
            let key = request.credentials.values().find_map(Value::as_str).unwrap_or_default();
            sent.headers.push(("authorization".to_owned(), format!("Bearer {key}")));
        }
        Ok(sent)
    }

    fn answer(&self, response: Response) -> Answer {
        let Response { status, retry_after_s, is_whole, body, .. } = response;
        let json = serde_json::from_slice(&body);
        let is_exact = |code: &Code| *code == Code::Exact(status);
        let success = self.successes.iter().find(|(code, _)| is_exact(code));
        if let (Some((_, validator)), Ok(value), true) = (success, &json, is_whole)
            && validator.as_ref().is_none_or(|validator| validator.is_valid(value))
        {
            return Answer::Result(value.clone());
        }
        let body = json.unwrap_or_else(|_| String::from_utf8_lossy(&body).into());
        let message = format!("the server answered {status}");
        Answer::Error(ErrorReport { status: Some(status), body, message, retryable: None, retry_after_s })
    }
}

/// The value that a client supplies by itself: the only one that the document lists.
fn constant(parameter: &Parameter) -> Option<Value> {
    match parameter.schema.value.get("enum")?.as_array()?.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

fn checked(
    name: &str,
    given: Option<Value>,
    required: bool,
    validator: &Validator,
) -> Result<Option<Value>, String> {
    match given {
        None if required => Err(format!("{name} is required")),
        Some(value) if !validator.is_valid(&value) => Err(format!("{name} is not allowed")),
        given => Ok(given),
    }
}

pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) retry_after_s: Option<f64>,
    /// What the server asks for, where the request had no credential.
    pub(crate) challenge: Option<String>,
    pub(crate) media_type: Option<String>,
    /// Whether all bytes that `Content-Length` states have arrived.
    pub(crate) is_whole: bool,
    pub(crate) body: Vec<u8>,
}

/// Sends a request and reads the response. A server that stops responding ends the exchange with an error.
pub(crate) async fn exchange(
    base_url: &str,
    sent: &SentRequest,
    clock: &VirtualClock,
) -> io::Result<Response> {
    let (host, _) = split(base_url);
    let talk = async {
        let mut stream = TcpStream::connect(host).await?;
        stream.write_all(&bytes(host, sent)).await?;
        let mut received = Vec::new();
        stream.take(MAX_BODY as u64).read_to_end(&mut received).await?;
        parsed(&received).ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
    };
    tokio::select! {
        response = talk => response,
        () = clock.silence() => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// The host with its port, and the path of a base URL.
fn split(base_url: &str) -> (&str, &str) {
    let rest = base_url.trim_start_matches("http://");
    rest.split_at(rest.find('/').unwrap_or(rest.len()))
}

fn bytes(host: &str, sent: &SentRequest) -> Vec<u8> {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&sent.query).finish();
    let mark = if query.is_empty() { "" } else { "?" };
    let mut head = format!("{} {}{mark}{query} HTTP/1.1\r\nhost: {host}\r\n", sent.method, sent.path);
    head += &format!("connection: close\r\ncontent-length: {}\r\n", sent.body.len());
    for (name, value) in &sent.headers {
        head += &format!("{name}: {value}\r\n");
    }
    [format!("{head}\r\n").as_bytes(), &sent.body].concat()
}

fn parsed(received: &[u8]) -> Option<Response> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&received[..end]).ok()?;
    let header = |name: &str| {
        let mut fields = head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let body = received[end + 4..].to_vec();
    let length = header("content-length").map_or(Some(body.len()), |length| length.parse().ok())?;
    Some(Response {
        status: head.split_whitespace().nth(1)?.parse().ok()?,
        challenge: header("www-authenticate").map(str::to_owned),
        media_type: header("content-type").map(str::to_owned),
        retry_after_s: header("retry-after").and_then(|seconds| seconds.parse().ok()),
        is_whole: body.len() == length,
        body,
    })
}
