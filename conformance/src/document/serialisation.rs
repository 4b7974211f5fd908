//! How OpenAPI serialises parameters and the properties of forms.

/// How a value becomes a part of a request: of a path, a query, a header, a cookie or a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serialisation {
    /// The serialisation of arrays and objects, by default that of the location.
    pub style: Style,
    /// Whether each array element or object property is a parameter of its own.
    pub explode: bool,
    /// Whether reserved characters (`:/?#[]@!$&'()*+,;=`) are sent without percent-encoding.
    pub allow_reserved: bool,
}

/// OpenAPI's `style`, or the media type of a value that is described by `content`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Style {
    /// `blue,black`
    Simple,
    /// `.blue.black`
    Label,
    /// `;color=blue,black`
    Matrix,
    /// `color=blue,black`
    Form,
    /// `color=blue%20black`
    SpaceDelimited,
    /// `color=blue|black`
    PipeDelimited,
    /// `color=blue%09black`, only in Swagger 2.0.
    TabDelimited,
    /// `color[R]=100&color[G]=200`
    DeepObject,
    /// Text of this media type.
    Content(String),
}

impl Style {
    /// The styles of OpenAPI.
    pub(super) const ALL: [Self; 7] = [
        Self::Simple,
        Self::Label,
        Self::Matrix,
        Self::Form,
        Self::SpaceDelimited,
        Self::PipeDelimited,
        Self::DeepObject,
    ];

    /// The style as OpenAPI names it, or the media type.
    pub fn word(&self) -> &str {
        match self {
            Self::Simple => "simple",
            Self::Label => "label",
            Self::Matrix => "matrix",
            Self::Form => "form",
            Self::SpaceDelimited => "spaceDelimited",
            Self::PipeDelimited => "pipeDelimited",
            Self::TabDelimited => "tabDelimited",
            Self::DeepObject => "deepObject",
            Self::Content(media_type) => media_type,
        }
    }
}

/// How one property of a form or a multipart body is sent (OpenAPI's `encoding`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoding {
    /// The media types that its part can have, each a media type or a range. Empty: the default of its type.
    pub media_types: Vec<String>,
    /// Its serialisation in a form; none where the document states no `style`, `explode` or `allowReserved`.
    pub format: Option<Serialisation>,
}
