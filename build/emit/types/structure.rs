//! The type of an object. In a request it is made by `new` with the required fields, and has a setter for each optional field,
//! so that the document can add optional fields. A field that was not set is not sent.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use serde_json::Value;
use syn::{Attribute, Field, Fields, FieldsNamed, Ident, ItemStruct, Type, parse_quote};

use super::serde_attribute::SerdeAttribute;
use crate::build::emit::call::option_of;
use crate::build::json::entries;
use crate::build::reference::resolved;

/// Edits the struct, and returns its fields. `schema` is the schema of the object.
pub(super) fn edit(item: &mut ItemStruct, root: &Value, schema: Option<&Value>) -> Option<Vec<Member>> {
    // The inner type of a newtype may be an enum, which is not `Copy`.
    item.attrs.iter_mut().for_each(remove_copy);
    let Fields::Named(FieldsNamed { named, .. }) = &mut item.fields else { return Some(Vec::new()) };
    item.attrs.push(parse_quote! { #[non_exhaustive] });
    let mut fields = Vec::new();
    for field in named {
        let attribute = SerdeAttribute::read(&field.attrs)?;
        let name = field.ident.clone()?;
        let json_name = attribute.rename.clone().unwrap_or_else(|| unraw(&name));
        if !attribute.is_flattened {
            let null = || schema.is_some_and(|schema| is_nullable(root, schema, &json_name, &mut Vec::new()));
            edit_field(field, &attribute, attribute.is_optional && null());
        }
        fields.push(Member {
            name,
            of: field.ty.clone(),
            is_optional: attribute.is_optional || attribute.is_flattened,
        });
    }
    Some(fields)
}

/// A field.
pub(super) struct Member {
    name: Ident,
    of: Type,
    is_optional: bool,
}

fn unraw(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map_or_else(|| name.clone(), str::to_owned)
}

fn remove_copy(attribute: &mut Attribute) {
    if attribute.path().is_ident("derive") {
        let text = attribute.to_token_stream().to_string().replace("Copy ,", "").replace(", Copy", "");
        if let Ok(tokens) = text.parse::<TokenStream>() {
            *attribute = parse_quote! { #tokens };
        }
    }
}

/// Makes an optional field an `Option`, which is not sent if it is `None`. If the document allows `null` as well, the inner
/// `None` is `null`.
fn edit_field(field: &mut Field, attribute: &SerdeAttribute, is_null_apart: bool) {
    let of = option_of(&field.ty).unwrap_or_else(|| field.ty.clone());
    let with = match (is_null_apart, has_integer(&field.ty)) {
        (true, true) => Some("crate::pyannote::lossless::present_whole"),
        (true, false) => Some("crate::pyannote::lossless::present"),
        (false, true) => Some("crate::pyannote::lossless::whole"),
        (false, false) => None,
    };
    if with.is_none() && !attribute.is_optional {
        return;
    }
    field.ty = match (attribute.is_optional, is_null_apart) {
        (false, _) => field.ty.clone(),
        (true, false) => parse_quote! { ::std::option::Option<#of> },
        (true, true) => parse_quote! { ::std::option::Option<::std::option::Option<#of>> },
    };
    let rename = attribute.rename.as_ref().map(|name| quote! { rename = #name, });
    let with = with.map(|function| quote! { deserialize_with = #function, });
    let skip = quote! { default, skip_serializing_if = "::std::option::Option::is_none" };
    let skip = attribute.is_optional.then_some(skip);
    field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
    field.attrs.push(parse_quote! { #[serde(#rename #with #skip)] });
}

/// Whether the type is an integer, or a list or a map of integers.
fn has_integer(of: &Type) -> bool {
    let text = of.to_token_stream().to_string();
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(|word| {
        let number = word.strip_prefix("NonZero").unwrap_or(word);
        matches!(number.to_lowercase().trim_start_matches(['i', 'u']), "8" | "16" | "32" | "64")
    })
}

/// Whether the property may be `null`.
fn is_nullable<'a>(root: &'a Value, schema: &'a Value, property: &str, seen: &mut Vec<&'a Value>) -> bool {
    let schema = resolved(root, schema);
    if seen.iter().any(|other| std::ptr::eq(*other, schema)) {
        return false;
    }
    seen.push(schema);
    let allows_null = |schema: &Value| {
        schema.get("nullable") == Some(&Value::Bool(true))
            || resolved(root, schema).get("nullable") == Some(&Value::Bool(true))
    };
    entries(schema, "properties").any(|(name, part)| name == property && allows_null(part))
        || schema
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .any(|part| is_nullable(root, part, property, seen))
}

/// `new`, and the setters.
pub(super) fn methods(name: &Ident, fields: &[Member]) -> TokenStream {
    let (optional, required): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.is_optional);
    let parameters =
        required.iter().map(|Member { name, of, .. }| quote! { #name: impl ::std::convert::Into<#of> });
    let values = required.iter().map(|Member { name, .. }| quote! { #name: #name.into() });
    let defaults =
        optional.iter().map(|Member { name, .. }| quote! { #name: ::std::default::Default::default() });
    let setters = optional.iter().map(|field| setter(field));
    let doc = if required.is_empty() { "Without fields." } else { "With the required fields." };
    quote! {
        impl #name {
            #[doc = #doc]
            pub fn new(#(#parameters),*) -> Self {
                Self { #(#values,)* #(#defaults),* }
            }

            #(#setters)*
        }
    }
}

fn setter(Member { name, of, .. }: &Member) -> TokenStream {
    let doc = format!("Sets `{}`.", unraw(name));
    let method = if name == "new" { format_ident!("set_new") } else { name.clone() };
    let (of, value) = match option_of(of) {
        Some(inner) => (inner, quote! { Some(value.into()) }),
        None => (of.clone(), quote! { value.into() }),
    };
    quote! {
        #[doc = #doc]
        #[must_use]
        pub fn #method(mut self, value: impl ::std::convert::Into<#of>) -> Self {
            self.#name = #value;
            self
        }
    }
}
