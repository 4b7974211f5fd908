//! What a `conformance.yaml` states twice, so that one of the two would have no effect.

use super::{ClientCredential, Provider};
use crate::document::pointer::escape;
use crate::document::{Location, ReadError};

/// Checks that each document belongs to one provider, each security scheme and each parameter to one credential, and that a provider
/// lists each rule once.
pub(super) fn check(providers: &[Provider]) -> Result<(), ReadError> {
    let documents = providers.iter().flat_map(Provider::located_documents);
    once(documents.map(|(path, place)| (format!("the document {path}"), place)))?;
    for provider in providers {
        let place = |own: &ClientCredential| provider.locate(&format!("/credentials/{}", escape(&own.name)));
        let both = provider.credentials.iter().find(|own| own.scheme.is_some() && own.parameter.is_some());
        if let Some(own) = both {
            let message =
                format!("the credential `{}` has `scheme` and `parameter`; remove one of the two", own.name);
            return Err(error(place(own), message));
        }
        once(provider.credentials.iter().map(|own| (purpose(own), place(own))))?;
        once(rules(provider))?;
    }
    Ok(())
}

/// What a credential is for.
fn purpose(own: &ClientCredential) -> String {
    match (&own.scheme, &own.parameter) {
        (Some(scheme), _) => format!("a credential for the security scheme `{scheme}`"),
        (None, Some(parameter)) => format!("a credential for the parameter `{parameter}`"),
        (None, None) => "a credential for every other security scheme".to_owned(),
    }
}

fn rules(provider: &Provider) -> impl Iterator<Item = (String, Location)> {
    let place = |index| provider.locate(&format!("/rules/{index}"));
    provider
        .rules
        .iter()
        .enumerate()
        .map(move |(index, one)| (format!("the rule {}", one.rule), place(index)))
}

/// Refuses the second of two equal entries.
fn once(entries: impl Iterator<Item = (String, Location)>) -> Result<(), ReadError> {
    let mut known: Vec<(String, Location)> = Vec::new();
    for (entry, place) in entries {
        if let Some((_, first)) = known.iter().find(|(known, _)| *known == entry) {
            let message = format!("{entry} is listed at line {} too; remove one of the two", first.line);
            return Err(error(place, message));
        }
        known.push((entry, place));
    }
    Ok(())
}

fn error(place: Location, message: String) -> ReadError {
    ReadError { document: place.document, line: place.line, message }
}
