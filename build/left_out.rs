//! The list of operations to leave out of the client, each with the reason (`openapi/pyannote.left-out.yaml`).

use serde_json::{Map, Value};

use crate::build::defect::Defect;
use crate::build::document::Document;
use crate::build::json::string;
use crate::build::operation::Operation;

pub(crate) struct LeftOutList {
    pub(crate) document: Document,
    /// The id of each operation and the reason.
    entries: Vec<(String, String)>,
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

    pub(crate) fn entry(&self, operation: &Operation) -> Option<&(String, String)> {
        self.entries.iter().find(|(id, _)| *id == operation.id)
    }

    /// A defect for each entry that is repeated, or whose operation does not exist or can be generated.
    pub(crate) fn stale(
        &self,
        operations: &[Operation],
        is_unsupported: impl Fn(&Operation) -> bool,
    ) -> Vec<Defect> {
        let stale = self.entries.iter().enumerate().filter_map(|(index, (id, _))| {
            let is_repeated = self.entries[..index].iter().any(|(earlier, _)| earlier == id);
            let problem = match operations.iter().find(|operation| operation.id == *id) {
                None => format!("the document has no operation `{id}`"),
                Some(_) if is_repeated => format!("the operation `{id}` is in this list already"),
                Some(operation) if is_unsupported(operation) => return None,
                Some(_) => format!("the operation `{id}` can be generated"),
            };
            Some(self.document.defect(&format!("/{index}"), problem, "remove this entry"))
        });
        stale.collect()
    }
}

fn entry(document: &Document, item: &Value, index: usize) -> Result<(String, String), Defect> {
    let text = |key: &str| string(item, key).map(str::trim).filter(|text| !text.is_empty());
    match (text("operation"), text("reason"), item.as_object().map(Map::len)) {
        (Some(operation), Some(reason), Some(2)) => {
            Ok((operation.to_owned(), reason.split_whitespace().collect::<Vec<_>>().join(" ")))
        }
        _ => {
            let problem = "an entry must have the keys `operation` and `reason`, and no other";
            Err(document.defect(&format!("/{index}"), problem, "write a string for both"))
        }
    }
}
