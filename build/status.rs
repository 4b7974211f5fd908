//! The keys of `responses`: a status code, a range of codes, or `default`.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

/// What a response is documented for. The order is the order in which a status is looked up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Code(u16),
    /// `4XX` is `Range(4)`.
    Range(u16),
    Default,
}

impl Status {
    pub(crate) fn parse(key: &str) -> Option<Self> {
        match (key, key.strip_suffix("XX")) {
            ("default", _) => Some(Self::Default),
            (_, Some(class)) => class.parse().ok().filter(|class| (1..=5).contains(class)).map(Self::Range),
            _ => key.parse().ok().filter(|code| (100..=599).contains(code)).map(Self::Code),
        }
    }

    pub(crate) fn is_success(self) -> bool {
        matches!(self, Self::Code(101 | 200..=299) | Self::Range(2))
    }

    /// Whether it stands for more than one code.
    pub(crate) fn is_several_codes(self) -> bool {
        !matches!(self, Self::Code(_))
    }

    /// The name of its variant in a generated enum.
    pub(crate) fn variant(self) -> Ident {
        match self {
            Self::Code(code) => format_ident!("Status{code}"),
            Self::Range(class) => format_ident!("Status{class}xx"),
            Self::Default => format_ident!("Default"),
        }
    }

    /// The Rust pattern that matches its codes.
    pub(crate) fn pattern(self) -> TokenStream {
        match self {
            Self::Code(code) => Literal::u16_unsuffixed(code).into_token_stream(),
            Self::Range(class) => {
                let [first, last] = [0, 99].map(|rest| Literal::u16_unsuffixed(class * 100 + rest));
                quote! { #first..=#last }
            }
            Self::Default => quote! { _ },
        }
    }
}
