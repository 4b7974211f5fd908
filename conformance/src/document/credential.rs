//! The credentials that operations ask for.

use super::{Location, Place};

/// A credential an operation asks for.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The scheme's name in the document.
    pub name: String,
    /// How it is sent.
    pub kind: CredentialKind,
    /// Where the operation asks for it.
    pub location: Location,
}

/// How a credential is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// `Authorization: Bearer ...`
    Bearer,
    /// `Authorization: Basic ...`
    Basic,
    /// A parameter of that name.
    Parameter(Place, String),
    /// Any other, named as written: `oauth2`, `http digest`.
    Other(String),
}

impl CredentialKind {
    /// Whether it goes out as `Authorization: Bearer`, as the tokens of OAuth 2 and OpenID Connect do (RFC 6750).
    pub fn is_bearer(&self) -> bool {
        match self {
            Self::Bearer => true,
            Self::Other(name) => ["oauth2", "openIdConnect"].contains(&name.as_str()),
            Self::Basic | Self::Parameter(..) => false,
        }
    }

    /// Whether the suite knows how it must go out.
    pub fn is_known(&self) -> bool {
        self.is_bearer() || matches!(self, Self::Parameter(Place::Query | Place::Header, _))
    }
}
