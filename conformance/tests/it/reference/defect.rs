//! What a client can be wrong about.

/// What a client is wrong about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// Lists in parameters are JSON text.
    ListAsJson,
    /// The parts of lists and objects have another delimiter.
    WrongDelimiter,
    /// `explode: true` is read as false, and false as true.
    ExplodeIgnored,
    /// `path.id` and `body.id` are exchanged, and so on: the value of the first place is sent in each.
    NamesConfused,
    /// The last property of each body is not sent.
    DroppedPart,
    /// Each body has the media type `text/plain`.
    WrongMediaType,
    /// A range of media types is sent as it stands in the document.
    RangeSent,
    /// Each body is JSON.
    JsonBody,
    /// Files are sent as text: bytes that are not UTF-8 are replaced.
    FileAsText,
    /// The media type of a part is not the documented one.
    WrongPartType,
    /// XML elements have the names of the schema's properties.
    XmlNamesIgnored,
    /// Credentials in the query and in cookies are sent in headers, those in headers in the query.
    CredentialElsewhere,
    /// No credential is sent.
    NoCredential,
    /// Only the first credential of several that are needed together is sent.
    OneCredential,
    /// The user name is left out.
    NoUserName,
}

impl Defect {
    /// Each defect.
    pub(crate) const ALL: [Self; 15] = [
        Self::ListAsJson,
        Self::WrongDelimiter,
        Self::ExplodeIgnored,
        Self::NamesConfused,
        Self::DroppedPart,
        Self::WrongMediaType,
        Self::RangeSent,
        Self::JsonBody,
        Self::FileAsText,
        Self::WrongPartType,
        Self::XmlNamesIgnored,
        Self::CredentialElsewhere,
        Self::NoCredential,
        Self::OneCredential,
        Self::NoUserName,
    ];
}
