//! Values for arguments that the server under test knows, in place of the samples.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::operation_plan::OperationPlan;
use super::planned_argument::Argument;
use super::source::{PlanError, Source};
use crate::document::schema::validator::first_violation;
use crate::document::{Document, Operation};
use crate::style::suggestion;

/// A value for the arguments of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenSample {
    name: String,
    value: String,
}

/// `NAME=VALUE`, where NAME is `argument` or `operation.argument`.
impl FromStr for GivenSample {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').unwrap_or_default();
        match name {
            "" => Err("write NAME=VALUE, as in job_id=64bea283".to_owned()),
            name => Ok(Self { name: name.to_owned(), value: value.to_owned() }),
        }
    }
}

impl fmt::Display for GivenSample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// A sample for one argument of one operation.
struct Placed {
    source: usize,
    operation: String,
    argument: String,
    value: Value,
}

/// Replaces the samples of all arguments that the given ones name.
pub(super) fn apply(sources: &mut [Source], given: &[GivenSample]) -> Result<(), PlanError> {
    for sample in given {
        for Placed { source, operation, argument, value } in places(sources, sample)? {
            sources[source].provider.give_sample(&operation, &argument, value);
        }
    }
    Ok(())
}

/// The arguments with the name of the sample, each with the value in the type of its schema.
fn places(sources: &[Source], sample: &GivenSample) -> Result<Vec<Placed>, PlanError> {
    let (mut placed, mut known) = (Vec::new(), BTreeSet::new());
    for (index, source) in sources.iter().enumerate() {
        for operation in &source.document.operations {
            let plan = OperationPlan::new(source, operation);
            for argument in plan.arguments.iter().chain(&plan.client_supplied()) {
                if has_name(&sample.name, operation, argument) {
                    check_not_credential(source, sample, argument)?;
                    placed.push(Placed {
                        source: index,
                        operation: operation.id.clone(),
                        argument: argument.name.clone(),
                        value: typed(&source.document, operation, argument, sample)?,
                    });
                }
                known.insert(argument.name.clone());
            }
        }
    }
    if placed.is_empty() {
        let hint = suggestion(&sample.name, known.iter().map(String::as_str));
        return Err(PlanError(format!("--sample: no operation has the argument `{}`; {hint}", sample.name)));
    }
    Ok(placed)
}

fn has_name(name: &str, operation: &Operation, argument: &Argument) -> bool {
    let of_operation = name.strip_prefix(&operation.id).and_then(|rest| rest.strip_prefix('.'));
    name == argument.name || of_operation == Some(&argument.name)
}

fn check_not_credential(source: &Source, sample: &GivenSample, argument: &Argument) -> Result<(), PlanError> {
    let credentials = source.provider.credentials();
    let own = credentials.iter().find(|own| own.parameter.as_ref() == Some(&argument.name));
    own.map_or(Ok(()), |own| {
        let (name, variable) = (&sample.name, own.variable());
        Err(PlanError(format!(
            "--sample: `{name}` is a credential; give it in the environment variable {variable}"
        )))
    })
}

/// The value as the schema allows it: a string, or else what it means as JSON.
fn typed(
    document: &Document,
    operation: &Operation,
    argument: &Argument,
    GivenSample { name, value }: &GivenSample,
) -> Result<Value, PlanError> {
    let text = Value::String(value.clone());
    let Some((violation, _)) = first_violation(document, &argument.schema, &text) else { return Ok(text) };
    let parsed: Option<Value> = serde_json::from_str(value).ok();
    let parsed = parsed.filter(|parsed| first_violation(document, &argument.schema, parsed).is_none());
    parsed.ok_or_else(|| {
        PlanError(format!(
            "--sample {name}: the value breaks the schema at {} (operation {id}): {violation}; correct the value, or write \
             operation.argument to give it to another operation only",
            document.locate(&argument.schema.pointer),
            id = operation.id,
        ))
    })
}
