//! Cases of arguments: a client must send an allowed value unchanged, and must refuse a forbidden value.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::answer::Success;
use super::case::{Case, Family, id_part};
use super::operation_plan::{Argument, OperationPlan};
use super::variation::{ArgumentSchema, Variation, variations};
use crate::document::schema::validator::ValidatorCache;
use crate::wire::request::WHOLE_BODY;

/// The cases of every argument, and of a credential that is a documented parameter.
pub(super) fn cases(
    plan: &OperationPlan<'_>,
    success: &Success,
    validators: &mut ValidatorCache<'_>,
) -> Vec<Case> {
    let planning = Planning { plan, success };
    let mut cases = Vec::new();
    for argument in &plan.arguments {
        let give = |case: &mut Case, value| drop(case.params.insert(argument.name.clone(), value));
        cases.extend(planning.values(argument, validators, &give));
        cases.push(planning.missing(argument));
    }
    if let Some(argument) = plan.credential_argument() {
        cases.extend(planning.values(&argument, validators, &|case, value| case.credential = Some(value)));
    }
    cases.extend(planning.examples());
    cases
}

/// Gives a value to the client.
type Give<'a> = &'a dyn Fn(&mut Case, Value);

struct Planning<'a> {
    plan: &'a OperationPlan<'a>,
    success: &'a Success,
}

impl Planning<'_> {
    /// A case for each value of an argument. None when the schema cannot be compiled: then the suite does not know which values
    /// are allowed, and reports the facts as not exercised.
    fn values(&self, argument: &Argument, validators: &mut ValidatorCache<'_>, give: Give<'_>) -> Vec<Case> {
        let Some(validator) = validators.get(&argument.schema) else { return Vec::new() };
        let schema = ArgumentSchema { document: &self.plan.source.document, argument, validator };
        let mut names = BTreeSet::new();
        variations(&schema)
            .into_iter()
            .filter(|variation| names.insert(id_part(&variation.name)))
            .map(|variation| self.value(&schema, variation, give))
            .collect()
    }

    fn value(&self, schema: &ArgumentSchema<'_>, variation: Variation, give: Give<'_>) -> Case {
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
        give(&mut case, variation.value);
        self.expect(case, allowed)
    }

    /// A case that leaves the argument out. The client must refuse the call when the argument is required.
    fn missing(&self, argument: &Argument) -> Case {
        let stated = argument.required_at.as_ref();
        let mut case = self.plan.case(
            &format!("argument/{}/absent", id_part(&argument.name)),
            Family::MissingArgument(argument.name.clone()),
            format!("{}: omitted", argument.name),
            stated.unwrap_or(&argument.location),
        );
        case.facts.extend(stated.map(|location| self.plan.fact(&location.pointer)));
        case.params.remove(&argument.name);
        self.expect(case, !argument.required)
    }

    /// A case for each documented example of a body that is an object.
    fn examples(&self) -> Vec<Case> {
        let Some(body) = &self.plan.shape.body else { return Vec::new() };
        let examples = body.content.examples.iter().enumerate();
        let cases = examples.filter_map(|(index, example)| {
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
            Some(self.expect(case, true))
        });
        cases.collect()
    }

    /// An allowed call must be sent and a forbidden one refused. A client that sends a forbidden one gets the documented success
    /// too, so that the only finding is the missing refusal.
    fn expect(&self, mut case: Case, allowed: bool) -> Case {
        case.serve = vec![self.success.serve.clone()];
        case.request = None;
        if allowed {
            let request = self.plan.shape.request(&case.params, case.credential.as_ref());
            case.request = Some(Arc::new(request));
            case.outcome = self.success.outcome.clone();
        }
        case
    }
}
