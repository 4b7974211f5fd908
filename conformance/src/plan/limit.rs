//! What is not planned for: a document that asks for more, or for what cannot be sent, is refused
//! with its place before it costs memory or trips a server.

use hyper::header::{HeaderName, HeaderValue};

use super::{PlanError, Source, fact, sample};
use crate::document::{Content, Location, Operation};
use crate::style::visible;

/// The most arguments of one operation.
const ARGUMENTS: usize = 300;

/// The most characters of a name that becomes part of a case's id.
const NAME: usize = 200;

/// The largest sample of one body, in bytes of JSON.
pub const BODY: usize = 256 * 1024;

/// The longest string, and the most elements of one sample, that limits are tried with.
pub const SIZE: usize = 70_000;

/// Refuses what is not planned for.
pub fn check(source: &Source) -> Result<(), PlanError> {
    source.document.operations.iter().try_for_each(|operation| {
        name(&operation.id, &operation.location)?;
        arguments(source, operation)?;
        answers(source, operation)
    })
}

fn arguments(source: &Source, operation: &Operation) -> Result<(), PlanError> {
    let mut count = operation.parameters.len();
    for parameter in &operation.parameters {
        name(&parameter.name, &parameter.location)?;
    }
    for content in operation.body.iter().flat_map(|body| &body.contents) {
        media_type(content)?;
        let schema = content.schema.as_ref();
        let resolved =
            schema.and_then(|schema| fact::resolve(&source.document, &schema.value, &schema.pointer));
        for (property, _) in fact::entries(resolved.as_ref().and_then(|(schema, _)| schema.get("properties")))
        {
            name(property, &content.location)?;
            count += 1;
        }
    }
    if count > ARGUMENTS {
        let what =
            format!("{} has {count} arguments, more than the {ARGUMENTS} that are planned for", operation.id);
        return Err(refused(&operation.location, &what));
    }
    Ok(())
}

fn answers(source: &Source, operation: &Operation) -> Result<(), PlanError> {
    for response in &operation.responses {
        for header in &response.headers {
            HeaderName::from_bytes(header.name.as_bytes())
                .map_err(|_| refused(&header.location, "the header's name is none that HTTP can carry"))?;
        }
        for content in &response.contents {
            media_type(content)?;
            let body = sample::body(&source.document, content).map(|body| body.to_string().len());
            if body.is_some_and(|bytes| bytes > BODY) {
                let what = format!("its body is larger than the {} KiB that are planned for", BODY / 1024);
                return Err(refused(&content.location, &what));
            }
        }
    }
    Ok(())
}

fn media_type(content: &Content) -> Result<(), PlanError> {
    HeaderValue::from_str(&content.media_type)
        .map(drop)
        .map_err(|_| refused(&content.location, "the media type is none that HTTP can carry"))
}

fn name(name: &str, location: &Location) -> Result<(), PlanError> {
    if visible(name) != name {
        return Err(refused(location, "its name holds characters that cannot be seen"));
    }
    match name.chars().count() {
        1..=NAME => Ok(()),
        0 => Err(refused(location, "its name is empty")),
        count => Err(refused(location, &format!("its name has {count} characters, more than {NAME}"))),
    }
}

fn refused(location: &Location, what: &str) -> PlanError {
    PlanError(format!("{location}: {what}; correct the document, or leave this part of it out"))
}
