//! The successes of an operation that has several types of them, as an enum with a variant for each status.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Expr, ExprMatch, ImplItemFn, Stmt, parse_quote};

use super::operation::Operation;
use super::rust_name::pascal;
use super::success_response::{Body, SuccessResponse};

/// `deleteJob` with 200 and 204 becomes `DeleteJobSuccess { Status200(..), Status204 }`, and its method gives that.
pub(super) fn emit(operation: &Operation) -> Option<TokenStream> {
    let Operation { id, method, path, successes, .. } = operation;
    if successes.is_empty() {
        return None;
    }
    let (name, method) = (name(operation), method.to_uppercase());
    let doc = format!("The successes that the document states for `{id}` (`{method} {path}`), by status.");
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

/// Lets the method that the generator made for the operation give the enum. `None` if it is not the method it should be.
pub(super) fn install(method: &mut ImplItemFn, operation: &Operation) -> Option<()> {
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

fn variant(success: &SuccessResponse) -> TokenStream {
    let name = format_ident!("{}", success.status.variant());
    let doc = (!success.description.is_empty()).then_some(&success.description);
    let doc = doc.map(|doc| quote! { #[doc = #doc] });
    match &success.body {
        Body::Nothing => quote! { #doc #name, },
        Body::Json(schema) => {
            let body = format_ident!("{}", pascal(schema));
            quote! { #doc #name(types::#body), }
        }
        Body::Raw => quote! { #doc #name(ByteStream), },
    }
}

fn debug(success: &SuccessResponse) -> TokenStream {
    let name = success.status.variant();
    let variant = format_ident!("{name}");
    match success.body {
        Body::Nothing => quote! { Self::#variant => f.write_str(#name), },
        Body::Json(_) => quote! { Self::#variant(ref body) => f.debug_tuple(#name).field(body).finish(), },
        Body::Raw => quote! { Self::#variant(_) => f.debug_tuple(#name).finish_non_exhaustive(), },
    }
}

fn arm(name: &syn::Ident, response: &Expr, success: &SuccessResponse) -> syn::Arm {
    let (pattern, variant) = (success.status.pattern(), format_ident!("{}", success.status.variant()));
    let value = match &success.body {
        Body::Nothing => quote! { ResponseValue::empty(#response).map(|()| #name::#variant) },
        Body::Json(schema) => {
            let body = format_ident!("{}", pascal(schema));
            quote! { ResponseValue::<types::#body>::from_response::<()>(#response).await?.map(#name::#variant) }
        }
        Body::Raw => quote! { ResponseValue::stream(#response).map(#name::#variant) },
    };
    parse_quote! { #pattern => #value, }
}

/// What the match over `response.status().as_u16()` calls the response.
fn response(by_status: &ExprMatch) -> Option<Expr> {
    let Expr::MethodCall(number) = &*by_status.expr else { return None };
    let Expr::MethodCall(status) = &*number.receiver else { return None };
    Some((*status.receiver).clone())
}
