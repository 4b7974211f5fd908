//! A proxy between a client and the mock servers. It alters the requests of the client.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use media_upload_conformance::plan::case::STORAGE;
use media_upload_conformance::plan::presigned::PRESIGNED;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use url::{Url, form_urlencoded};

/// Which requests the proxy alters, and how.
#[derive(Clone, Copy)]
pub(crate) enum Alteration {
    /// The requests to the API.
    Api(fn(&mut SentRequest)),
    /// The PUT to the storage.
    Storage(fn(&mut SentRequest)),
    /// The PUT to the storage is sent again if the function selects the body of the answer.
    StorageAgain(fn(&str) -> bool),
}

impl Alteration {
    /// Whether the proxy must replace the storage too.
    pub(crate) fn is_of_storage(self) -> bool {
        !matches!(self, Self::Api(_))
    }
}

/// A request that the client sent.
#[derive(Clone)]
pub(crate) struct SentRequest {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    /// The query as it was sent. It is forwarded unchanged unless `query` is altered.
    pub(crate) raw_query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) chunked: bool,
}

impl SentRequest {
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Replaces the body, where there is one.
    pub(crate) fn set_body(&mut self, body: &str) {
        if !self.body.is_empty() {
            self.body = body.as_bytes().to_vec();
        }
    }

    /// Replaces the value of a query parameter, where it is present.
    pub(crate) fn set_query(&mut self, name: &str, value: &str) {
        let found = self.query.iter_mut().filter(|(known, _)| known == name);
        found.for_each(|(_, old)| *old = value.to_owned());
    }
}

/// A running proxy. It stops when it is dropped.
pub(crate) struct TamperingProxy {
    base_url: String,
    listening: AbortHandle,
}

impl TamperingProxy {
    /// Starts a proxy before the API with this base URL. With `replaces_storage` the proxy also replaces the storage in the responses of the API.
    /// It reads each request to its end before it forwards the request, so a file that changes while it is sent would not
    /// change for the storage.
    pub(crate) async fn start(api: &str, alteration: Alteration, replaces_storage: bool) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let server = Url::parse(api).unwrap().origin().ascii_serialization();
        let base_url = api.replacen(&server, &own, 1);
        let forwarder = Arc::new(Forwarder {
            api: server,
            storage: Mutex::new(None),
            own,
            alteration,
            replaces_storage,
            client: http_client(),
        });
        let listening = tokio::spawn(listen(listener, forwarder)).abort_handle();
        Self { base_url, listening }
    }

    pub(crate) fn base_url(&self) -> String {
        self.base_url.clone()
    }
}

impl Drop for TamperingProxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, forwarder: Arc<Forwarder>) {
    while let Ok((stream, _)) = listener.accept().await {
        let forwarder = Arc::clone(&forwarder);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let forwarder = Arc::clone(&forwarder);
                async move { forwarder.exchange(request).await }
            });
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Forwards requests to the API and the storage.
struct Forwarder {
    /// The base URL of the API.
    api: String,
    /// The base URL of the storage, taken from the response of the API. None unless the proxy replaces the storage.
    storage: Mutex<Option<String>>,
    /// The base URL of the proxy.
    own: String,
    alteration: Alteration,
    replaces_storage: bool,
    client: reqwest::Client,
}

impl Forwarder {
    /// A connection that fails on the server's side also fails on the client's side: an error closes the connection.
    async fn exchange(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<Full<Bytes>>, io::Error> {
        let mut request = read(request).await.map_err(io::Error::other)?;
        let to_storage = PRESIGNED.contains(&request.path) && request.path.len() > 1;
        match self.alteration {
            Alteration::Api(alter) if !to_storage => alter(&mut request),
            Alteration::Storage(alter) if to_storage => alter(&mut request),
            _ => {}
        }
        let storage = self.storage.lock().unwrap().clone();
        let base = if to_storage { storage.unwrap_or_default() } else { self.api.clone() };
        let again = request.clone();
        let mut received = self.forward(&base, request).await.map_err(io::Error::other)?;
        if matches!(self.alteration, Alteration::StorageAgain(after) if to_storage && after(&received.text()))
        {
            received = self.forward(&base, again).await.map_err(io::Error::other)?;
        }
        Ok(self.answer(received))
    }

    async fn forward(&self, base: &str, request: SentRequest) -> reqwest::Result<Received> {
        let query = match pairs(&request.raw_query) == request.query {
            true => request.raw_query,
            false => form_urlencoded::Serializer::new(String::new()).extend_pairs(request.query).finish(),
        };
        let mark = if query.is_empty() { "" } else { "?" };
        let url = format!("{base}{}{mark}{query}", request.path);
        let mut forwarded = self.client.request(request.method.parse().unwrap(), url);
        for (name, value) in &request.headers {
            forwarded = forwarded.header(name, value);
        }
        if request.chunked {
            let body = Ok::<_, Infallible>(Bytes::from(request.body));
            forwarded = forwarded.body(reqwest::Body::wrap_stream(stream::iter([body])));
        } else if !request.body.is_empty() || has_content_length(&request.method) {
            forwarded = forwarded.header("content-length", request.body.len()).body(request.body);
        }
        let response = forwarded.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Received { status, headers, body: response.bytes().await? })
    }

    /// The answer to the client.
    fn answer(&self, Received { status, headers, body }: Received) -> hyper::Response<Full<Bytes>> {
        let body = if self.replaces_storage { self.with_own_url(&body) } else { body };
        let mut answer = hyper::Response::new(Full::new(body));
        *answer.status_mut() = status;
        for (name, value) in headers.iter().filter(|(name, _)| !is_framing(name.as_str())) {
            answer.headers_mut().append(name, value.clone());
        }
        answer
    }

    /// The body of the API's response with the URL of the proxy in place of the storage's.
    fn with_own_url(&self, body: &[u8]) -> Bytes {
        let text = String::from_utf8_lossy(body).into_owned();
        let path = PRESIGNED.trim_start_matches(STORAGE).split('?').next().unwrap();
        let storage = text.split(path).next().and_then(|before| before.rsplit('"').next()).map(str::to_owned);
        match storage.filter(|storage| storage.starts_with("http")) {
            Some(storage) => {
                let text = text.replace(&storage, &self.own);
                *self.storage.lock().unwrap() = Some(storage);
                text.into()
            }
            None => text.into(),
        }
    }
}

/// The response of a server.
struct Received {
    status: reqwest::StatusCode,
    headers: reqwest::header::HeaderMap,
    body: Bytes,
}

impl Received {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// An HTTP client without proxies and redirects.
pub(crate) fn http_client() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only([]);
    builder.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// Whether a request with this method has `Content-Length` although its body is empty.
fn has_content_length(method: &str) -> bool {
    matches!(method, "PUT" | "POST")
}

fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn is_framing(name: &str) -> bool {
    matches!(name, "content-length" | "transfer-encoding" | "connection" | "host")
}

async fn read(request: hyper::Request<Incoming>) -> hyper::Result<SentRequest> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes().to_vec();
    let text = |value: &hyper::header::HeaderValue| value.to_str().unwrap().to_owned();
    let headers = head.headers.iter().filter(|(name, _)| !is_framing(name.as_str()));
    Ok(SentRequest {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: pairs(head.uri.query().unwrap_or_default()),
        raw_query: head.uri.query().unwrap_or_default().to_owned(),
        headers: headers.map(|(name, value)| (name.to_string(), text(value))).collect(),
        body,
        chunked: false,
    })
}
