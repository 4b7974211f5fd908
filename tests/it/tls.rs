//! TLS: the client accepts a server certificate only from a trusted root.

use std::sync::Arc;

use media_upload::pyannote::{ApiKey, Client};
use media_upload::testing::TestClock;
use media_upload::{Error, ErrorKind, Retry, Uploaded};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{AlertDescription, ServerConfig};
use wiremock::MockServer;

use crate::mock_server::{KEY, SIGNATURE, media_url};

/// A root certificate in PEM format, and its issuer.
fn root() -> (String, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), Issuer::new(params, key))
}

fn valid(name: &str) -> CertificateParams {
    CertificateParams::new([name.to_owned()]).unwrap()
}

fn config(issuer: &Issuer<'_, KeyPair>, params: CertificateParams) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth();
    Arc::new(config.with_single_cert(vec![certificate.der().clone()], key).unwrap())
}

/// Starts an API and storage with TLS, and returns their URL.
async fn serve(config: Arc<ServerConfig>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = TlsAcceptor::from(Arc::clone(&config)).accept(stream).await else {
                continue;
            };
            let mut request = Vec::new();
            while !request.ends_with(b"}") && !request.ends_with(b"media") {
                stream.read_buf(&mut request).await.unwrap();
            }
            let (status, body) = if request.starts_with(b"POST") {
                let url = format!("https://localhost:{port}/a?X-Amz-Signature={SIGNATURE}");
                (201, format!("{{\"url\":\"{url}\"}}"))
            } else {
                (200, String::new())
            };
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
            stream.write_all((head + &body).as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    format!("https://localhost:{port}")
}

async fn upload(url: &str, roots: &str, clock: &TestClock) -> Result<Uploaded, Error> {
    let builder =
        Client::builder(ApiKey::new(KEY).unwrap()).base_url(url).retry(Retry::default().max_retries(1));
    let builder = builder.clock(Arc::new(clock.clone()));
    builder.root_certificates(roots).build().unwrap().upload(b"media".to_vec(), &media_url()).await
}

#[tokio::test]
async fn a_certificate_of_a_trusted_root_is_accepted() {
    let (pem, issuer) = root();
    let url = serve(config(&issuer, valid("localhost"))).await;
    assert_eq!(upload(&url, &pem, &TestClock::default()).await.unwrap().bytes(), 5);
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_an_error_that_says_what_to_do_and_is_not_retried() {
    let ((pem, issuer), (other, _)) = (root(), root());
    let [mut expired, mut early, mut root_of_its_own] = [(); 3].map(|()| valid("localhost"));
    expired.not_after = rcgen::date_time_ymd(2000, 1, 2);
    early.not_before = rcgen::date_time_ymd(4000, 1, 1);
    root_of_its_own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    for (params, roots, text) in [
        (valid("localhost"), other.as_str(), "was not issued by a trusted authority: trust its root"),
        (valid("localhost"), "", "was not issued by a trusted authority: trust its root"),
        (valid("elsewhere.test"), &pem, "is for another host: check the host of the URL"),
        (expired, &pem, "has expired: check this machine's clock"),
        (early, &pem, "is not valid yet: check this machine's clock"),
        (root_of_its_own, &pem, "is not valid: contact the server's operator"),
    ] {
        let clock = TestClock::default();
        let error = upload(&serve(config(&issuer, params)).await, roots, &clock).await.unwrap_err();
        let expected = format!("pyannote getMediaUploadURL: the server's certificate {text}");
        assert!(error.to_string().starts_with(&expected), "{error} {error:?}");
        assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (ErrorKind::Tls, 1, false));
        assert!(clock.pauses().is_empty());
        assert!(!format!("{error:?}").contains(KEY), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_a_tls_error() {
    let server = MockServer::start().await;
    let url = server.uri().replace("http://", "https://");
    let error = upload(&url, "", &TestClock::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Tls, 1));
    insta::assert_snapshot!(error, @"pyannote getMediaUploadURL: the server does not speak TLS on this port: check the scheme and the port of the URL");
}

#[tokio::test]
async fn an_alert_is_retried_unless_it_says_that_nothing_is_in_common() {
    for (alert, expected) in [
        (AlertDescription::HandshakeFailure, (ErrorKind::Tls, 1)),
        (AlertDescription::ProtocolVersion, (ErrorKind::Tls, 1)),
        (AlertDescription::InternalError, (ErrorKind::Connection, 2)),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                stream.read_buf(&mut Vec::new()).await.unwrap();
                // A fatal alert of TLS 1.2.
                stream.write_all(&[21, 3, 3, 0, 2, 2, alert.into()]).await.unwrap();
            }
        });
        let error = upload(&url, "", &TestClock::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), expected, "{error:?}");
    }
}

#[tokio::test]
async fn a_connection_that_is_lost_during_the_handshake_is_retried() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let clock = TestClock::default();
    let error = upload(&url, "", &clock).await.unwrap_err();
    assert_eq!((error.kind(), clock.pauses().len()), (ErrorKind::Connection, 1), "{error:?}");
}
