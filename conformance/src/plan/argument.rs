//! Cases of arguments: a client must send an allowed value unchanged, and should refuse a forbidden value. A client that sends
//! a forbidden value must send it unchanged too, and must report the answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::answer::{DocumentedAnswer, Success};
use super::argument_schema::{ArgumentSchema, Variation};
use super::case::{Case, Family, Outcome, Serve, id_part};
use super::operation_plan::OperationPlan;
use super::planned_argument::Argument;
use super::variation::variations;
use crate::document::schema::sample;
use crate::wire::message::ExpectedRequest;
use crate::wire::parameter::{Place, carries};
use crate::wire::request::{BodyShape, WHOLE_BODY};
use crate::wire::value::is_composite;

/// The cases of every argument, and of a credential that is a documented parameter.
pub(super) fn cases(
    plan: &OperationPlan<'_>,
    answers: &[DocumentedAnswer<'_>],
    success: &Success,
) -> Vec<Case> {
    let planning = Planning { plan, success, error: error(answers) };
    let mut cases = Vec::new();
    for argument in &plan.arguments {
        let give = |case: &mut Case, value| drop(case.params.insert(argument.name.clone(), value));
        cases.extend(planning.values(argument, &give));
        let withhold = |case: &mut Case| drop(case.params.remove(&argument.name));
        cases.extend(planning.missing(argument, &withhold));
    }
    if let Some(argument) = plan.credential_argument() {
        cases.extend(planning.values(&argument, &|case, value| case.credential = Some(value)));
        cases.extend(planning.missing(&argument, &|case| case.credential = Some(Value::Null)));
    }
    cases.extend(planning.examples());
    cases
}

/// The answer to a request that the document forbids: the documented 400, otherwise the documented 422.
fn error(answers: &[DocumentedAnswer<'_>]) -> Option<(Serve, Outcome)> {
    let answers = answers.iter().filter(|answer| [400, 422].contains(&answer.code));
    let answer = answers.min_by_key(|answer| answer.code)?;
    Some((answer.serve(answer.body.as_ref()), answer.outcome(answer.body.clone())))
}

/// Gives a value to the client.
type Give<'a> = &'a dyn Fn(&mut Case, Value);

struct Planning<'a> {
    plan: &'a OperationPlan<'a>,
    success: &'a Success,
    error: Option<(Serve, Outcome)>,
}

impl Planning<'_> {
    /// A case for each value of an argument. None when the schema cannot be compiled: then the suite does not know which values
    /// are allowed, and reports the facts as not exercised.
    fn values(&self, argument: &Argument, give: Give<'_>) -> Vec<Case> {
        if argument.has_file() {
            return self.file(argument, give);
        }
        let document = &self.plan.source.document;
        let Some(validator) = document.compiled(&argument.schema) else { return Vec::new() };
        let schema = ArgumentSchema { document, argument, validator };
        let mut names = BTreeSet::new();
        variations(&schema)
            .into_iter()
            .filter(|variation| !schema.is_lost(&variation.value) && names.insert(id_part(&variation.name)))
            .filter_map(|variation| self.value(&schema, variation, give))
            .collect()
    }

    /// A case that gives an optional file. Its schema describes its bytes, so no JSON value is like it.
    fn file(&self, argument: &Argument, give: Give<'_>) -> Vec<Case> {
        if argument.required {
            return Vec::new();
        }
        let mut case = self.plan.case(
            &format!("argument/{}/present", id_part(&argument.name)),
            Family::Argument(argument.name.clone()),
            format!("{}: a file, though it is optional, which is allowed", argument.name),
            &argument.location,
        );
        case.facts.extend(argument.facts.clone());
        give(&mut case, argument.sample.clone());
        vec![self.allowed(case)]
    }

    /// None for an allowed value that the body as a whole does not allow.
    fn value(&self, schema: &ArgumentSchema<'_>, variation: Variation, give: Give<'_>) -> Option<Case> {
        let argument = schema.argument;
        let allowed = schema.allows(&variation.value);
        let name = &argument.name;
        let verb = if allowed { "allowed" } else { "forbidden" };
        let keyword = variation.keyword.map(|keyword| format!("{}/{keyword}", argument.schema.pointer));
        let stated = keyword.as_ref().or(variation.pointer.as_ref());
        let stated = stated.map(|pointer| schema.document.locate(pointer));
        let mut case = self.plan.case(
            &format!("argument/{}/{}", id_part(name), id_part(&variation.name)),
            Family::Argument(name.clone()),
            format!("{name}: {}, which is {verb}", variation.purpose),
            stated.as_ref().unwrap_or(&argument.location),
        );
        case.facts.extend(argument.facts.clone());
        case.facts.extend(keyword.map(|pointer| self.plan.fact(&pointer)));
        case.facts.extend(variation.facts);
        let is_comparable = self.is_comparable(argument, &variation.value);
        give(&mut case, variation.value);
        match allowed {
            true => self.plan.allows_body(&case.params).then(|| self.allowed(case)),
            false => Some(self.forbidden(case, is_comparable)),
        }
    }

    /// Whether there is exactly one way to send the value. Many clients leave out a parameter whose value is an empty string.
    fn is_comparable(&self, argument: &Argument, value: &Value) -> bool {
        let body = self.plan.shape.body.as_ref().and_then(BodyShape::format);
        // Clients write a list in their own way where the document has a string, and a string where it has a list.
        let is_alike = is_composite(value) == is_composite(&argument.sample);
        match argument.sent_at() {
            Place::Body => body.is_some_and(|body| body.carries(value)),
            place => value != "" && is_alike && carries(place, value),
        }
    }

    /// A case that leaves the argument out. The client must refuse the call when the argument is required. None when the argument is
    /// optional, and the body as a whole does not allow to leave it out.
    fn missing(&self, argument: &Argument, withhold: &dyn Fn(&mut Case)) -> Option<Case> {
        let stated = argument.required_at.as_ref();
        let mut case = self.plan.case(
            &format!("argument/{}/absent", id_part(&argument.name)),
            Family::MissingArgument(argument.name.clone()),
            format!("{}: omitted", argument.name),
            stated.unwrap_or(&argument.location),
        );
        case.facts.extend(stated.map(|location| self.plan.fact(&location.pointer)));
        withhold(&mut case);
        match argument.required {
            true => Some(self.forbidden(case, false)),
            false => self.plan.allows_body(&case.params).then(|| self.allowed(case)),
        }
    }

    /// A case for each documented example of a body that is an object.
    fn examples(&self) -> Vec<Case> {
        let Some(body) = &self.plan.shape.body else { return Vec::new() };
        let examples = body.content.examples.iter().enumerate();
        let document = &self.plan.source.document;
        let right = examples.filter(|(_, example)| sample::is_right(document, body.schema, example));
        let cases = right.filter_map(|(index, example)| {
            let fields = example.value.as_object()?;
            let given = body
                .properties
                .iter()
                .filter_map(|property| Some((property.argument.clone(), fields.get(property.name)?.clone())));
            let mut case = self.plan.case(
                &format!("argument/{WHOLE_BODY}/example-{}", index + 1),
                Family::Argument(WHOLE_BODY.to_owned()),
                format!("the documented example {} of the body", index + 1),
                &example.location,
            );
            case.facts.insert(self.plan.fact(&example.location.pointer));
            case.params.extend(given);
            Some(self.allowed(case))
        });
        cases.collect()
    }

    /// A case whose call must be sent.
    fn allowed(&self, case: Case) -> Case {
        Case {
            request: Some(self.request(&case)),
            serve: vec![self.success.serve.clone()],
            outcome: self.success.outcome(),
            ..case
        }
    }

    /// A case whose call should be refused. If the document has no status 400 or 422, the API answers with the success.
    fn forbidden(&self, case: Case, is_comparable: bool) -> Case {
        let error = self.error.clone();
        let (serve, outcome) = error.unwrap_or_else(|| (self.success.serve.clone(), self.success.outcome()));
        Case {
            request: is_comparable.then(|| self.request(&case)),
            serve: vec![serve],
            outcome: Outcome::Refusal { if_sent: Box::new(outcome) },
            ..case
        }
    }

    fn request(&self, case: &Case) -> Arc<ExpectedRequest> {
        let credentials = self.plan.shape.sample_credentials(case.credential.as_ref());
        Arc::new(self.plan.shape.request(&case.params, &credentials))
    }
}
