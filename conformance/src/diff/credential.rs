//! The credentials an operation asks for.

use std::collections::BTreeSet;

use super::operation::Pair;
use super::rule;
use crate::document::{Credential, CredentialKind, Location, Operation, Place};

/// The credentials that one alternative needs together, by how they are sent.
type Needed = BTreeSet<String>;

/// Whether a client that sends what was asked for sends what is asked for now.
pub(super) fn compare(pair: &mut Pair<'_, '_>) {
    let (old, new) = (alternatives(pair.old), alternatives(pair.new));
    let places = (place(pair.old), place(pair.new));
    let says = format!("credentials: {} -> {}", shown(&old), shown(&new));
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
    pair.add(rule, says, Some(places.0), Some(places.1));
}

/// What is asked for; where nothing is, nothing is needed.
fn alternatives(operation: &Operation) -> BTreeSet<Needed> {
    let kinds = |together: &Vec<Credential>| together.iter().map(kind).collect();
    match operation.security.is_empty() {
        true => BTreeSet::from([Needed::new()]),
        false => operation.security.iter().map(kinds).collect(),
    }
}

fn kind(credential: &Credential) -> String {
    match &credential.kind {
        CredentialKind::Bearer => "a bearer token".to_owned(),
        CredentialKind::Basic => "a name and a password".to_owned(),
        // Their names have no case.
        CredentialKind::Parameter(Place::Header, name) => format!("the header {}", name.to_lowercase()),
        CredentialKind::Parameter(Place::Cookie, name) => format!("the cookie {name}"),
        CredentialKind::Parameter(_, name) => format!("the query parameter {name}"),
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
