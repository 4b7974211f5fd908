//! Cases for servers only: requests that no argument of a client leads to.

use serde_json::{Value, json};

use super::case::{Case, Family, id_part};
use super::operation_plan::OperationPlan;
use super::planned_argument::Argument;
use super::server_request::{MalformedBody, ServerRequest};
use super::source::Source;
use super::upload;
use crate::document::schema::walk::kind;
use crate::document::{Location, ParameterLocation};
use crate::wire::media_type::is_json;
use crate::wire::serialisation::text;

/// The cases of every operation.
pub(crate) fn cases(source: &Source) -> Vec<Case> {
    let operations = source.document.operations.iter();
    operations.flat_map(|operation| of_operation(&OperationPlan::new(source, operation))).collect()
}

/// The cases of the upload: a small one to the pre-signed URL, and the same with an altered signature.
pub(crate) fn uploads(source: &Source) -> Vec<Case> {
    let Some(operation) = source.upload_operation() else { return Vec::new() };
    let plan = OperationPlan::new(source, operation);
    let cases = [
        ("small", "a small upload to the pre-signed URL", ServerRequest::Upload),
        ("altered-signature", "an upload whose signature is altered", ServerRequest::AlteredSignature),
    ];
    let of_flow = |(variation, purpose, request)| Case {
        id: format!("{}/{}/server/{variation}", source.provider.name, upload::FLOW),
        operation: upload::FLOW.to_owned(),
        ..plan.case("", Family::Server(request), purpose, &operation.location)
    };
    cases.map(of_flow).into()
}

fn of_operation(plan: &OperationPlan<'_>) -> Vec<Case> {
    let constants = plan.client_supplied();
    let constants = constants.iter().filter(|argument| is_required_constant(plan, argument));
    let mut cases: Vec<_> = wrong_credential(plan).into_iter().collect();
    cases.extend(constants.flat_map(|argument| constant(plan, argument)));
    cases.extend(malformed_bodies(plan));
    cases
}

/// Where the document requires a credential that the suite can send, if it requires one. An empty alternative makes all of them
/// optional.
pub(crate) fn credential_location(plan: &OperationPlan<'_>) -> Option<Location> {
    let is_optional = plan.operation.security.iter().any(Vec::is_empty);
    let by_scheme = plan.operation.credentials().find(|credential| credential.kind.is_known());
    let by_scheme = by_scheme.filter(|_| !is_optional).map(|credential| credential.location.clone());
    let by_parameter = || plan.credential_argument().filter(|argument| argument.required);
    by_scheme.or_else(|| Some(by_parameter()?.location))
}

fn wrong_credential(plan: &OperationPlan<'_>) -> Option<Case> {
    let location = credential_location(plan)?;
    let family = Family::Server(ServerRequest::WrongCredential);
    Some(plan.case("server/wrong-credential", family, "a request with a wrong credential", &location))
}

/// Whether the document requires a parameter that clients supply by themselves, and that is not a credential.
fn is_required_constant(plan: &OperationPlan<'_>, argument: &Argument) -> bool {
    let is_constant = plan.source.provider.client_supplied_at(&plan.operation.id, &argument.name).is_some();
    is_constant && argument.required && argument.place == Some(ParameterLocation::Query)
}

/// The constant left out, and a value that its schema forbids.
fn constant(plan: &OperationPlan<'_>, argument: &Argument) -> Vec<Case> {
    let (name, part) = (&argument.name, id_part(&argument.name));
    let absent = plan.case(
        &format!("server/{part}/absent"),
        Family::Server(ServerRequest::WithoutConstant(name.clone())),
        format!("{name}: omitted, although it is required"),
        argument.required_at.as_ref().unwrap_or(&argument.location),
    );
    let changed = forbidden_value(plan, argument).map(|value| {
        let purpose = format!("{name}: {value}, which is forbidden");
        let request = ServerRequest::OtherConstant { name: name.clone(), value };
        plan.case(&format!("server/{part}/changed"), Family::Server(request), purpose, &argument.location)
    });
    std::iter::once(absent).chain(changed).collect()
}

/// A value that the schema forbids: the next number, or else a word.
fn forbidden_value(plan: &OperationPlan<'_>, argument: &Argument) -> Option<String> {
    let validator = plan.source.document.validator(&argument.schema).ok()?;
    let is_string = kind(&argument.schema.value) == "string";
    let as_sent = |text: &str| match is_string {
        true => json!(text),
        false => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
    };
    let sample = text(&argument.sample);
    let next = sample.parse::<i64>().ok().and_then(|number| number.checked_add(1));
    let candidates = next.map(|next| next.to_string()).into_iter().chain(["conformance".to_owned()]);
    candidates.into_iter().find(|text| !validator.is_valid(&as_sent(text)))
}

/// Malformed bodies, where the body is a JSON object or list.
fn malformed_bodies(plan: &OperationPlan<'_>) -> Vec<Case> {
    let Some(body) = plan.shape.body.as_ref().filter(|body| is_json(&body.content.media_type)) else {
        return Vec::new();
    };
    let malformed = [
        ("truncated", "a JSON body without its last character", MalformedBody::Truncated),
        ("invalid-utf-8", "a JSON body with a byte that does not occur in UTF-8", MalformedBody::InvalidUtf8),
        ("two-values", "a body of two JSON values", MalformedBody::Twice),
    ];
    let cases = malformed.into_iter().map(|(variation, purpose, how)| {
        let family = Family::Server(ServerRequest::Malformed(how));
        plan.case(&format!("server/body/{variation}"), family, purpose, &body.content.location)
    });
    let has_parts = |case: &Case| {
        let body = case.request.as_ref().and_then(|request| request.body.as_ref());
        body.is_some_and(|body| matches!(body, Value::Object(_) | Value::Array(_)))
    };
    cases.filter(has_parts).collect()
}
