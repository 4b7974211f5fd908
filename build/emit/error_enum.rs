//! The documented errors of an operation, as an enum with a variant for each status.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::build::operation::{ErrorResponse, Operation};
use crate::build::rust_name::{pascal, type_path};
use crate::build::status::Status;

/// `getMediaUploadURL` with 400, 402 and 429 becomes `GetMediaUploadUrlError { Status400(..), Status402(..), Status429(..) }`.
pub(crate) fn emit(operation: &Operation) -> TokenStream {
    let Operation { id, name, method, path, errors, .. } = operation;
    let (name, method) = (format_ident!("{}Error", pascal(name)), method.to_uppercase());
    let doc = format!(
        "The documented errors of `{id}` (`{method} {path}`), by status.\n\nSerializes as the body of the response."
    );
    let variants = errors.iter().map(variant);
    let statuses = errors.iter().map(status);
    let decoders = errors.iter().map(decoder);
    let fallback =
        (!errors.iter().any(|error| error.status == Status::Default)).then(|| quote! { _ => None, });
    let traits = standard_traits(&name, errors);
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum #name { #(#variants)* }

        impl #name {
            /// The HTTP status of the response.
            pub fn status(&self) -> u16 {
                match *self { #(#statuses)* }
            }
        }

        impl crate::error::Documented for #name {
            const OPERATION: &'static str = #id;

            fn decode(status: u16, body: &[u8]) -> Option<Self> {
                match status { #(#decoders)* #fallback }
            }
        }

        #traits
    }
}

fn standard_traits(name: &Ident, errors: &[ErrorResponse]) -> TokenStream {
    let displays = errors.iter().map(display);
    let serializers = errors.iter().map(serializer);
    quote! {
        impl ::std::fmt::Display for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match *self { #(#displays)* }
            }
        }

        impl ::std::error::Error for #name {}

        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match *self { #(#serializers)* }
            }
        }
    }
}

fn variant(error: &ErrorResponse) -> TokenStream {
    let name = error.status.variant();
    let doc = &error.description;
    let doc = (!doc.is_empty()).then(|| quote! { #[doc = #doc] });
    let status = error.status.is_several_codes().then(|| quote! { u16, });
    let body = error.schema.as_deref().map(type_path);
    match (&status, &body) {
        (None, None) => quote! { #doc #name, },
        _ => quote! { #doc #name(#status #body), },
    }
}

/// A pattern or an expression for the variant, with the given status and body.
fn binding(error: &ErrorResponse, status: &TokenStream, body: &TokenStream) -> TokenStream {
    let name = error.status.variant();
    match (error.status.is_several_codes(), error.schema.is_some()) {
        (false, false) => quote! { Self::#name },
        (true, false) => quote! { Self::#name(#status) },
        (false, true) => quote! { Self::#name(#body) },
        (true, true) => quote! { Self::#name(#status, #body) },
    }
}

fn status(error: &ErrorResponse) -> TokenStream {
    let binding = binding(error, &quote! { status }, &quote! { _ });
    match error.status {
        Status::Code(code) => {
            let code = Literal::u16_unsuffixed(code);
            quote! { #binding => #code, }
        }
        _ => quote! { #binding => status, },
    }
}

fn decoder(error: &ErrorResponse) -> TokenStream {
    let pattern = error.status.pattern();
    let value = binding(error, &quote! { status }, &quote! { body });
    match error.schema {
        Some(_) => quote! { #pattern => ::serde_json::from_slice(body).ok().map(|body| #value), },
        None => quote! { #pattern => Some(#value), },
    }
}

fn display(error: &ErrorResponse) -> TokenStream {
    let meaning =
        if error.description.is_empty() { "an error without a description" } else { &error.description };
    let binding = binding(error, &quote! { status }, &quote! { _ });
    match error.status {
        Status::Code(code) => {
            let text = format!("documented for {code}: {meaning}");
            quote! { #binding => f.write_str(#text), }
        }
        _ => {
            let text = format!(": {meaning}");
            quote! { #binding => write!(f, "documented for {status}{}", #text), }
        }
    }
}

fn serializer(error: &ErrorResponse) -> TokenStream {
    let binding = binding(error, &quote! { _ }, &quote! { ref body });
    match error.schema {
        Some(_) => quote! { #binding => ::serde::Serialize::serialize(body, serializer), },
        None => quote! { #binding => serializer.serialize_unit(), },
    }
}
