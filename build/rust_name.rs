//! Rust names, made from the document's names exactly as progenitor makes them.

use std::collections::BTreeSet;

use heck::{ToPascalCase, ToSnakeCase};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use unicode_ident::{is_xid_continue, is_xid_start};

/// The name of a type.
pub(crate) fn pascal(name: &str) -> String {
    identifier(name, str::to_pascal_case, "X")
}

/// The name of a method or an argument.
pub(crate) fn snake(name: &str) -> String {
    identifier(name, str::to_snake_case, "_")
}

/// The path to the type of a schema.
pub(crate) fn type_path(schema: &str) -> TokenStream {
    let name = format_ident!("{}", pascal(schema));
    quote! { types::#name }
}

/// `wanted`, with a number if its type name is in `taken`. Adds the type name to `taken`.
pub(crate) fn unique(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let numbered = (2..).map(|number| format!("{wanted}{number}"));
    let free = std::iter::once(wanted.to_owned()).chain(numbered).find(|name| taken.insert(pascal(name)));
    free.unwrap_or_else(|| wanted.to_owned())
}

fn identifier(name: &str, to_case: fn(&str) -> String, prefix: &str) -> String {
    let words = name.replace('\'', "").replace(|c: char| !is_xid_continue(c), "-");
    let name = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => to_case(&words),
    };
    let name = match name.chars().next() {
        None => to_case("x"),
        Some(first) if is_xid_start(first) => name,
        Some(_) => format!("{prefix}{name}"),
    };
    // Keywords get an underscore. syn 3 does not count `gen`, a keyword since Rust 2024, as one.
    if name != "gen" && syn::parse_str::<syn::Ident>(&name).is_ok() { name } else { format!("{name}_") }
}
