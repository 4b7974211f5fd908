//! Where the API is, as the document says.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::operation::Operation;
use super::{Defect, Document};

/// The document's first server, as a constant.
pub(super) fn emit(document: &Document) -> Result<TokenStream, Defect> {
    match first(&document.root) {
        Some(url) => Ok(quote! {
            /// The server that the document names.
            pub const SERVER: &str = #url;
        }),
        None => {
            Err(document.defect("/servers", "the document names no server", "add `servers` with a `url`"))
        }
    }
}

/// Why the client cannot send the operation: it is sent to a server of its own, or of its path.
pub(super) fn limit(root: &Value, operation: &Operation) -> Option<String> {
    let own = first(operation.node(root)).or_else(|| first(&root["paths"][&operation.path]))?;
    (Some(own) != first(root)).then(|| format!("it has a server of its own, {own}"))
}

fn first(node: &Value) -> Option<&str> {
    node.pointer("/servers/0/url").and_then(Value::as_str)
}
