//! A struct for each call of an operation: the required arguments are those of the method, and each optional argument has
//! a setter. So a new optional argument changes no caller.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{FnArg, GenericArgument, ImplItemFn, Pat, PathArguments, ReturnType, Type, parse_quote};

use crate::build::emit::optional_body;
use crate::build::operation::Operation;
use crate::build::rust_name::pascal;

/// An argument of an operation.
struct Argument {
    name: Ident,
    of: Type,
    /// The type of the value, if the argument is optional.
    optional: Option<Type>,
}

impl Argument {
    fn make_optional(&mut self) {
        let of = &self.of;
        self.optional = Some(of.clone());
        self.of = parse_quote! { Option<#of> };
    }
}

/// Makes the operation's method return a struct, and returns that struct. `None` if the method is not as expected.
pub(crate) fn replace(
    method: &mut ImplItemFn,
    operation: &Operation,
    has_optional_body: bool,
) -> Option<TokenStream> {
    let mut arguments = arguments(method)?;
    if has_optional_body {
        optional_body::make_conditional(&mut method.block)?;
        arguments.iter_mut().filter(|argument| argument.name == "body").for_each(Argument::make_optional);
    }
    let name = format_ident!("{}Call", pascal(&operation.name));
    let client = local("client", &arguments);
    let structure = structure(method, operation, &name, &client, &arguments)?;
    let required = arguments.iter().filter(|argument| argument.optional.is_none());
    let parameters = required.map(|Argument { name, of, .. }| match is_body(of) {
        true => quote! { #name: impl Into<reqwest::Body> },
        false => quote! { #name: #of },
    });
    let values = arguments.iter().map(|Argument { name, of, optional }| match optional {
        Some(_) => quote! { #name: None },
        None if is_body(of) => quote! { #name: #name.into() },
        None => quote! { #name },
    });
    let (attributes, method_name) = (&method.attrs, &method.sig.ident);
    *method = parse_quote! {
        #(#attributes)*
        pub fn #method_name<'a>(&'a self, #(#parameters),*) -> #name<'a> {
            #name { #client: self, #(#values),* }
        }
    };
    Some(structure)
}

/// The struct. Awaiting it runs the code of the method.
fn structure(
    method: &ImplItemFn,
    operation: &Operation,
    name: &Ident,
    client: &Ident,
    arguments: &[Argument],
) -> Option<TokenStream> {
    let ReturnType::Type(_, output) = &method.sig.output else { return None };
    let block = with_client(method.block.to_token_stream(), client);
    let (names, types): (Vec<_>, Vec<_>) =
        arguments.iter().map(|argument| (&argument.name, &argument.of)).unzip();
    let setters: Vec<_> = arguments.iter().filter_map(setter).collect();
    let setters = (!setters.is_empty()).then(|| quote! { impl<'a> #name<'a> { #(#setters)* } });
    let id = &operation.id;
    let doc =
        format!("A call of `{id}`, with setters for its optional arguments. Await it to send the request.");
    Some(quote! {
        #[doc = #doc]
        #[derive(Debug)]
        #[must_use = "the request is sent when the call is awaited"]
        pub struct #name<'a> { #client: &'a Client, #(#names: #types),* }

        #setters

        impl<'a> ::std::future::IntoFuture for #name<'a> {
            type Output = #output;
            type IntoFuture = ::std::pin::Pin<
                ::std::boxed::Box<dyn ::std::future::Future<Output = Self::Output> + ::std::marker::Send + 'a>,
            >;

            fn into_future(self) -> Self::IntoFuture {
                let Self { #client, #(#names),* } = self;
                ::std::boxed::Box::pin(async move #block)
            }
        }
    })
}

fn arguments(method: &ImplItemFn) -> Option<Vec<Argument>> {
    let typed = method.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    });
    let argument = |argument: &syn::PatType| {
        let Pat::Ident(name) = &*argument.pat else { return None };
        let of = if argument.ty.to_token_stream().to_string() == "B" {
            parse_quote! { reqwest::Body }
        } else {
            (*argument.ty).clone()
        };
        Some(Argument { name: name.ident.clone(), optional: option_of(&of), of })
    };
    typed.map(argument).collect()
}

fn is_body(of: &Type) -> bool {
    of.to_token_stream().to_string() == "reqwest :: Body"
}

/// `T` of `Option<T>`.
pub(crate) fn option_of(of: &Type) -> Option<Type> {
    let Type::Path(path) = of else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(of) => Some(of.clone()),
        _ => None,
    }
}

fn setter(argument: &Argument) -> Option<TokenStream> {
    let (name, of) = (&argument.name, argument.optional.as_ref()?);
    let doc = format!("Sets the optional argument `{name}`.");
    let (of, value) = match is_body(of) {
        true => (quote! { impl Into<reqwest::Body> }, quote! { value.into() }),
        false => (quote! { #of }, quote! { value }),
    };
    Some(quote! {
        #[doc = #doc]
        pub fn #name(mut self, value: #of) -> Self {
            self.#name = Some(#value);
            self
        }
    })
}

/// A name that no argument has.
fn local(wanted: &str, arguments: &[Argument]) -> Ident {
    let names = std::iter::successors(Some(wanted.to_owned()), |name| Some(format!("{name}_")));
    let mut free = names.filter(|name| arguments.iter().all(|argument| argument.name != name));
    format_ident!("{}", free.next().unwrap_or_default())
}

/// The code with `client` in the place of `self`.
fn with_client(code: TokenStream, client: &Ident) -> TokenStream {
    let replaced = code.into_iter().map(|tree| match tree {
        TokenTree::Ident(name) if name == "self" => {
            TokenTree::Ident(Ident::new(&client.to_string(), name.span()))
        }
        TokenTree::Group(group) => {
            let inner = with_client(group.stream(), client);
            TokenTree::Group(proc_macro2::Group::new(group.delimiter(), inner))
        }
        other => other,
    });
    replaced.collect()
}
