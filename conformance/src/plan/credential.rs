//! Cases of the credentials of an operation: one for each alternative that the document allows.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::answer::{Success, respond};
use super::case::{Case, Family, id_part};
use super::operation_plan::OperationPlan;
use crate::document::Code;
use crate::provider::ClientCredential;
use crate::wire::credential::{self, AskedCredential};

/// A case for each alternative, in which the client gets the credentials of that alternative only. An operation with one alternative
/// has none: each of its cases exercises it.
pub(super) fn cases(plan: &OperationPlan<'_>, success: &Success) -> Vec<Case> {
    let alternatives = &plan.shape.alternatives;
    let selectable = alternatives.iter().zip(credential::selectable(alternatives)).filter(|(_, is)| *is);
    let selected = selectable.map(|(alternative, _)| case(plan, success, alternative));
    let mut known = BTreeSet::new();
    let digests = alternatives.iter().filter_map(|alternative| {
        let asked = alternative.iter().find(|asked| asked.kind.is_digest())?;
        let alone = id_part(&asked.own.name);
        let id = if known.contains(&alone) { id_part(&names(alternative).join("+")) } else { alone };
        known.insert(id.clone()).then(|| challenge(plan, success, asked, alternative, &id))
    });
    selected.chain(digests).collect()
}

fn names(alternative: &[AskedCredential]) -> Vec<&str> {
    alternative.iter().map(|asked| asked.own.name.as_str()).collect()
}

/// The challenge of a server that asks for a digest (RFC 7616, 3.3).
const CHALLENGE: &str = r#"Digest realm="conformance", qop="auth", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcC", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMA""#;

/// A case in which the server asks for a digest first: without a challenge no client can compute one. The client gets all credentials
/// of the alternative that has the digest.
fn challenge(
    plan: &OperationPlan<'_>,
    success: &Success,
    asked: &AskedCredential,
    alternative: &[AskedCredential],
    id: &str,
) -> Case {
    let code = success.code;
    let mut case = plan.case(
        &format!("{code}/challenge/{id}"),
        Family::ResponseVariation(Code::Exact(code)),
        format!("a {code} after a 401 that asks for a digest"),
        &asked.location,
    );
    let headers = vec![("www-authenticate".to_owned(), CHALLENGE.to_owned())];
    case.serve = vec![respond(401, headers, String::new()), success.serve.clone()];
    case.outcome = success.outcome();
    give(plan, &mut case, alternative);
    case.facts.insert(plan.fact(&asked.location.pointer));
    case
}

/// Gives the client the credentials of an alternative, and no others.
fn give(plan: &OperationPlan<'_>, case: &mut Case, alternative: &[AskedCredential]) {
    let values = credential::values(alternative, None, ClientCredential::sample);
    case.request = Some(Arc::new(plan.shape.request(&case.params, &values)));
    case.credentials = Some(alternative.iter().map(|asked| asked.own.name.clone()).collect());
}

fn case(plan: &OperationPlan<'_>, success: &Success, alternative: &[AskedCredential]) -> Case {
    let (id, what) = match names(alternative).as_slice() {
        [] => ("none".to_owned(), "no credential".to_owned()),
        names => (id_part(&names.join("+")), names.join(" and ")),
    };
    let stated = alternative.first().map_or(&plan.operation.location, |asked| &asked.location);
    let code = success.code;
    let mut case = plan.case(
        &format!("{code}/credential/{id}"),
        Family::ResponseVariation(Code::Exact(code)),
        format!("a {code} to a request with {what}, which the document allows"),
        stated,
    );
    give(plan, &mut case, alternative);
    case.facts.extend(plan.credential_facts(alternative));
    case.serve = vec![success.serve.clone()];
    case.outcome = success.outcome();
    case
}
