//! Where a credential is sent.

use super::message::ExpectedRequest;
use crate::document::{Credential, CredentialKind, Document, ParameterLocation};
use crate::provider::Provider;

/// Puts a secret where the credentials of an operation ask for it. Where the document states every credential and none uses
/// the `Authorization` header, a request must not have that header.
pub(super) fn put(wanted: &[Credential], secret: &str, request: &mut ExpectedRequest) {
    for Credential { kind, .. } in wanted {
        match kind {
            kind if kind.is_bearer() => {
                request.headers.insert("authorization".to_owned(), format!("Bearer {secret}"));
            }
            CredentialKind::Parameter(ParameterLocation::Query, name) => {
                request.require_query_params.insert(name.clone(), vec![secret.to_owned()]);
            }
            CredentialKind::Parameter(ParameterLocation::Header, name) => {
                request.headers.insert(name.to_lowercase(), secret.to_owned());
            }
            _ => {}
        }
    }
    let is_all = wanted.iter().all(|credential| credential.kind.is_known());
    if is_all && !request.headers.contains_key("authorization") {
        request.forbid_headers.push("authorization".to_owned());
    }
}

/// Takes a secret out of a request: whatever carries it is removed.
pub(crate) fn remove(secret: &str, request: &mut ExpectedRequest) {
    request.headers.retain(|_, value| !value.ends_with(secret));
    request.require_query_params.retain(|_, allowed| !allowed.iter().any(|value| value == secret));
}

/// The places where some operation of a document asks for a credential.
pub(crate) struct Carriers<'a> {
    provider: &'a Provider,
    kinds: Vec<&'a CredentialKind>,
}

impl<'a> Carriers<'a> {
    pub(crate) fn of(document: &'a Document, provider: &'a Provider) -> Self {
        let operations = document.operations.iter();
        let credentials = operations.flat_map(|operation| operation.security.iter().flatten());
        Self { provider, kinds: credentials.map(|credential| &credential.kind).collect() }
    }

    /// Whether a query parameter of this name may carry it.
    pub(crate) fn has_query_parameter(&self, name: &str) -> bool {
        let is_named = |kind: &&CredentialKind| matches!(kind, CredentialKind::Parameter(_, own) if own.eq_ignore_ascii_case(name));
        self.provider.credential().parameter.as_deref() == Some(name) || self.kinds.iter().any(is_named)
    }

    /// Whether a header of this name may carry it.
    pub(crate) fn has_header(&self, name: &str) -> bool {
        let is_http = |kind: &&CredentialKind| matches!(kind, CredentialKind::Bearer | CredentialKind::Basic);
        name == "authorization" && self.kinds.iter().any(is_http) || self.has_query_parameter(name)
    }
}
