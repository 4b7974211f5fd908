//! Where a credential is sent.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::message::ExpectedRequest;
use super::parameter::ExpectedParameter;
use super::serialisation::text;
use crate::document::{
    Credential, CredentialKind, Document, Location, Operation, ParameterLocation, Serialisation,
};
use crate::provider::{ClientCredential, Provider};

/// A value for each credential of a call, by the name under which a driver finds it.
pub type Credentials = Map<String, Value>;

/// The user name of a credential that is a user name and a password, where the configuration states none.
const USER: &str = "conformance";

/// A credential that an operation asks for.
#[derive(Clone, Debug)]
pub(crate) struct AskedCredential {
    pub(crate) own: ClientCredential,
    pub(crate) kind: CredentialKind,
    /// Whether the document declares it as a parameter, not as a security scheme. Then it has cases like any parameter.
    pub(crate) is_parameter: bool,
    /// Where the document asks for it.
    pub(crate) location: Location,
}

/// The alternatives of the credentials that an operation asks for: those of its security schemes, each with those of its
/// parameters. Alternatives with a scheme that the suite cannot judge are left out, unless there is no other.
pub(crate) fn alternatives(provider: &Provider, operation: &Operation) -> Vec<Vec<AskedCredential>> {
    let known = provider.credentials();
    let of_scheme = |name: &str| {
        let own = known.iter().find(|own| own.scheme.as_deref() == Some(name));
        own.or_else(|| known.iter().find(|own| own.scheme.is_none())).cloned()
    };
    let by_parameter: Vec<_> = known.iter().filter_map(|own| parameter_credential(operation, own)).collect();
    let is_judged = |alternative: &&Vec<Credential>| {
        !alternative.iter().any(|credential| matches!(credential.kind, CredentialKind::Other(_)))
    };
    let mut stated: Vec<&Vec<Credential>> = operation.security.iter().filter(is_judged).collect();
    if stated.is_empty() {
        stated = operation.security.iter().collect();
    }
    let asked = |alternative: &[Credential]| {
        let by_scheme = alternative.iter().filter_map(|credential| {
            let own = of_scheme(&credential.name)?;
            Some(AskedCredential {
                own,
                kind: credential.kind.clone(),
                is_parameter: false,
                location: credential.location.clone(),
            })
        });
        by_scheme.chain(by_parameter.clone()).collect()
    };
    match stated.is_empty() {
        true => vec![asked(&[])],
        false => stated.into_iter().map(|alternative| asked(alternative)).collect(),
    }
}

fn parameter_credential(operation: &Operation, own: &ClientCredential) -> Option<AskedCredential> {
    let name = own.parameter.as_ref()?;
    let parameter = operation.parameters.iter().find(|parameter| parameter.name == *name)?;
    let kind = CredentialKind::Parameter(parameter.sent_in, name.clone());
    let location = parameter.location.clone();
    Some(AskedCredential { own: own.clone(), kind, is_parameter: true, location })
}

/// The alternatives that a client can be made to take: those whose credentials have other names than those of each other
/// alternative, where there are several.
pub(crate) fn selectable(alternatives: &[Vec<AskedCredential>]) -> Vec<bool> {
    let names = |alternative: &Vec<AskedCredential>| {
        alternative.iter().map(|asked| asked.own.name.clone()).collect::<BTreeSet<String>>()
    };
    let all: Vec<_> = alternatives.iter().map(names).collect();
    all.iter().map(|own| all.len() > 1 && all.iter().filter(|other| *other == own).count() == 1).collect()
}

/// The credentials of all alternatives of an operation.
pub(crate) fn asked(provider: &Provider, operation: &Operation) -> Vec<AskedCredential> {
    alternatives(provider, operation).into_iter().flatten().collect()
}

