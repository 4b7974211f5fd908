//! The type of a string with an `enum`. It keeps strings that the document does not list, as `Unknown`: the vendor may add
//! one at any time, and this is no reason to lose a whole response.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Fields, ItemEnum, Variant};

use super::serde_attribute::{SerdeAttribute, is_doc};

/// The name of the enum, and its type. `None` if it is not an enum of strings.
pub(super) fn emit(item: &ItemEnum) -> Option<(String, TokenStream)> {
    let is_unit = |variant: &Variant| matches!(variant.fields, Fields::Unit);
    if item.variants.is_empty() || !item.variants.iter().all(is_unit) {
        return None;
    }
    let name = &item.ident;
    let docs = item.attrs.iter().filter(is_doc);
    let variants: Vec<_> = item.variants.iter().map(|variant| &variant.ident).collect();
    let variant_docs =
        item.variants.iter().map(|variant| variant.attrs.iter().filter(is_doc).collect::<Vec<_>>());
    let variant_docs: Vec<TokenStream> =
        variant_docs.map(|docs| docs.into_iter().map(ToTokens::to_token_stream).collect()).collect();
    let values: Vec<String> = item.variants.iter().map(value).collect::<Option<_>>()?;
    // The document may list a string whose variant has this name.
    let is_taken = |name: &&str| variants.iter().any(|variant| variant == name);
    let unknown = ["Unknown", "UnknownValue", "UnknownString"].into_iter().find(|name| !is_taken(name))?;
    let unknown = quote::format_ident!("{unknown}");
    let traits = traits(name, &unknown);
    let tokens = quote! {
        #(#docs)*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum #name {
            #(#variant_docs #variants,)*
            /// A string that the document does not list.
            #unknown(::std::string::String),
        }

        impl #name {
            /// The string.
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variants => #values,)*
                    Self::#unknown(value) => value,
                }
            }
        }

        impl ::std::convert::From<::std::string::String> for #name {
            fn from(value: ::std::string::String) -> Self {
                match value.as_str() {
                    #(#values => Self::#variants,)*
                    _ => Self::#unknown(value),
                }
            }
        }

        #traits
    };
    Some((name.to_string(), tokens))
}

fn traits(name: &syn::Ident, unknown: &syn::Ident) -> TokenStream {
    let doc = format!("A string that the document does not list becomes [`{unknown}`](Self::{unknown}).");
    quote! {
        #[doc = #doc]
        impl ::std::convert::From<&str> for #name {
            fn from(value: &str) -> Self {
                Self::from(value.to_owned())
            }
        }

        impl ::std::str::FromStr for #name {
            type Err = ::std::convert::Infallible;

            fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(Self::from(value))
            }
        }

        impl ::std::fmt::Display for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                <::std::string::String as ::serde::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }
    }
}

fn value(variant: &Variant) -> Option<String> {
    let rename = SerdeAttribute::read(&variant.attrs)?.rename;
    Some(rename.unwrap_or_else(|| variant.ident.to_string()))
}
