//! The `serde` attribute of a field or a variant that progenitor generated.

use quote::ToTokens;
use syn::{Attribute, Expr, Lit, Meta, Token, punctuated::Punctuated};

/// What the attribute states.
#[derive(Default)]
pub(super) struct SerdeAttribute {
    /// The name in JSON, if it is another than in Rust.
    pub(super) rename: Option<String>,
    pub(super) is_flattened: bool,
    /// Whether the field can be left out.
    pub(super) is_optional: bool,
}

impl SerdeAttribute {
    pub(super) fn read(attributes: &[Attribute]) -> Option<Self> {
        let mut read = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            for meta in attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()? {
                read.is_flattened |= meta.path().is_ident("flatten");
                read.is_optional |=
                    meta.path().is_ident("skip_serializing_if") || meta.path().is_ident("default");
                if let (true, Meta::NameValue(pair)) = (meta.path().is_ident("rename"), &meta) {
                    read.rename = string(&pair.value);
                }
            }
        }
        Some(read)
    }
}

fn string(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the attribute is a doc comment.
pub(super) fn is_doc(attribute: &&Attribute) -> bool {
    attribute.path().to_token_stream().to_string() == "doc"
}
