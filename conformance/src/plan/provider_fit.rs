//! Checks that a provider fits its documents. With a sample that its schema forbids, each client would seem to be wrong.

use std::collections::BTreeSet;

use super::answer;
use super::operation_plan::OperationPlan;
use super::planned_argument::Argument;
use super::source::{PlanError, Source, is_whole};
use crate::document::schema::sample as synthesis;
use crate::document::schema::validator::first_violation;
use crate::document::{Location, Operation, ParameterLocation};
use crate::provider::Provider;
use crate::style::suggestion;
use crate::wire::body::preferred;

/// Checks samples, bodies and the flow against each document, and names against all documents of their provider.
pub(super) fn check(sources: &[Source]) -> Result<(), PlanError> {
    let mut checked = BTreeSet::new();
    for source in sources {
        let provider = &source.provider;
        for operation in source.document.operations.iter().filter(|_| provider.has_samples()) {
            samples(&OperationPlan::new(source, operation))?;
        }
        bodies(source)?;
        upload_url(source)?;
        let own: Vec<_> = sources.iter().filter(|other| other.provider.name == provider.name).collect();
        if checked.insert(&provider.name) && is_whole(provider, &own) {
            names(provider, &own)?;
            unused_bodies(provider, &own)?;
        }
    }
    Ok(())
}

/// Each sample must satisfy the schema of its parameter, in each operation that uses it. A parameter of the path that the client
/// supplies must have one.
fn samples(plan: &OperationPlan<'_>) -> Result<(), PlanError> {
    let supplied = plan.client_supplied();
    plan.arguments.iter().chain(&supplied).try_for_each(|one| sample(plan, one, "correct the sample"))?;
    if let Some(argument) = plan.credential_argument() {
        let is_stated = plan.shape.credentials.iter().any(|one| one.is_parameter && one.own.has_sample());
        sample(plan, &argument, if is_stated { "correct the sample" } else { "add a `sample`" })?;
    }
    let without_sample = |argument: &&Argument| {
        argument.place == Some(ParameterLocation::Path) && argument.sampled_at.is_none()
    };
    for Argument { name, location, .. } in supplied.iter().filter(without_sample) {
        if let Some(place) = plan.source.provider.client_supplied_at(&plan.operation.id, name) {
            return Err(PlanError(format!(
                "{place}: the client supplies `{name}`, which is in the path at {location}; add the `sample` that it sends"
            )));
        }
    }
    Ok(())
}

/// The sample of an argument must satisfy its schema. `hint` says what to do.
fn sample(plan: &OperationPlan<'_>, argument: &Argument, hint: &str) -> Result<(), PlanError> {
    let (document, id) = (&plan.source.document, &plan.operation.id);
    let Some(place) = &argument.sampled_at else { return Ok(()) };
    first_violation(document, &argument.schema, &argument.sample).map_or(Ok(()), |(violation, _)| {
        Err(PlanError(format!(
            "{place}: the sample of `{}` breaks the schema at {} (operation {id}): {violation}; {hint}",
            argument.name,
            document.locate(&argument.schema.pointer),
        )))
    })
}

/// Each body must satisfy the schema of the responses that get it.
fn bodies(Source { document, provider }: &Source) -> Result<(), PlanError> {
    for response in document.operations.iter().flat_map(|operation| &operation.responses) {
        let status = response.code.to_string();
        let content =
            preferred(&response.contents).filter(|content| synthesis::body(document, content).is_none());
        let schema = content.and_then(|content| content.schema.as_ref());
        let Some((schema, body)) = schema.zip(provider.bodies.get(&status)) else { continue };
        if let Some((violation, _)) = first_violation(document, schema, body) {
            return Err(PlanError(format!(
                "{}: the body of status {status} breaks the schema at {}: {violation}; correct the body",
                provider.locate(&format!("/bodies/{status}")),
                document.locate(&schema.pointer),
            )));
        }
    }
    Ok(())
}

