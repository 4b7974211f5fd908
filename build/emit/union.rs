//! The types of schemas with alternatives. They keep every value: one that is none of the alternatives becomes `Unknown`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::build::fix::union::{Alternative, AlternativeType, Union};
use crate::build::rust_name::pascal;

/// The enum of the alternatives. If a value can satisfy two of them, also a struct of the enum and the value as it was.
pub(crate) fn emit(union: &Union) -> TokenStream {
    let name = format_ident!("{}", pascal(&union.name));
    if union.overlaps.is_empty() {
        return alternatives(union, &name, &docs(union));
    }
    let of = format_ident!("{name}Alternative");
    let alternatives = alternatives(union, &of, &[format!("The alternatives of [`{name}`].")]);
    let with_raw = with_raw(union, &name, &of);
    quote! { #alternatives #with_raw }
}

fn docs(union: &Union) -> Vec<String> {
    let mut docs = vec![union.description.clone()];
    docs.retain(|doc| !doc.is_empty());
    docs.push(match (&union.discriminator, union.overlaps.is_empty()) {
        (Some(property), _) => format!("The property `{property}` selects the alternative."),
        (None, true) => "No value satisfies two alternatives.".to_owned(),
        (None, false) => {
            let pairs = union.overlaps.iter().map(|(one, other)| format!("`{one}` and `{other}`"));
            let pairs = pairs.collect::<Vec<_>>().join(", ");
            format!(
                "A value can satisfy two alternatives: {pairs}. It is decoded as the alternative that keeps most of its \
                 fields. If several keep equally many, it is decoded as the first of them in the document. \
                 [`raw`](Self::raw) has the whole value."
            )
        }
    });
    docs
}

fn doc_attributes(docs: &[String]) -> TokenStream {
    let doc = docs.join("\n\n");
    quote! { #[doc = #doc] }
}

fn alternatives(union: &Union, name: &Ident, docs: &[String]) -> TokenStream {
    let doc = doc_attributes(docs);
    let variants = union.alternatives.iter().map(|alternative| {
        let (variant, body) = (variant(alternative), body_type(alternative));
        let body = if is_recursive(alternative) {
            quote! { ::std::boxed::Box<#body> }
        } else {
            body
        };
        quote! { #variant(#body), }
    });
    let decode = decode(union);
    let conversions = union.alternatives.iter().map(|alternative| from(union, alternative, name));
    quote! {
        #doc
        #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
        #[serde(untagged)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            /// A value that is none of the documented alternatives.
            Unknown(::serde_json::Value),
        }

        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(deserializer)?;
                #decode
                Ok(decoded.unwrap_or(Self::Unknown(value)))
            }
        }

        #(#conversions)*
    }
}

/// The decoded value, if it is an alternative.
fn decode(union: &Union) -> TokenStream {
    let attempt = |alternative: &Alternative| {
        let (wrap, body) = (wrap(alternative), body_type(alternative));
        let listed = alternative
            .listed
            .iter()
            .map(|(property, values)| quote! { (#property, &[#(#values),*] as &[&str]) });
        quote! {
            |value| crate::pyannote::lossless::attempt::<#body, _>(value, &[#(#listed),*], #wrap)
        }
    };
    let Some(property) = &union.discriminator else {
        let attempts = union.alternatives.iter().map(attempt);
        return quote! { let decoded = crate::pyannote::lossless::closest(&value, &[#(#attempts),*]); };
    };
    let arms = union.alternatives.iter().map(|alternative| {
        let (values, attempt) = (&alternative.values, attempt(alternative));
        quote! { Some(#(#values)|*) => crate::pyannote::lossless::closest(&value, &[#attempt]), }
    });
    quote! {
        let decoded = match value.get(#property).and_then(::serde_json::Value::as_str) {
            #(#arms)*
            _ => None,
        };
    }
}

fn with_raw(union: &Union, name: &Ident, of: &Ident) -> TokenStream {
    let doc = doc_attributes(&docs(union));
    let traits = traits_with_raw(union, name, of);
    quote! {
        #doc
        #[derive(Clone, Debug, PartialEq)]
        pub struct #name {
            alternative: #of,
            raw: ::serde_json::Value,
        }

        impl #name {
            /// The value as one of the alternatives.
            pub fn alternative(&self) -> &#of {
                &self.alternative
            }

            /// The value as one of the alternatives.
            pub fn into_alternative(self) -> #of {
                self.alternative
            }

            /// The whole value.
            pub fn raw(&self) -> &::serde_json::Value {
                &self.raw
            }
        }

        #traits
    }
}

fn traits_with_raw(union: &Union, name: &Ident, of: &Ident) -> TokenStream {
    let distinct = union.alternatives.iter().filter(|alternative| is_distinct(union, alternative));
    let bodies: Vec<_> = distinct.map(body_type).collect();
    quote! {
        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                ::serde::Serialize::serialize(&self.raw, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let raw = <::serde_json::Value as ::serde::Deserialize>::deserialize(deserializer)?;
                let alternative = <#of as ::serde::Deserialize>::deserialize(&raw).map_err(::serde::de::Error::custom)?;
                Ok(Self { alternative, raw })
            }
        }

        impl ::std::convert::From<#of> for #name {
            fn from(alternative: #of) -> Self {
                let raw = ::serde_json::to_value(&alternative).unwrap_or_default();
                Self { alternative, raw }
            }
        }

        #(impl ::std::convert::From<#bodies> for #name {
            fn from(value: #bodies) -> Self {
                #of::from(value).into()
            }
        })*
    }
}

fn from(union: &Union, alternative: &Alternative, name: &Ident) -> Option<TokenStream> {
    let (body, wrap) = (body_type(alternative), wrap(alternative));
    is_distinct(union, alternative).then(|| {
        quote! {
            impl ::std::convert::From<#body> for #name {
                fn from(value: #body) -> Self {
                    (#wrap)(value)
                }
            }
        }
    })
}

/// Whether no other alternative has the same type.
fn is_distinct(union: &Union, alternative: &Alternative) -> bool {
    let same = |other: &&Alternative| body_type(other).to_string() == body_type(alternative).to_string();
    union.alternatives.iter().filter(same).count() == 1
}

fn variant(alternative: &Alternative) -> Ident {
    format_ident!("{}", alternative.variant)
}

fn is_recursive(alternative: &Alternative) -> bool {
    matches!(alternative.body, AlternativeType::Schema { is_recursive: true, .. })
}

fn body_type(alternative: &Alternative) -> TokenStream {
    match &alternative.body {
        AlternativeType::Schema { name, .. } => {
            let name = format_ident!("{}", pascal(name));
            quote! { #name }
        }
        AlternativeType::Rust(rust) => rust.parse().unwrap_or_default(),
    }
}

/// A function from the body to the enum.
fn wrap(alternative: &Alternative) -> TokenStream {
    let variant = variant(alternative);
    if is_recursive(alternative) {
        quote! { |body| Self::#variant(::std::boxed::Box::new(body)) }
    } else {
        quote! { Self::#variant }
    }
}
