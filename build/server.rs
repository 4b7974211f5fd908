//! Where the API is, as the document says.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Defect, Document};

/// The document's first server, as a constant.
pub(super) fn emit(document: &Document) -> Result<TokenStream, Defect> {
    match document.root.pointer("/servers/0/url").and_then(serde_json::Value::as_str) {
        Some(url) => Ok(quote! {
            /// The server that the document names.
            pub const SERVER: &str = #url;
        }),
        None => {
            Err(document.defect("/servers", "the document names no server", "add `servers` with a `url`"))
        }
    }
}
