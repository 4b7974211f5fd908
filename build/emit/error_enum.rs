//! The documented errors of an operation, as an enum with a variant for each status.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::build::operation::{Body, Operation, Response};
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
    let is_complete = errors.iter().any(|error| error.status == Status::Default);
    let fallback = (!is_complete).then(|| quote! { _ => None, });
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

fn standard_traits(name: &Ident, errors: &[Response]) -> TokenStream {
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

fn variant(error: &Response) -> TokenStream {
    let doc = description(error);
    let doc = (!doc.is_empty()).then(|| quote! { #[doc = #doc] });
    let body = error.schema().map(type_path);
    let variant = with_fields(error, &quote! { u16 }, &quote! { #body });
    quote! { #doc #variant, }
}

/// The description, on one line.
fn description(error: &Response) -> String {
    error.description.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The definition of the variant, a pattern or an expression for it, with the given status and body.
fn with_fields(error: &Response, status: &TokenStream, body: &TokenStream) -> TokenStream {
    let name = error.status.variant();
    match (error.status.is_several_codes(), error.schema().is_some()) {
        (false, false) => quote! { #name },
        (true, false) => quote! { #name(#status) },
        (false, true) => quote! { #name(#body) },
        (true, true) => quote! { #name(#status, #body) },
    }
}

fn status(error: &Response) -> TokenStream {
    let variant = with_fields(error, &quote! { status }, &quote! { _ });
    let status = if error.status.is_several_codes() {
        quote! { status }
    } else {
        error.status.pattern()
    };
    quote! { Self::#variant => #status, }
}

fn decoder(error: &Response) -> TokenStream {
    let pattern = error.status.pattern();
    let variant = with_fields(error, &quote! { status }, &quote! { body });
    match error.body {
        Body::Json(_) => {
            quote! { #pattern => ::serde_json::from_slice(body).ok().map(|body| Self::#variant), }
        }
        _ => quote! { #pattern => Some(Self::#variant), },
    }
}

fn display(error: &Response) -> TokenStream {
    let description = description(error);
    let meaning = if description.is_empty() { "an error without a description" } else { &description };
    let variant = with_fields(error, &quote! { status }, &quote! { _ });
    match error.status {
        Status::Code(code) => {
            let text = format!("documented for {code}: {meaning}");
            quote! { Self::#variant => f.write_str(#text), }
        }
        _ => {
            let text = format!(": {meaning}");
            quote! { Self::#variant => write!(f, "documented for {status}{}", #text), }
        }
    }
}

fn serializer(error: &Response) -> TokenStream {
    let variant = with_fields(error, &quote! { _ }, &quote! { ref body });
    match error.body {
        Body::Json(_) => quote! { Self::#variant => ::serde::Serialize::serialize(body, serializer), },
        _ => quote! { Self::#variant => serializer.serialize_unit(), },
    }
}
