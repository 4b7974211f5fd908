//! A request body that the document does not require. progenitor always sends it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Block, Expr, ExprMethodCall, Stmt, parse_quote};

/// Makes the code send the body only if it is `Some`. `None` if the code is not as expected.
pub(crate) fn make_conditional(block: &mut Block) -> Option<()> {
    let call = block.stmts.iter_mut().find_map(|statement| match statement {
        Stmt::Local(local) => body_call(&mut local.init.as_mut()?.expr),
        _ => None,
    })?;
    let Expr::MethodCall(with_body) = &*call else { return None };
    let (request, some, none) = branches(with_body)?;
    *call = parse_quote! {{
        let request = #request;
        match body {
            Some(body) => #some,
            None => #none,
        }
    }};
    Some(())
}

/// The method call in a chain that sets the body.
fn body_call(expression: &mut Expr) -> Option<&mut Expr> {
    let is_it =
        |call: &ExprMethodCall| ["body", "form_urlencoded", "json"].iter().any(|name| call.method == name);
    if matches!(&*expression, Expr::MethodCall(call) if is_it(call)) {
        return Some(expression);
    }
    match expression {
        Expr::MethodCall(call) => body_call(&mut call.receiver),
        Expr::Try(inner) => body_call(&mut inner.expr),
        _ => None,
    }
}

/// The request without a body, and the code with and without one.
fn branches(call: &ExprMethodCall) -> Option<(&Expr, TokenStream, TokenStream)> {
    match (call.method.to_string().as_str(), &*call.receiver) {
        ("json", request) => Some((request, quote! { request.json(body) }, quote! { request })),
        ("form_urlencoded", request) => {
            Some((request, quote! { request.form_urlencoded(body) }, quote! { Ok(request) }))
        }
        // The media type belongs to the body.
        ("body", Expr::MethodCall(header)) if header.method == "header" => {
            let arguments = &header.args;
            let some = quote! { request.header(#arguments).body(body) };
            Some((&header.receiver, some, quote! { request }))
        }
        _ => None,
    }
}
