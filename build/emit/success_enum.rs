//! The successes of an operation with several types of success, as an enum with a variant for each status.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Expr, ExprMatch, ImplItemFn, Stmt, parse_quote};

use crate::build::operation::{Body, Operation, Response};
use crate::build::rust_name::{pascal, type_path};

/// `deleteJob` with 200 and 204 becomes `DeleteJobSuccess { Status200(..), Status204 }`.
pub(crate) fn emit(operation: &Operation) -> Option<TokenStream> {
    let Operation { id, method, path, successes, .. } = operation;
    if successes.is_empty() {
        return None;
    }
    let (name, method) = (name(operation), method.to_uppercase());
    let doc = format!("The documented successes of `{id}` (`{method} {path}`), by status.");
    let variants = successes.iter().map(variant);
    let debugs = successes.iter().map(debug);
    Some(quote! {
        #[doc = #doc]
        #[non_exhaustive]
        pub enum #name { #(#variants)* }

        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match *self { #(#debugs)* }
            }
        }
    })
}

/// Makes the operation's method return the enum. `None` if the method is not as expected.
pub(crate) fn install(method: &mut ImplItemFn, operation: &Operation) -> Option<()> {
    if operation.successes.is_empty() {
        return Some(());
    }
    let enum_name = name(operation);
    method.sig.output = parse_quote! { -> Result<ResponseValue<#enum_name>, Error<()>> };
    let Some(Stmt::Expr(Expr::Match(by_status), None)) = method.block.stmts.last_mut() else { return None };
    let response = response(by_status)?;
    let otherwise = by_status.arms.pop()?;
    by_status.arms = operation.successes.iter().map(|success| arm(&enum_name, &response, success)).collect();
    by_status.arms.push(otherwise);
    Some(())
}

fn name(operation: &Operation) -> syn::Ident {
    format_ident!("{}Success", pascal(&operation.name))
}

fn variant(success: &Response) -> TokenStream {
    let (name, doc) = (success.status.variant(), &success.description);
    let doc = (!doc.is_empty()).then(|| quote! { #[doc = #doc] });
    match (&success.body, success.schema().map(type_path)) {
        (Body::Empty, _) => quote! { #doc #name, },
        (_, Some(body)) => quote! { #doc #name(#body), },
        _ => quote! { #doc #name(ByteStream), },
    }
}

fn debug(success: &Response) -> TokenStream {
    let variant = success.status.variant();
    let name = variant.to_string();
    match success.body {
        Body::Empty => quote! { Self::#variant => f.write_str(#name), },
        Body::Json(_) => {
            quote! { Self::#variant(ref body) => f.debug_tuple(#name).field(body).finish(), }
        }
        Body::Bytes => quote! { Self::#variant(_) => f.debug_tuple(#name).finish_non_exhaustive(), },
    }
}

fn arm(name: &syn::Ident, response: &Expr, success: &Response) -> syn::Arm {
    let (pattern, variant) = (success.status.pattern(), success.status.variant());
    let value = match &success.body {
        Body::Empty => quote! { ResponseValue::empty(#response).map(|()| #name::#variant) },
        Body::Json(schema) => {
            let body = type_path(schema);
            quote! { ResponseValue::<#body>::from_response::<()>(#response).await?.map(#name::#variant) }
        }
        Body::Bytes => quote! { ResponseValue::stream(#response).map(#name::#variant) },
    };
    parse_quote! { #pattern => #value, }
}

/// The response, from the `match response.status().as_u16()` of the method.
fn response(by_status: &ExprMatch) -> Option<Expr> {
    let Expr::MethodCall(number) = &*by_status.expr else { return None };
    let Expr::MethodCall(status) = &*number.receiver else { return None };
    Some((*status.receiver).clone())
}
