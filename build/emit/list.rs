//! The types of parameters that are a list in one value.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::build::fix::list::List;
use crate::build::rust_name::pascal;

/// A list that is displayed, and serialized, with commas between its items.
pub(crate) fn emit(list: &List) -> TokenStream {
    let name = format_ident!("{}", pascal(&list.name));
    let item: TokenStream = list.item.parse().unwrap_or_default();
    quote! {
        /// A list in one value. The items are separated by commas, so an item with a comma cannot be told apart from two.
        #[derive(Clone, Debug, PartialEq)]
        pub struct #name(pub ::std::vec::Vec<#item>);

        impl<T: ::std::convert::Into<#item>> ::std::iter::FromIterator<T> for #name {
            fn from_iter<I: ::std::iter::IntoIterator<Item = T>>(items: I) -> Self {
                Self(items.into_iter().map(::std::convert::Into::into).collect())
            }
        }

        impl ::std::fmt::Display for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                for (index, item) in self.0.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{}", item.to_string())?;
                }
                Ok(())
            }
        }

        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                ::serde::Deserialize::deserialize(deserializer).map(Self)
            }
        }
    }
}