/// The values of the credentials. `replaced` is the value of the credential that is a parameter, in place of its secret. If it is
/// null, the client gets no value.
pub(crate) fn values(
    asked: &[AskedCredential],
    replaced: Option<&Value>,
    secret: impl Fn(&ClientCredential) -> String,
) -> Credentials {
    let mut values = Credentials::new();
    for asked in asked {
        let replaced = replaced.filter(|_| asked.is_parameter);
        let value = replaced.cloned().unwrap_or_else(|| asked.with_user(secret(&asked.own)).into());
        // Several schemes can share one credential. A user name with a password serves all of them.
        if !values.contains_key(&asked.own.name) || asked.kind == CredentialKind::Basic {
            values.insert(asked.own.name.clone(), value);
        }
    }
    values.retain(|_, value| !value.is_null());
    values
}

impl AskedCredential {
    /// The secret; with a user name before it, where the scheme has one.
    fn with_user(&self, secret: String) -> String {
        let has_user = matches!(self.kind, CredentialKind::Basic | CredentialKind::Challenge(_));
        if has_user && !secret.contains(':') { format!("{USER}:{secret}") } else { secret }
    }

    /// What carries the value in a request; none where the suite does not know.
    fn carried(&self, value: &str) -> Option<ExpectedParameter> {
        let header = |value: String| (ParameterLocation::Header, "authorization".to_owned(), value);
        let (sent_in, name, value) = match &self.kind {
            CredentialKind::Bearer => header(format!("Bearer {value}")),
            CredentialKind::Basic => header(basic(value)),
            CredentialKind::Parameter(sent_in, name) => (*sent_in, name.clone(), value.to_owned()),
            CredentialKind::Challenge(_) | CredentialKind::Other(_) => return None,
        };
        Some(ExpectedParameter { name, sent_in, value: value.into(), format: Serialisation::form() })
    }
}

/// The value of the header `Authorization` for a user name and a password (RFC 7617, 2).
fn basic(value: &str) -> String {
    format!("Basic {}", STANDARD.encode(value))
}

/// Puts the credentials where an operation asks for them: those of the first alternative whose values are all given, preferably one
/// that asks for any. The other alternatives are right too. A request without `Authorization` must have none if the suite knows
/// every scheme and none is sent there.
pub(super) fn put(
    alternatives: &[Vec<AskedCredential>],
    values: &Credentials,
    request: &mut ExpectedRequest,
) {
    let given = |alternative: &&Vec<AskedCredential>| {
        alternative.iter().all(|asked| values.contains_key(&asked.own.name) || asked.is_parameter)
    };
    let carried = |alternative: &Vec<AskedCredential>| {
        let all = alternative.iter().filter_map(|asked| asked.carried(&text(values.get(&asked.own.name)?)));
        all.collect::<Vec<_>>()
    };
    let mut sets: Vec<_> = alternatives.iter().filter(given).map(carried).collect();
    let preferred = sets.iter().position(|set| !set.is_empty()).unwrap_or_default();
    if !sets.is_empty() {
        request.set_credentials(sets.remove(preferred));
    }
    request.other_credentials = sets;
    let kinds: Vec<_> = alternatives.iter().flatten().map(|asked| &asked.kind).collect();
    let is_all = kinds.iter().all(|kind| kind.is_known());
    let is_sent =
        |set: &Vec<ExpectedParameter>| set.iter().any(|credential| credential.name == "authorization");
    request.knows_authorization = is_all && !kinds.is_empty();
    if is_all
        && !request.headers.contains_key("authorization")
        && !request.other_credentials.iter().any(is_sent)
    {
        request.forbid_headers.push("authorization".to_owned());
    }
}

/// Takes a secret out of a request: whatever carries it is removed.
pub(crate) fn remove(secret: &str, request: &mut ExpectedRequest) {
    let encoded = basic(secret);
    request.headers.retain(|_, value| !value.ends_with(secret) && *value != encoded);
    request.require_query_params.retain(|_, allowed| !allowed.iter().any(|value| value == secret));
    request.parameters.retain(|parameter| parameter.value != secret);
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
        let is_authorization = |kind: &&CredentialKind| kind.is_authorization();
        let is_cookie =
            |kind: &&CredentialKind| matches!(kind, CredentialKind::Parameter(ParameterLocation::Cookie, _));
        name == "authorization" && self.kinds.iter().any(is_authorization)
            || name == "cookie" && self.kinds.iter().any(is_cookie)
            || self.has_query_parameter(name)
    }
}
