//! Compares the credentials that an operation asks for.

use std::collections::BTreeSet;

use super::operation_pair::OperationPair;
use super::rule;
use crate::document::{Credential, CredentialKind, Location, Operation, ParameterLocation};

/// The credentials that one alternative needs together, by how they are sent.
type Needed = BTreeSet<String>;

/// Compares what clients had to send with what they have to send now.
pub(super) fn compare(pair: &mut OperationPair<'_, '_>) {
    let (old, new) = (alternatives(pair.old), alternatives(pair.new));
    let refused = old.iter().find(|sent| !new.iter().any(|needed| needed.is_subset(sent)));
    let rule = match refused {
        Some(sent) if new.iter().any(|needed| needed.is_superset(sent)) => &rule::CREDENTIAL_ADDED,
        Some(_) => &rule::CREDENTIAL_CHANGED,
        None if new.iter().all(|needed| old.contains(needed)) => return,
        None if new.iter().any(|needed| old.iter().any(|sent| needed.is_subset(sent) && needed != sent)) => {
            &rule::CREDENTIAL_REMOVED
        }
        None => &rule::CREDENTIAL_ALTERNATIVE_ADDED,
    };
    let says = format!("credentials: {} -> {}", shown(&old), shown(&new));
    let (old, new) = (place(pair.old), place(pair.new));
    pair.add(rule, says, Some(old), Some(new));
}

/// The alternatives of an operation. An operation that asks for nothing has one, which needs nothing.
fn alternatives(operation: &Operation) -> BTreeSet<Needed> {
    let kinds = |together: &Vec<Credential>| together.iter().map(kind).collect();
    match operation.security.is_empty() {
        true => BTreeSet::from([Needed::new()]),
        false => operation.security.iter().map(kinds).collect(),
    }
}

fn kind(credential: &Credential) -> String {
    match &credential.kind {
        CredentialKind::Bearer => "bearer token".to_owned(),
        CredentialKind::Basic => "user name and password".to_owned(),
        CredentialKind::Challenge(scheme) => format!("http {scheme}"),
        // Names of headers are case-insensitive.
        CredentialKind::Parameter(ParameterLocation::Header, name) => {
            format!("header {}", name.to_lowercase())
        }
        CredentialKind::Parameter(ParameterLocation::Cookie, name) => format!("cookie {name}"),
        CredentialKind::Parameter(_, name) => format!("query parameter {name}"),
        CredentialKind::Other(name) => name.clone(),
    }
}

fn place(operation: &Operation) -> Location {
    let first = operation.security.iter().flatten().next();
    first.map_or(&operation.location, |credential| &credential.location).clone()
}

fn shown(alternatives: &BTreeSet<Needed>) -> String {
    let one = |needed: &Needed| match needed.is_empty() {
        true => "none".to_owned(),
        false => needed.iter().cloned().collect::<Vec<_>>().join(" and "),
    };
    alternatives.iter().map(one).collect::<Vec<_>>().join(" or ")
}
