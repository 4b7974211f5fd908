//! A wire that alters what a client sends: a proxy between it and the mock servers.

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
use media_upload_conformance::plan::upload::PRESIGNED;
use media_upload_conformance::run::driver::Request;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use url::form_urlencoded;

/// Which requests are altered, and how.
#[derive(Clone, Copy)]
pub(crate) enum Tamper {
    Api(fn(&mut Sent)),
    Storage(fn(&mut Sent)),
}

/// A request as the client meant it.
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) chunked: bool,
}

impl Sent {
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Another body, in a request that has one.
    pub(crate) fn set_body(&mut self, body: &str) {
        if !self.body.is_empty() {
            self.body = body.as_bytes().to_vec();
        }
    }

    pub(crate) fn set_query(&mut self, name: &str, value: &str) {
        let found = self.query.iter_mut().filter(|(known, _)| known == name);
        found.for_each(|(_, old)| *old = value.to_owned());
    }
}

/// A running wire; it stops when dropped.
pub(crate) struct Wire {
    base_url: String,
    listening: AbortHandle,
}

struct Ends {
    api: String,
    /// Where the storage is: learnt from the API's answer, and only when its requests are altered.
    storage: Mutex<Option<String>>,
    own: String,
    tamper: Tamper,
    takes_storage: bool,
    client: reqwest::Client,
}

impl Wire {
    pub(crate) async fn start(request: &Request, tamper: Tamper) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let ends = Arc::new(Ends {
            api: request.base_url.clone(),
            storage: Mutex::new(None),
            own: base_url.clone(),
            tamper,
            takes_storage: matches!(tamper, Tamper::Storage(_)) && is_fixed_upload(request),
            client: plain_client(),
        });
        let listening = tokio::spawn(listen(listener, ends)).abort_handle();
        Self { base_url, listening }
    }

    pub(crate) fn base_url(&self) -> String {
        self.base_url.clone()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, ends: Arc<Ends>) {
    while let Ok((stream, _)) = listener.accept().await {
        let ends = Arc::clone(&ends);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let ends = Arc::clone(&ends);
                async move { ends.pass(request).await }
            });
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

impl Ends {
    /// A line that breaks behind the wire breaks before it too: the error closes the connection.
    async fn pass(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<Full<Bytes>>, io::Error> {
        let mut sent = read(request).await.map_err(io::Error::other)?;
        let to_storage = PRESIGNED.contains(&sent.path) && sent.path.len() > 1;
        match self.tamper {
            Tamper::Api(alter) if !to_storage => alter(&mut sent),
            Tamper::Storage(alter) if to_storage => alter(&mut sent),
            _ => {}
        }
        let storage = self.storage.lock().unwrap().clone();
        let base = if to_storage { storage.unwrap_or_default() } else { self.api.clone() };
        let response = self.forward(&base, sent).await.map_err(io::Error::other)?;
        self.answer(response).await.map_err(io::Error::other)
    }

    async fn forward(&self, base: &str, sent: Sent) -> Result<reqwest::Response, reqwest::Error> {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(sent.query).finish();
        let mark = if query.is_empty() { "" } else { "?" };
        let url = format!("{base}{}{mark}{query}", sent.path);
        let mut request = self.client.request(sent.method.parse().unwrap(), url);
        for (name, value) in &sent.headers {
            request = request.header(name, value);
        }
        if sent.chunked {
            let body = Ok::<_, Infallible>(Bytes::from(sent.body));
            request = request.body(reqwest::Body::wrap_stream(stream::iter([body])));
        } else if !sent.body.is_empty() || to_be_counted(&sent.method) {
            request = request.header("content-length", sent.body.len()).body(sent.body);
        }
        request.send().await
    }

    async fn answer(
        &self,
        response: reqwest::Response,
    ) -> Result<hyper::Response<Full<Bytes>>, reqwest::Error> {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await?;
        let body = if self.takes_storage { self.rerouted(&body) } else { body };
        let mut answer = hyper::Response::new(Full::new(body));
        *answer.status_mut() = status;
        for (name, value) in headers.iter().filter(|(name, _)| !is_framing(name.as_str())) {
            answer.headers_mut().append(name, value.clone());
        }
        Ok(answer)
    }

    /// The API's answer with this wire in the storage's place.
    fn rerouted(&self, body: &[u8]) -> Bytes {
        let text = String::from_utf8_lossy(body).into_owned();
        let path = PRESIGNED.trim_start_matches("{storage}").split('?').next().unwrap();
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

/// An HTTP client that does nothing by itself: no proxy, no redirects.
pub(crate) fn plain_client() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only([]);
    builder.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// An upload of a file that stays as it is: this wire takes the whole of a request before it passes
/// it on, so that no file can change on the way.
fn is_fixed_upload(request: &Request) -> bool {
    let changes = request.case.ends_with("/growth") || request.case.ends_with("/shrinkage");
    request.operation == "upload" && !changes
}

fn to_be_counted(method: &str) -> bool {
    matches!(method, "PUT" | "POST")
}

fn is_framing(name: &str) -> bool {
    matches!(name, "content-length" | "transfer-encoding" | "connection" | "host")
}

async fn read(request: hyper::Request<Incoming>) -> hyper::Result<Sent> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes().to_vec();
    let text = |value: &hyper::header::HeaderValue| value.to_str().unwrap().to_owned();
    let headers = head.headers.iter().filter(|(name, _)| !is_framing(name.as_str()));
    Ok(Sent {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        headers: headers.map(|(name, value)| (name.to_string(), text(value))).collect(),
        body,
        chunked: false,
    })
}
