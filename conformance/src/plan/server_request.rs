//! The requests that only a server under test gets.

/// A request that only a server under test gets: no argument of a client leads to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerRequest {
    /// The smallest documented call with a wrong credential.
    WrongCredential,
    /// The smallest documented call without this parameter, which clients supply by themselves.
    WithoutConstant(String),
    /// The smallest documented call with a forbidden value of a parameter that clients supply by themselves.
    OtherConstant {
        /// The parameter.
        name: String,
        /// The forbidden value.
        value: String,
    },
    /// The smallest documented call with a body that is malformed.
    Malformed(MalformedBody),
    /// A small upload to the pre-signed URL.
    Upload,
    /// The same upload, with an altered signature.
    AlteredSignature,
}

/// How a JSON body is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MalformedBody {
    /// Its last character is missing.
    Truncated,
    /// It has a byte that does not occur in UTF-8.
    InvalidUtf8,
    /// A second JSON value follows.
    Twice,
}
