//! Where the API is, as the document says.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::operation::Operation;
use super::{Defect, Document};

/// The document's first server, as a constant.
pub(super) fn emit(document: &Document) -> Result<TokenStream, Defect> {
    match first(&document.root) {
        Some(url) if url.starts_with("https://") || url.starts_with("http://") => Ok(quote! {
            /// The server that the document names.
            pub const SERVER: &str = #url;
        }),
        Some(url) => {
            let problem = format!("the server `{url}` is no place by itself");
            Err(document.defect(
                "/servers/0/url",
                problem,
                "put a whole URL first, like https://api.example.com",
            ))
        }
        None => {
            Err(document.defect("/servers", "the document names no server", "add `servers` with a `url`"))
        }
    }
}

/// Why the client cannot send the operation: it is sent to a server of its own, or of its path.
pub(super) fn limit(root: &Value, operation: &Operation) -> Option<String> {
    let own = first(operation.node(root)).or_else(|| first(&root["paths"][&operation.path]))?;
    let is_same = first(root).is_some_and(|all| all.trim_end_matches('/') == own.trim_end_matches('/'));
    (!is_same).then(|| format!("it has a server of its own, {own}"))
}

/// The URL of the first server, with the defaults of its variables.
fn first(node: &Value) -> Option<String> {
    let server = node.pointer("/servers/0")?;
    let mut url = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        if let Some(default) = variable.get("default").and_then(Value::as_str) {
            url = url.replace(&format!("{{{name}}}"), default);
        }
    }
    Some(url)
}
