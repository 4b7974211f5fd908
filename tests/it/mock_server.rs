//! Mock servers of the APIs and of storage.

use media_upload::{Retry, cielo24, pyannote};
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub(crate) const KEY: &str = "sentinel-key-8d1f";
pub(crate) const TOKEN: &str = "5e471e15e471e15e471e15e471e15e47";
pub(crate) const SIGNATURE: &str = "516e471e516e471e";
pub(crate) const JOB: &str = "64bea283eff6475ea6596027a6ba0929";

/// The operation of each API that returns an upload URL.
pub(crate) const PYANNOTE: (&str, &str) = ("POST", "/v1/media/input");
pub(crate) const CIELO24: (&str, &str) = ("GET", "/api/job/request_upload_url");

/// A client without retries.
pub(crate) fn pyannote(server: &MockServer) -> pyannote::Client {
    let builder = pyannote::Client::builder(pyannote::ApiKey::new(KEY).unwrap()).base_url(server.uri());
    builder.retry(Retry::never()).build().unwrap()
}

/// A client without retries.
pub(crate) fn cielo24(server: &MockServer) -> cielo24::Client {
    let builder = cielo24::Client::builder(cielo24::ApiToken::new(TOKEN).unwrap()).base_url(server.uri());
    builder.retry(Retry::never()).build().unwrap()
}

pub(crate) fn media_url() -> pyannote::MediaUrl {
    pyannote::MediaUrl::from_key("interview.wav").unwrap()
}

pub(crate) fn job() -> cielo24::JobId {
    cielo24::JobId::new(JOB).unwrap()
}

/// A pre-signed URL of storage at `origin`.
pub(crate) fn presigned(origin: &str) -> String {
    format!("{origin}/bucket/object?X-Amz-Credential=AKIASENTINEL%2Fs3&X-Amz-Signature={SIGNATURE}")
}

/// A server that answers `operation` with `answer`.
pub(crate) async fn api_server(operation: (&str, &str), answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    serve(&server, operation, answer).await;
    server
}

/// A server with both APIs and with storage, which answers each PUT with `answer`.
pub(crate) async fn storage_server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    serve_storage(&server, answer).await;
    server
}

pub(crate) async fn serve_storage(server: &MockServer, answer: ResponseTemplate) {
    serve_upload_url(server, &presigned(&server.uri())).await;
    serve(server, ("PUT", "/bucket/object"), answer).await;
}

/// Both APIs return `url` as the upload URL.
pub(crate) async fn serve_upload_url(server: &MockServer, url: &str) {
    let [created, ok] = [201, 200].map(ResponseTemplate::new);
    serve(server, PYANNOTE, created.set_body_json(json!({ "url": url }))).await;
    serve(server, CIELO24, ok.set_body_json(json!({ "upload_url": url }))).await;
}

pub(crate) async fn serve(server: &MockServer, (verb, target): (&str, &str), answer: ResponseTemplate) {
    Mock::given(method(verb)).and(path(target)).respond_with(answer).mount(server).await;
}

/// Like [`serve`], but for one request only. Later calls apply to later requests.
pub(crate) async fn serve_once(server: &MockServer, (verb, target): (&str, &str), answer: ResponseTemplate) {
    Mock::given(method(verb)).and(path(target)).respond_with(answer).up_to_n_times(1).mount(server).await;
}

/// An origin that refuses connections while the socket exists. The socket is bound, to reserve the port, but does not listen.
pub(crate) fn refusing_origin() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    (socket, url)
}

/// The requests that `server` received, in order.
pub(crate) async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

/// The names of all headers of a request, sorted.
pub(crate) fn header_names(request: &Request) -> Vec<&str> {
    let mut names: Vec<&str> = request.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    names
}

/// The documented form of `error`, as JSON.
pub(crate) fn documented<E: std::error::Error + serde::Serialize + 'static>(
    error: &media_upload::Error,
) -> Value {
    serde_json::to_value(error.documented::<E>().expect("a documented error")).unwrap()
}
