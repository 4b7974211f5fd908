//! Caps of planning: a document that exceeds one, or that has a name which HTTP cannot carry, is refused with its place.

use hyper::header::{HeaderName, HeaderValue};

use super::source::{PlanError, Source};
use crate::document::schema::{sample, walk};
use crate::document::{Content, Location, Operation};
use crate::style::visible;

/// The most arguments of one operation.
const MAX_ARGUMENTS: usize = 300;

/// The longest name that becomes a part of a case id, in characters.
const MAX_NAME: usize = 200;

/// Checks a document against the caps.
pub(super) fn check(source: &Source) -> Result<(), PlanError> {
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
            schema.and_then(|schema| walk::resolve(&source.document, &schema.value, &schema.pointer));
        for (property, _) in resolved.iter().flat_map(|(schema, _)| walk::properties(schema)) {
            name(property, &content.location)?;
            count += 1;
        }
    }
    if count > MAX_ARGUMENTS {
        let what = format!("{} has {count} arguments; the suite plans at most {MAX_ARGUMENTS}", operation.id);
        return Err(refused(&operation.location, &what));
    }
    Ok(())
}

fn answers(source: &Source, operation: &Operation) -> Result<(), PlanError> {
    for response in &operation.responses {
        for header in &response.headers {
            HeaderName::from_bytes(header.name.as_bytes())
                .map_err(|_| refused(&header.location, "HTTP cannot carry a header of this name"))?;
        }
        for content in &response.contents {
            media_type(content)?;
            let body = sample::body(&source.document, content).map(|body| body.to_string().len());
            if body.is_some_and(|bytes| bytes > sample::MAX_BYTES) {
                let what = format!("the sample of its body is larger than {} KiB", sample::MAX_BYTES / 1024);
                return Err(refused(&content.location, &what));
            }
        }
    }
    Ok(())
}

fn media_type(content: &Content) -> Result<(), PlanError> {
    HeaderValue::from_str(&content.media_type)
        .map(drop)
        .map_err(|_| refused(&content.location, "HTTP cannot carry this media type"))
}

fn name(name: &str, location: &Location) -> Result<(), PlanError> {
    if visible(name) != name {
        return Err(refused(location, "its name has invisible characters"));
    }
    match name.chars().count() {
        1..=MAX_NAME => Ok(()),
        0 => Err(refused(location, "its name is empty")),
        count => {
            let what = format!("its name has {count} characters; the suite takes at most {MAX_NAME}");
            Err(refused(location, &what))
        }
    }
}

fn refused(location: &Location, what: &str) -> PlanError {
    PlanError(format!("{location}: {what}; correct the document or remove this part of it"))
}
