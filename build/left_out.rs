//! The list of operations that the client is generated without, each with its reason.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::operation::Operation;
use super::{Defect, Document};

/// An entry of the list.
#[derive(Debug)]
pub(crate) struct LeftOut {
    pub(super) operation: String,
    pub(super) reason: String,
    /// JSON pointer of the entry.
    place: String,
}

/// The list, read.
pub(crate) struct List {
    document: Document,
    entries: Vec<LeftOut>,
}

impl List {
    /// Reads a list of `operation` and `reason`; a file without a word in it is an empty one.
    pub(super) fn read(file: &str, text: &str) -> Result<Self, Defect> {
        let document = Document::read(file, text)?;
        let entries = match &document.root {
            Value::Null => Vec::new(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, _)| entry(&document, index))
                .collect::<Result<_, _>>()?,
            _ => {
                return Err(document.defect(
                    "",
                    "this is not a list",
                    "write `- operation: id` and, below it, `reason: words`",
                ));
            }
        };
        Ok(Self { document, entries })
    }

    pub(super) fn entry(&self, operation: &Operation) -> Option<&LeftOut> {
        self.entries.iter().find(|entry| entry.operation == operation.id)
    }

    pub(super) fn file(&self) -> &str {
        &self.document.file
    }

    /// What is wrong with an entry that does not leave out just what it has to.
    pub(super) fn stale(
        &self,
        operations: &[Operation],
        is_needed: impl Fn(&Operation) -> bool,
    ) -> Vec<Defect> {
        let stale = self.entries.iter().enumerate().filter_map(|(index, entry)| {
            let id = &entry.operation;
            let is_twice = self.entries[..index].iter().any(|earlier| earlier.operation == *id);
            let problem = match operations.iter().find(|operation| operation.id == *id) {
                None => format!("the document has no operation `{id}`"),
                Some(_) if is_twice => format!("`{id}` stands in this list already"),
                Some(operation) if !is_needed(operation) => format!("`{id}` can be generated"),
                Some(_) => return None,
            };
            Some(self.document.defect(&entry.place, problem, "take it off this list"))
        });
        stale.collect()
    }
}

/// The list as the generated client's readers see it, if there is one.
pub(super) fn emit(left_out: &[(String, String)]) -> Option<TokenStream> {
    if left_out.is_empty() {
        return None;
    }
    let lines = left_out.iter().map(|(name, reason)| format!("- `{name}`: {reason}"));
    let doc = lines.collect::<Vec<_>>().join("\n");
    let pairs = left_out.iter().map(|(name, reason)| quote! { (#name, #reason) });
    Some(quote! {
        /// What the document has and this client has not, and why:
        ///
        #[doc = #doc]
        pub const LEFT_OUT: &[(&str, &str)] = &[#(#pairs),*];
    })
}

fn entry(document: &Document, index: usize) -> Result<LeftOut, Defect> {
    let place = format!("/{index}");
    let item = &document.root[index];
    let word =
        |key: &str| item.get(key).and_then(Value::as_str).map(str::trim).filter(|word| !word.is_empty());
    let has_others = item.as_object().is_some_and(|item| item.len() > 2);
    match (word("operation"), word("reason")) {
        (Some(operation), Some(reason)) if !has_others => {
            let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
            Ok(LeftOut { operation: operation.to_owned(), reason, place })
        }
        _ => Err(document.defect(
            &place,
            "an entry has an `operation` and a `reason`, and nothing else",
            "write both, in words",
        )),
    }
}
