//! The settings of TLS, and the TLS failures that another attempt would not change.
//!
//! The cryptography is `ring` by default, because it builds in a sixth of the time of `aws-lc-rs` (`docs/decisions.md`).

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::error::{Error, ErrorKind};

/// The settings of a client that trusts the roots in `pem`, or those of the system if it is `None`.
pub(crate) fn config(pem: Option<&[u8]>) -> Result<ClientConfig, Error> {
    let failed = |text: &'static str| {
        move |error: rustls::Error| Error::new(ErrorKind::Configuration, text).with_source(error)
    };
    let config = ClientConfig::builder_with_provider(provider()?).with_safe_default_protocol_versions();
    let config =
        config.map_err(failed("TLS cannot be set up: check the installed provider of cryptography"))?;
    let config = match pem {
        Some(pem) => config.with_root_certificates(roots(pem)?),
        None => {
            let unusable = "TLS cannot be set up: check the system's root certificates";
            config.with_platform_verifier().map_err(failed(unusable))?
        }
    };
    Ok(config.with_no_client_auth())
}

/// The cryptography that the application has installed for the process, or the one that this crate was built with.
fn provider() -> Result<Arc<CryptoProvider>, Error> {
    if let Some(installed) = CryptoProvider::get_default() {
        return Ok(Arc::clone(installed));
    }
    #[cfg(feature = "ring")]
    return Ok(Arc::new(rustls::crypto::ring::default_provider()));
    #[cfg(all(feature = "aws-lc-rs", not(feature = "ring")))]
    return Ok(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    #[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
    Err(Error::new(
        ErrorKind::Configuration,
        "TLS has no cryptography: enable the feature `ring` or `aws-lc-rs` of media-upload, or install a provider of rustls",
    ))
}

/// The certificates in `pem`, which may be empty.
fn roots(pem: &[u8]) -> Result<RootCertStore, Error> {
    let unreadable = || {
        let text = "the root certificates cannot be read: give them in PEM format";
        Error::new(ErrorKind::Configuration, text)
    };
    let certificates: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(pem).collect();
    let certificates = certificates.map_err(|error| unreadable().with_source(error))?;
    if certificates.is_empty() && !pem.trim_ascii().is_empty() {
        return Err(unreadable());
    }
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate).map_err(|error| unreadable().with_source(error))?;
    }
    Ok(roots)
}

/// What is wrong and what to do, if `error` says that TLS with this server cannot succeed. `None` for every other error, also for
/// a connection that was lost while TLS was set up.
pub(crate) fn permanent_failure(error: &(dyn StdError + 'static)) -> Option<&'static str> {
    match causes(error).find_map(|cause| cause.downcast_ref())? {
        rustls::Error::InvalidCertificate(error) => Some(certificate_failure(error)),
        rustls::Error::InvalidMessage(_) => {
            Some("the server does not speak TLS on this port: check the scheme and the port of the URL")
        }
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(
            AlertDescription::HandshakeFailure | AlertDescription::ProtocolVersion,
        ) => Some(
            "the server and this client have no TLS version or cipher suite in common: contact the server's operator",
        ),
        _ => None,
    }
}

fn certificate_failure(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired: check this machine's clock; if it is right, contact the server's operator"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet: check this machine's clock"
        }
        // A bad signature: a trusted root has the same name as the issuer, but another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "the server's certificate was not issued by a trusted authority: trust its root certificate, on this machine or in the settings of the client"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the server's certificate is for another host: check the host of the URL"
        }
        _ => "the server's certificate is not valid: contact the server's operator",
    }
}

/// `error`, and the errors that caused it.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>() {
        // `io::Error::source` skips the error that it holds.
        Some(error) => error.get_ref().map(|inner| inner as _),
        None => error.source(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_certificates_are_pem_or_empty() {
        assert!(roots(b" \n").unwrap().is_empty());
        let key = rcgen::KeyPair::generate().unwrap();
        let pem = rcgen::CertificateParams::default().self_signed(&key).unwrap().pem();
        assert_eq!(roots(format!("{pem}\n{pem}").as_bytes()).unwrap().len(), 2);
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let unfinished = "-----BEGIN CERTIFICATE-----\nAAAA\n";
        for bad in ["not a certificate", broken, unfinished, &(pem + broken)] {
            let error = roots(bad.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), "the root certificates cannot be read: give them in PEM format");
        }
    }
}
