//! What `src/pyannote.rs` uses of the document: one operation, and the fields of errors. The names come from the document, so
//! that the vendor can change them. If the document has no such part, the build stops with one line.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use crate::build::defect::Defect;
use crate::build::document::Document;
use crate::build::fix::Api;
use crate::build::fix::content::json_form;
use crate::build::json::{entries, string};
use crate::build::operation::{Operation, Response};
use crate::build::reference::resolved;
use crate::build::rust_name::{snake, type_path};
use crate::build::schema;

/// The operation that `media_upload_url` calls.
const OPERATION: &str = "getMediaUploadURL";
/// Its argument, and the field of its success.
const URL: &str = "url";

/// A field of errors: by its name in snake case, or by its description in lower case.
struct Role {
    constant: &'static str,
    names: &'static [&'static str],
    descriptions: &'static [&'static str],
}

const MESSAGE: Role = Role { constant: "MESSAGE", names: &["message"], descriptions: &["error message"] };
const REQUEST_ID: Role =
    Role { constant: "REQUEST_ID", names: &["request_id"], descriptions: &["request id"] };
const ERRORS: Role = Role { constant: "ERRORS", names: &["errors"], descriptions: &["list of errors"] };
const FIELD: Role = Role { constant: "FIELD", names: &["field"], descriptions: &["field name"] };

/// The names, as Rust code.
pub(crate) fn emit(document: &Document, api: &Api) -> Result<TokenStream, Defect> {
    let operation = api.operations.iter().find(|operation| operation.id == OPERATION).ok_or_else(|| {
        let problem = format!("the document has no operation `{OPERATION}`, which src/pyannote.rs calls");
        document.defect(
            "/paths",
            problem,
            "restore it, or correct its name in build/uses.rs and src/pyannote.rs",
        )
    })?;
    let request = request(document, operation)?;
    check_success(document, operation)?;
    let fields = error_fields(document, operation)?;
    Ok(quote! {
        /// The request body of the operation that `src/pyannote.rs` calls.
        pub(crate) type UploadUrlRequest = #request;

        /// The names of fields that `src/pyannote.rs` reads.
        pub(crate) mod uses {
            #fields
        }
    })
}

/// The type of the request body. `media_upload_url` can send nothing but the URL.
fn request(document: &Document, operation: &Operation) -> Result<TokenStream, Defect> {
    let root = &document.root;
    let body = operation.node(root).get("requestBody").and_then(json_form).map(|form| &form["schema"]);
    let Some((name, body)) = body.and_then(|body| Some((schema::name(body)?, resolved(root, body)))) else {
        return Err(missing(document, operation, "a JSON object as its request body"));
    };
    let required = body.get("required").and_then(Value::as_array).into_iter().flatten();
    let (url, others): (Vec<_>, Vec<_>) = required.filter_map(Value::as_str).partition(|name| *name == URL);
    let is_required = operation.node(root)["requestBody"]["required"] == true;
    if url.is_empty() || !is_required || body["properties"].get(URL).is_none() {
        return Err(missing(
            document,
            operation,
            &format!("the required field `{URL}` in a required request body"),
        ));
    }
    if let Some(other) = others.first() {
        let problem = format!(
            "`{OPERATION}` requires `{other}`, which `media_upload_url` in src/pyannote.rs does not send"
        );
        let fix = "add an argument for it there, and to build/uses.rs";
        return Err(document.defect(&operation.pointer(), problem, fix));
    }
    Ok(type_path(name))
}

fn check_success(document: &Document, operation: &Operation) -> Result<(), Defect> {
    let root = &document.root;
    let mut successes = entries(operation.node(root), "responses").map(|(_, response)| response);
    let has_url = |response: &Value| {
        let body = json_form(response).map(|form| resolved(root, &form["schema"]));
        body.is_some_and(|body| {
            let is_required =
                body["required"].as_array().is_some_and(|names| names.iter().any(|name| name == URL));
            is_required && string(resolved(root, &body["properties"][URL]), "type") == Some("string")
        })
    };
    if operation.successes.is_empty() && successes.all(has_url) {
        return Ok(());
    }
    Err(missing(document, operation, &format!("one type of success, with the required string `{URL}`")))
}

fn error_fields(document: &Document, operation: &Operation) -> Result<TokenStream, Defect> {
    let root = &document.root;
    let schemas = operation.errors.iter().filter_map(Response::schema);
    let errors: Vec<_> = schemas.map(|name| resolved(root, &root["components"]["schemas"][name])).collect();
    let lists = names_of(root, &errors, &ERRORS);
    let items = errors.iter().flat_map(|error| lists.iter().map(|list| &error["properties"][list]["items"]));
    let items: Vec<_> = items.map(|item| resolved(root, item)).collect();
    let roles = [(&MESSAGE, &errors), (&REQUEST_ID, &errors), (&ERRORS, &errors), (&FIELD, &items)];
    let constants = roles.into_iter().map(|(role, schemas)| {
        let names = names_of(root, schemas, role);
        if names.is_empty() {
            let [name, description] = [role.names, role.descriptions].map(|known| known.join("`, `"));
            let what = format!("an error with a field named `{name}`, or described as `{description}`");
            return Err(missing(document, operation, &what));
        }
        let constant = format_ident!("{}", role.constant);
        Ok(quote! { pub(crate) const #constant: &[&str] = &[#(#names),*]; })
    });
    constants.collect()
}

/// The names of the properties with a role.
fn names_of(root: &Value, schemas: &[&Value], role: &Role) -> BTreeSet<String> {
    let is_meant = |(name, property): &(&String, &Value)| {
        let described =
            string(property, "description").or_else(|| string(resolved(root, property), "description"));
        let described = described.unwrap_or_default().trim().to_lowercase();
        role.names.contains(&snake(name).as_str()) || role.descriptions.contains(&described.as_str())
    };
    let properties = schemas.iter().flat_map(|schema| entries(schema, "properties"));
    properties.filter(is_meant).map(|(name, _)| name.clone()).collect()
}

fn missing(document: &Document, operation: &Operation, what: &str) -> Defect {
    let problem = format!("`{OPERATION}` does not have {what}, which src/pyannote.rs uses");
    document.defect(&operation.pointer(), problem, "correct src/pyannote.rs and build/uses.rs")
}