/// A body is unused when each response of its status has one in the document.
fn unused_bodies(provider: &Provider, own: &[&Source]) -> Result<(), PlanError> {
    for status in provider.bodies.keys() {
        let responses = own.iter().flat_map(|source| {
            let responses = source.document.operations.iter().flat_map(|operation| &operation.responses);
            responses.filter(|one| one.code.to_string() == *status).map(|one| (&source.document, one))
        });
        let described: Option<Vec<_>> = responses
            .map(|(document, response)| {
                let content = preferred(&response.contents)?;
                synthesis::body(document, content).map(|_| &content.location)
            })
            .collect();
        if let Some(at) = described.as_deref().and_then(<[_]>::first) {
            let place = provider.locate(&format!("/bodies/{status}"));
            return Err(PlanError(format!("{place}: {at} describes the body of {status}; remove it")));
        }
    }
    Ok(())
}

/// A documented success of the first step of an upload must have the URL.
fn upload_url(source: &Source) -> Result<(), PlanError> {
    let flow = source.provider.flows.upload.as_ref().zip(source.upload_operation());
    let Some((flow, operation)) = flow else { return Ok(()) };
    let plan = OperationPlan::new(source, operation);
    let (answers, _) = answer::documented(&plan);
    let mut bodies =
        answers.iter().filter(|answer| answer.is_success()).filter_map(|answer| answer.body.as_ref());
    if bodies.any(|body| body.pointer(&flow.url).is_some()) {
        return Ok(());
    }
    let place = source.provider.locate("/flows/upload/url");
    Err(PlanError(format!(
        "{place}: no documented success of {} at {} has `{}`; correct the JSON pointer",
        operation.id, operation.location, flow.url
    )))
}

/// Each operation, parameter, status and security scheme that a provider names must be in one of its documents.
fn names(provider: &Provider, own: &[&Source]) -> Result<(), PlanError> {
    let operations: Vec<_> = own
        .iter()
        .flat_map(|source| source.document.operations.iter().map(move |one| (*source, one)))
        .collect();
    let known = |what: &dyn Fn(&Source, &Operation) -> Vec<String>| {
        operations.iter().flat_map(|(source, one)| what(source, one)).collect::<BTreeSet<_>>()
    };
    let ids = known(&|_, operation| vec![operation.id.clone()]);
    let upload = provider
        .flows
        .upload
        .as_ref()
        .map(|flow| (flow.operation.clone(), provider.locate("/flows/upload/operation")));
    for (id, place) in provider.listed_operations().into_iter().chain(upload) {
        require("operation", &id, &ids, place)?;
    }
    for (operation, name, place) in provider.listed_parameters() {
        let names = known(&|source, one| match operation.as_ref().is_none_or(|id| *id == one.id) {
            true => OperationPlan::new(source, one).parameter_names(),
            false => Vec::new(),
        });
        require("parameter", &name, &names, place)?;
    }
    let statuses =
        known(&|_, operation| operation.responses.iter().map(|one| one.code.to_string()).collect());
    for status in provider.bodies.keys() {
        require("response", status, &statuses, provider.locate(&format!("/bodies/{status}")))?;
    }
    let schemes =
        known(&|_, operation| operation.security.iter().flatten().map(|one| one.name.clone()).collect());
    let parameters = known(&|_, operation| operation.parameters.iter().map(|one| one.name.clone()).collect());
    for credential in provider.credentials() {
        let at = |key| provider.locate(&format!("/credentials/{}/{key}", credential.name));
        credential
            .scheme
            .as_ref()
            .map_or(Ok(()), |name| require("security scheme", name, &schemes, at("scheme")))?;
        credential
            .parameter
            .as_ref()
            .map_or(Ok(()), |name| require("parameter", name, &parameters, at("parameter")))?;
    }
    Ok(())
}

fn require(noun: &str, name: &str, known: &BTreeSet<String>, place: Location) -> Result<(), PlanError> {
    if known.contains(name) {
        return Ok(());
    }
    let hint = suggestion(name, known.iter().map(String::as_str));
    Err(PlanError(format!("{place}: the documents of the provider have no {noun} `{name}`; {hint}")))
}
