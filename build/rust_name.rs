//! Names as the generator makes them. What is emitted beside its code must agree with it to the letter.

use std::collections::BTreeSet;

use heck::{ToPascalCase, ToSnakeCase};
use unicode_ident::{is_xid_continue, is_xid_start};

/// The name of a type.
pub(super) fn pascal(name: &str) -> String {
    spelled(name, str::to_pascal_case, "X")
}

/// The name of a method or an argument.
pub(super) fn snake(name: &str) -> String {
    spelled(name, str::to_snake_case, "_")
}

/// `wanted`, or, where one of `taken` has its Rust name, `wanted` and a number; `taken` has it from now on.
pub(super) fn distinct(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let numbered = (2..).map(|number| format!("{wanted}{number}"));
    let free = std::iter::once(wanted.to_owned()).chain(numbered).find(|name| taken.insert(pascal(name)));
    free.unwrap_or_else(|| wanted.to_owned())
}

fn spelled(name: &str, cased: fn(&str) -> String, prefix: &str) -> String {
    let words = name.replace('\'', "").replace(|c: char| !is_xid_continue(c), "-");
    let name = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => cased(&words),
    };
    let name = match name.chars().next() {
        None => cased("x"),
        Some(first) if is_xid_start(first) => name,
        Some(_) => format!("{prefix}{name}"),
    };
    // `Self`, `move` and their like; `gen` is one of them since Rust 2024.
    if name != "gen" && syn::parse_str::<syn::Ident>(&name).is_ok() { name } else { format!("{name}_") }
}
