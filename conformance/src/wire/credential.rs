//! Where a credential is sent.

use serde_json::{Map, Value};

use super::message::ExpectedRequest;
use super::parameter::text;
use crate::document::{CredentialKind, Document, Operation, ParameterLocation};
use crate::provider::{ClientCredential, Provider};

/// A value for each credential of a call, by the name under which a driver finds it.
pub type Credentials = Map<String, Value>;

/// A credential that an operation asks for.
#[derive(Clone, Debug)]
pub(crate) struct AskedCredential {
    pub(crate) own: ClientCredential,
    kind: CredentialKind,
    /// Whether the document declares it as a parameter, not as a security scheme. Then it has cases like any parameter.
    pub(crate) is_parameter: bool,
}

/// The credentials that an operation asks for: by its security schemes, then by its parameters.
pub(crate) fn asked(provider: &Provider, operation: &Operation) -> Vec<AskedCredential> {
    let known = provider.credentials();
    let of_scheme = |name: &str| {
        let own = known.iter().find(|own| own.scheme.as_deref() == Some(name));
        own.or_else(|| known.iter().find(|own| own.scheme.is_none())).cloned()
    };
    let by_scheme = operation.credentials().iter().filter_map(|credential| {
        let own = of_scheme(&credential.name)?;
        Some(AskedCredential { own, kind: credential.kind.clone(), is_parameter: false })
    });
    let by_parameter = known.iter().filter_map(|own| {
        let name = own.parameter.as_ref()?;
        let parameter = operation.parameters.iter().find(|parameter| parameter.name == *name)?;
        let kind = CredentialKind::Parameter(parameter.sent_in, name.clone());
        Some(AskedCredential { own: own.clone(), kind, is_parameter: true })
    });
    by_scheme.chain(by_parameter).collect()
}

/// The values of the credentials. `replaced` is the value of the credential that is a parameter, in place of its secret. If it is
/// null, the client gets no value.
pub(crate) fn values(
    asked: &[AskedCredential],
    replaced: Option<&Value>,
    secret: impl Fn(&ClientCredential) -> String,
) -> Credentials {
    let value = |asked: &AskedCredential| {
        let replaced = replaced.filter(|_| asked.is_parameter);
        replaced.cloned().unwrap_or_else(|| secret(&asked.own).into())
    };
    let given = asked.iter().map(|asked| (asked.own.name.clone(), value(asked)));
    given.filter(|(_, value)| !value.is_null()).collect()
}

/// Puts the credentials where an operation asks for them. If the suite can send all of them and none uses the
/// `Authorization` header, a request must not have that header.
pub(super) fn put(asked: &[AskedCredential], values: &Credentials, request: &mut ExpectedRequest) {
    for AskedCredential { own, kind, .. } in asked {
        let Some(secret) = values.get(&own.name).map(text) else { continue };
        match kind {
            kind if kind.is_bearer() => {
                request.headers.insert("authorization".to_owned(), format!("Bearer {secret}"));
            }
            CredentialKind::Parameter(ParameterLocation::Query, name) => {
                request.require_query_params.insert(name.clone(), vec![secret]);
            }
            CredentialKind::Parameter(ParameterLocation::Header, name) => {
                request.headers.insert(name.to_lowercase(), secret);
            }
            _ => {}
        }
    }
    let is_all = asked.iter().all(|asked| asked.kind.is_known());
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
        self.provider.has_credential_parameter(name) || self.kinds.iter().any(is_named)
    }

    /// Whether a header of this name may carry it.
    pub(crate) fn has_header(&self, name: &str) -> bool {
        let is_http = |kind: &&CredentialKind| matches!(kind, CredentialKind::Bearer | CredentialKind::Basic);
        name == "authorization" && self.kinds.iter().any(is_http) || self.has_query_parameter(name)
    }
}
