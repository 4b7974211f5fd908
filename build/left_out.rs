//! The list of operations to leave out of the client, each with the reason (`openapi/pyannote.left-out.yaml`).

use serde_json::Value;

use crate::build::defect::Defect;
use crate::build::document::Document;
use crate::build::json::string;
use crate::build::operation::Operation;

/// The list.
pub(crate) struct LeftOutList {
    document: Document,
    entries: Vec<LeftOut>,
}

/// An entry of the list.
#[derive(Debug)]
pub(crate) struct LeftOut {
    /// The id of the operation.
    pub(crate) operation: String,
    pub(crate) reason: String,
    /// The JSON pointer of the entry.
    pointer: String,
}

impl LeftOutList {
    /// Reads the list. An empty file is an empty list.
    pub(crate) fn read(file: &str, text: &str) -> Result<Self, Defect> {
        let document = Document::read(file, text)?;
        let entries = match &document.root {
            Value::Null => Vec::new(),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(index, item)| entry(&document, item, index)).collect::<Result<_, _>>()?
            }
            _ => {
                let fix = "write `- operation: id` and, below it, `reason: why`";
                return Err(document.defect("", "the file is not a list", fix));
            }
        };
        Ok(Self { document, entries })
    }

    pub(crate) fn entry(&self, operation: &Operation) -> Option<&LeftOut> {
        self.entries.iter().find(|entry| entry.operation == operation.id)
    }

    pub(crate) fn file(&self) -> &str {
        &self.document.file
    }

    /// A defect for each entry that is repeated, or whose operation does not exist or can be generated.
    pub(crate) fn stale(
        &self,
        operations: &[Operation],
        is_unsupported: impl Fn(&Operation) -> bool,
    ) -> Vec<Defect> {
        let stale = self.entries.iter().enumerate().filter_map(|(index, entry)| {
            let id = &entry.operation;
            let is_repeated = self.entries[..index].iter().any(|earlier| earlier.operation == *id);
            let problem = match operations.iter().find(|operation| operation.id == *id) {
                None => format!("the document has no operation `{id}`"),
                Some(_) if is_repeated => format!("the operation `{id}` is in this list already"),
                Some(operation) if !is_unsupported(operation) => {
                    format!("the operation `{id}` can be generated")
                }
                Some(_) => return None,
            };
            Some(self.document.defect(&entry.pointer, problem, "remove this entry"))
        });
        stale.collect()
    }
}

fn entry(document: &Document, item: &Value, index: usize) -> Result<LeftOut, Defect> {
    let pointer = format!("/{index}");
    let text = |key: &str| string(item, key).map(str::trim).filter(|text| !text.is_empty());
    let has_other_keys = item.as_object().is_some_and(|item| item.len() > 2);
    match (text("operation"), text("reason")) {
        (Some(operation), Some(reason)) if !has_other_keys => {
            let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
            Ok(LeftOut { operation: operation.to_owned(), reason, pointer })
        }
        _ => Err(document.defect(
            &pointer,
            "an entry must have the keys `operation` and `reason`, and no other",
            "write a string for both",
        )),
    }
}
