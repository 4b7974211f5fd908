//! TLS: the client accepts a server certificate only from a trusted root.

use std::sync::Arc;

use media_upload::pyannote::{ApiKey, Client};
use media_upload::{Error, ErrorKind, Retry, Uploaded};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::mock_server::{KEY, SIGNATURE, media_url};

/// A root certificate in PEM format, and its issuer.
fn root() -> (String, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), Issuer::new(params, key))
}

fn config(issuer: &Issuer<'_, KeyPair>, name: &str) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth();
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

async fn upload(url: &str, roots: &str) -> Result<Uploaded, Error> {
    let builder = Client::builder(ApiKey::new(KEY).unwrap()).base_url(url).retry(Retry::never());
    builder.root_certificates(roots).build().unwrap().upload(b"media".to_vec(), &media_url()).await
}

#[tokio::test]
async fn a_certificate_of_a_trusted_root_is_accepted() {
    let (pem, issuer) = root();
    let url = serve(config(&issuer, "localhost")).await;
    assert_eq!(upload(&url, &pem).await.unwrap().bytes(), 5);
}

#[tokio::test]
async fn any_other_certificate_is_rejected_before_anything_is_sent() {
    let ((pem, issuer), (other, _)) = (root(), root());
    for (name, roots) in [("localhost", &other), ("localhost", &String::new()), ("elsewhere.test", &pem)] {
        let error = upload(&serve(config(&issuer, name)).await, roots).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Connection, Some("getMediaUploadURL")));
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(!format!("{error:?}").contains(KEY), "{error:?}");
    }
}
