//! The URL of the API's server.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use crate::build::defect::Defect;
use crate::build::document::Document;
use crate::build::json::string;

/// The document's first server, as a constant.
pub(crate) fn emit(document: &Document) -> Result<TokenStream, Defect> {
    match first_url(&document.root) {
        Some(url) if url.starts_with("https://") || url.starts_with("http://") => Ok(quote! {
            /// The URL of the API's server, from the document.
            pub const SERVER: &str = #url;
        }),
        Some(url) => {
            let problem = format!("the server URL `{url}` is not absolute");
            let fix = "write an absolute URL, such as https://api.example.com";
            Err(document.defect("/servers/0/url", problem, fix))
        }
        None => Err(document.defect("/servers", "the document has no server", "add `servers` with a `url`")),
    }
}

/// The URL of the first server, with the defaults of its variables.
pub(crate) fn first_url(node: &Value) -> Option<String> {
    let server = node.pointer("/servers/0")?;
    let mut url = string(server, "url")?.to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        if let Some(default) = string(variable, "default") {
            url = url.replace(&format!("{{{name}}}"), default);
        }
    }
    Some(url)
}
