//! Changes the document in memory into one that progenitor supports and that means the same.

pub(crate) mod content;
mod edition;
pub(crate) mod keyword;
pub(crate) mod list;
pub(crate) mod parameter;
mod response;
mod schema_name;
mod string;
mod type_name;
pub(crate) mod union;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::build::defect::Defect;
use crate::build::document::Document;
use crate::build::fix::list::List;
use crate::build::fix::union::Union;
use crate::build::operation::{self, Operation};
use crate::build::schema;

/// What progenitor does not generate, or not as it should.
pub(crate) struct Api {
    pub(crate) operations: Vec<Operation>,
    pub(crate) unions: Vec<Union>,
    pub(crate) lists: Vec<List>,
    /// The name and the reason of everything that is left out.
    pub(crate) left_out: Vec<(String, String)>,
    /// The names of the schemas that requests have.
    pub(crate) sent: BTreeSet<String>,
}

/// Applies all fixes, and returns the operations of the document.
pub(crate) fn apply(document: &mut Document) -> Result<Api, Defect> {
    edition::to_3_0(document)?;
    string::remove_delimiters(document)?;
    let mut operations = operation::find(document)?;
    for operation in &mut operations {
        parameter::gather(&mut document.root, operation);
        content::inline(&mut document.root, operation);
    }
    parameter::remove_shared(&mut document.root);
    string::remove_formats(&mut document.root);
    schema_name::name_targets(&mut document.root);
    schema_name::make_unique(&mut document.root);
    for operation in &mut operations {
        response::take_errors(document, operation)?;
        response::take_successes(&mut document.root, operation);
    }
    type_name::name_inline_schemas(&mut document.root, &operations);
    let lists = list::take(&mut document.root, &operations);
    let unions = union::take(&mut document.root);
    keyword::describe_and_remove(&mut document.root);
    let sent = sent(&document.root, &operations);
    Ok(Api { operations, unions, lists, left_out: Vec::new(), sent })
}

/// The names of the schemas that requests have, directly or through other schemas.
fn sent(root: &Value, operations: &[Operation]) -> BTreeSet<String> {
    let mut sent = BTreeSet::new();
    for node in operations.iter().map(|operation| operation.node(root)) {
        let parts = ["parameters", "requestBody"].into_iter().filter_map(|key| node.get(key));
        parts.for_each(|part| schema::find_in(root, part, &mut sent));
    }
    sent.into_iter().map(str::to_owned).collect()
}
