//! Changes the types that progenitor generates, so that they send only what the caller gave, and so that the next version of
//! the document changes no caller: see `structure` and `string_enum`. Types with alternatives replace their placeholders.

mod serde_attribute;
mod string_enum;
mod structure;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use serde_json::Value;
use syn::{Fields, File, GenericArgument, Item, ItemImpl, ItemMod, PathArguments, Type};

use crate::build::emit::{list, union};
use crate::build::fix::Api;
use crate::build::json::entries;
use crate::build::rust_name::pascal;

/// Edits the module `types`. `None` if it is not as expected.
pub(crate) fn edit(client: &mut File, root: &Value, api: &Api) -> Option<()> {
    let items = client.items.iter_mut().find_map(|item| match item {
        Item::Mod(ItemMod { ident, content: Some((_, items)), .. }) if ident == "types" => Some(items),
        _ => None,
    })?;
    let enums = items.iter().filter_map(|item| match item {
        Item::Enum(item) => string_enum::emit(item),
        _ => None,
    });
    let unions = api.unions.iter().map(|union| (pascal(&union.name), union::emit(union)));
    let lists = api.lists.iter().map(|list| (pascal(&list.name), list::emit(list)));
    let replacements: BTreeMap<String, TokenStream> = enums.chain(unions).chain(lists).collect();
    items.retain(|item| !replacements.keys().any(|name| belongs_to(item, name)));

    let schemas = entries(&root["components"], "schemas");
    let schemas: BTreeMap<String, &Value> = schemas.map(|(name, schema)| (pascal(name), schema)).collect();
    let sent: BTreeSet<String> = api.sent.iter().map(|name| pascal(name)).collect();
    let mut added = TokenStream::new();
    for item in items.iter_mut() {
        if let Item::Struct(item) = item {
            let name = item.ident.to_string();
            let fields = structure::edit(item, root, schemas.get(&name).copied())?;
            if sent.contains(&name) && matches!(item.fields, Fields::Named(_)) {
                added.extend(structure::methods(&item.ident, &fields));
            }
        }
    }
    added.extend(replacements.into_values());
    items.extend(syn::parse2::<File>(added).ok()?.items);
    Some(())
}

/// Whether the item defines the type, or implements something for it that its replacement implements.
fn belongs_to(item: &Item, name: &str) -> bool {
    match item {
        Item::Struct(item) => item.ident == name,
        Item::Enum(item) => item.ident == name,
        Item::Impl(item) => {
            let is_about = |of: Option<&Ident>| of.is_some_and(|of| of == name);
            // A conversion from or to another generated type belongs to that type.
            match (local_type(&item.self_ty), argument(item)) {
                (of, Some(argument)) => {
                    let argument = local_type(argument);
                    is_about(of) && argument.is_none_or(|of| of == name) || of.is_none() && is_about(argument)
                }
                (of, None) => is_about(of),
            }
        }
        _ => false,
    }
}

/// The argument of the implemented trait, such as `Thing` of `From<Thing>`.
fn argument(item: &ItemImpl) -> Option<&Type> {
    let (of, _) = item.trait_.as_ref()?;
    let PathArguments::AngleBracketed(arguments) = &of.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(of) => Some(of),
        _ => None,
    })
}

/// The name of a type of this module: other types have a path.
fn local_type(of: &Type) -> Option<&Ident> {
    match of {
        Type::Path(path) => path.path.get_ident(),
        _ => None,
    }
}
