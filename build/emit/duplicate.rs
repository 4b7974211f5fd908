//! Finds names that the generated code defines twice. progenitor does not check this, and an error of the compiler would
//! not name the place in the document.

use std::collections::BTreeSet;

use syn::{Fields, FnArg, Ident, ImplItem, Item, Pat, Signature, Type};

/// An error if two types, fields, variants, methods or arguments have the same name.
pub(crate) fn check(items: &[Item]) -> Result<(), String> {
    unique("types", items.iter().filter_map(type_name))?;
    unique("methods", items.iter().flat_map(operations).map(|signature| &signature.ident))?;
    items.iter().flat_map(operations).try_for_each(|signature| unique("arguments", arguments(signature)))?;
    items.iter().try_for_each(|item| match item {
        Item::Struct(item) => fields(&item.fields),
        Item::Enum(item) => {
            unique("variants", item.variants.iter().map(|variant| &variant.ident))?;
            item.variants.iter().try_for_each(|variant| fields(&variant.fields))
        }
        Item::Mod(item) => item.content.iter().try_for_each(|(_, items)| check(items)),
        _ => Ok(()),
    })
}

fn type_name(item: &Item) -> Option<&Ident> {
    match item {
        Item::Struct(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        Item::Mod(item) => Some(&item.ident),
        _ => None,
    }
}

/// The methods of the client, which are the operations.
fn operations(item: &Item) -> impl Iterator<Item = &Signature> {
    let is_client = |of: &Type| matches!(of, Type::Path(path) if path.path.is_ident("Client"));
    let items = match item {
        Item::Impl(block) if block.trait_.is_none() && is_client(&block.self_ty) => &*block.items,
        _ => &[],
    };
    items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(&method.sig),
        _ => None,
    })
}

fn arguments(signature: &Signature) -> impl Iterator<Item = &Ident> {
    signature.inputs.iter().filter_map(|argument| match argument {
        FnArg::Typed(argument) => match &*argument.pat {
            Pat::Ident(name) => Some(&name.ident),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    })
}

fn fields(all: &Fields) -> Result<(), String> {
    unique("fields", all.iter().filter_map(|field| field.ident.as_ref()))
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a Ident>) -> Result<(), String> {
    let mut taken = BTreeSet::new();
    for name in names {
        if !taken.insert(name) {
            return Err(format!("two {what} have the same Rust name, `{name}`"));
        }
    }
    Ok(())
}
