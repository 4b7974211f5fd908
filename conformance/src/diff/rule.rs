//! What a change means to the clients that exist already: one table, which `conformance/CHANGES.md` shows.
//!
//! Where oasdiff, openapi-diff and their like agree, they are followed; where they do not, the reason says so.

use std::fmt;

use serde::Serialize;

/// How bad a change is for a client that exists already, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A client that did right before does wrong now, or cannot read what it is answered.
    Breaking,
    /// It depends on the client, or on what the server really does.
    PossiblyBreaking,
    /// A client that did right before does right now.
    Harmless,
}

impl Class {
    /// All classes, the worst first.
    pub const ALL: [Self; 3] = [Self::Breaking, Self::PossiblyBreaking, Self::Harmless];

    /// The class as a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::PossiblyBreaking => "possibly-breaking",
            Self::Harmless => "harmless",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The id.
    pub id: &'static str,
    /// How bad such a change is.
    pub class: Class,
    /// Why.
    pub reason: &'static str,
}

macro_rules! rules {
    ($($name:ident = $id:literal, $class:ident, $reason:literal;)*) => {
        $(pub(super) static $name: Rule = Rule { id: $id, class: Class::$class, reason: $reason };)*

        /// Every rule.
        pub static ALL: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    OPERATION_REMOVED = "operation-removed", Breaking, "a client that calls it is refused";
    OPERATION_ADDED = "operation-added", Harmless, "nobody calls it yet";
    OPERATION_ID_CHANGED = "operation-id-changed", PossiblyBreaking,
        "on the wire nothing changes; a generated client's method, and the cases, have another name";
    PATH_PARAMETER_RENAMED = "path-parameter-renamed", Harmless,
        "on the wire nothing changes; a generated client's argument has another name";
    SERVER_REMOVED = "server-removed", Breaking, "a client that calls this base URL may find nobody there";
    SERVER_ADDED = "server-added", Harmless, "the base URLs that clients know are not touched by it";
    CREDENTIAL_ADDED = "credential-added", Breaking, "a client that does not send it is refused";
    CREDENTIAL_CHANGED = "credential-changed", Breaking, "what a client sends is no longer what is asked for";
    CREDENTIAL_REMOVED = "credential-removed", Harmless, "a client that sends more than is asked for is not refused";
    CREDENTIAL_ALTERNATIVE_ADDED = "credential-alternative-added", Harmless, "what a client sends is still taken";

    REQUEST_PARAMETER_REQUIRED_ADDED = "request-parameter-required-added", Breaking, "no client sends it yet";
    REQUEST_PARAMETER_OPTIONAL_ADDED = "request-parameter-optional-added", Harmless, "it need not be sent";
    REQUEST_PARAMETER_REMOVED = "request-parameter-removed", PossiblyBreaking,
        "a client that sends it is ignored at best, refused at worst";
    REQUEST_PARAMETER_BECAME_REQUIRED = "request-parameter-became-required", Breaking,
        "a client that leaves it out is refused";
    REQUEST_PARAMETER_BECAME_OPTIONAL = "request-parameter-became-optional", Harmless, "who sends it may go on";
    REQUEST_PARAMETER_WRITTEN_OTHERWISE = "request-parameter-written-otherwise", Breaking,
        "the value is to be written in another style than clients write it";
    REQUEST_BODY_REQUIRED_ADDED = "request-body-required-added", Breaking, "no client sends a body yet";
    REQUEST_BODY_OPTIONAL_ADDED = "request-body-optional-added", Harmless, "it need not be sent";
    REQUEST_BODY_REMOVED = "request-body-removed", PossiblyBreaking,
        "a client that sends it is ignored at best, refused at worst";
    REQUEST_BODY_BECAME_REQUIRED = "request-body-became-required", Breaking, "a client that sends none is refused";
    REQUEST_BODY_BECAME_OPTIONAL = "request-body-became-optional", Harmless, "who sends it may go on";
    REQUEST_MEDIA_TYPE_REMOVED = "request-media-type-removed", Breaking, "a client that sends it is refused";
    REQUEST_MEDIA_TYPE_ADDED = "request-media-type-added", Harmless, "what clients send is still taken";

    REQUEST_PROPERTY_REQUIRED_ADDED = "request-property-required-added", Breaking, "no client sends it yet";
    REQUEST_PROPERTY_OPTIONAL_ADDED = "request-property-optional-added", Harmless, "it need not be sent";
    REQUEST_PROPERTY_REMOVED = "request-property-removed", PossiblyBreaking,
        "a client that sends it is ignored at best, refused at worst";
    REQUEST_PROPERTY_BECAME_REQUIRED = "request-property-became-required", Breaking,
        "a client that leaves it out is refused";
    REQUEST_PROPERTY_BECAME_OPTIONAL = "request-property-became-optional", Harmless, "who sends it may go on";
    REQUEST_TYPE_CHANGED = "request-type-changed", Breaking, "what clients send is of the wrong type";
    REQUEST_TYPE_WIDENED = "request-type-widened", Harmless, "what clients send is still of a right type";
    REQUEST_BECAME_NULLABLE = "request-became-nullable", Harmless, "null need not be sent";
    REQUEST_BECAME_NOT_NULLABLE = "request-became-not-nullable", Breaking, "a client that sends null is refused";
    REQUEST_LIMIT_STRICTER = "request-limit-stricter", Breaking, "what clients send may be over the limit now";
    REQUEST_LIMIT_LOOSER = "request-limit-looser", Harmless, "what clients send keeps the limit still";
    REQUEST_PATTERN_CHANGED = "request-pattern-changed", Breaking,
        "a pattern is new or another, and what clients send may not match it; oasdiff only warns, as patterns cannot be compared";
    REQUEST_PATTERN_REMOVED = "request-pattern-removed", Harmless, "what clients send is still taken";
    REQUEST_FORMAT_CHANGED = "request-format-changed", Breaking, "what clients send may not have this format";
    REQUEST_FORMAT_REMOVED = "request-format-removed", Harmless, "what clients send is still taken";
    REQUEST_ENUM_VALUE_REMOVED = "request-enum-value-removed", Breaking, "a client that sends it is refused";
    REQUEST_ENUM_VALUE_ADDED = "request-enum-value-added", Harmless, "it need not be sent";
    REQUEST_BECAME_ENUM = "request-became-enum", Breaking, "what clients send may not be among the values";
    REQUEST_ENUM_OPENED = "request-enum-opened", Harmless, "what clients send is still taken";
    REQUEST_OTHERS_FORBIDDEN = "request-other-properties-forbidden", Breaking,
        "a client that sends properties of its own is refused";
    REQUEST_OTHERS_ALLOWED = "request-other-properties-allowed", Harmless, "what clients send is still taken";
    REQUEST_ALTERNATIVE_REMOVED = "request-alternative-removed", Breaking, "a client that sends this shape is refused";
    REQUEST_ALTERNATIVE_ADDED = "request-alternative-added", Harmless, "what clients send is still taken";
    REQUEST_PART_ADDED = "request-part-added", Breaking, "what clients send must fit one schema more (`allOf`)";
    REQUEST_PART_REMOVED = "request-part-removed", PossiblyBreaking,
        "what belonged to this part of an `allOf` is ignored at best, refused at worst";

    RESPONSE_SUCCESS_REMOVED = "response-success-removed", Breaking, "the answer clients wait for no longer comes";
    RESPONSE_SUCCESS_ADDED = "response-success-added", PossiblyBreaking,
        "a client that takes only the known status for success takes this one for a failure";
    RESPONSE_ERROR_REMOVED = "response-error-removed", PossiblyBreaking,
        "what failed so may fail otherwise now; oasdiff lets it pass, openapi-diff does not";
    RESPONSE_ERROR_ADDED = "response-error-added", PossiblyBreaking,
        "a new status might meet a client that tells errors apart by status";
    RESPONSE_MEDIA_TYPE_REMOVED = "response-media-type-removed", Breaking, "a client reads this and is sent something else";
    RESPONSE_MEDIA_TYPE_ADDED = "response-media-type-added", Harmless, "what clients ask for is still answered";
    RESPONSE_HEADER_REQUIRED_REMOVED = "response-header-required-removed", Breaking, "clients may rely on it";
    RESPONSE_HEADER_OPTIONAL_REMOVED = "response-header-optional-removed", PossiblyBreaking,
        "clients must do without it already, and some may not";
    RESPONSE_HEADER_ADDED = "response-header-added", Harmless, "who does not know it passes it over";
    RESPONSE_HEADER_BECAME_OPTIONAL = "response-header-became-optional", Breaking, "clients may rely on it";
    RESPONSE_HEADER_BECAME_REQUIRED = "response-header-became-required", Harmless, "it comes more often than before";

    RESPONSE_PROPERTY_REQUIRED_REMOVED = "response-property-required-removed", Breaking, "clients may rely on it";
    RESPONSE_PROPERTY_OPTIONAL_REMOVED = "response-property-optional-removed", PossiblyBreaking,
        "clients must do without it already, and some may not";
    RESPONSE_PROPERTY_ADDED = "response-property-added", Harmless, "who does not know it passes it over";
    RESPONSE_PROPERTY_BECAME_OPTIONAL = "response-property-became-optional", Breaking, "clients may rely on it";
    RESPONSE_PROPERTY_BECAME_REQUIRED = "response-property-became-required", Harmless,
        "it comes more often than before";
    RESPONSE_TYPE_CHANGED = "response-type-changed", Breaking, "clients decode another type";
    RESPONSE_TYPE_NARROWED = "response-type-narrowed", Harmless, "clients decode this type already";
    RESPONSE_BECAME_NULLABLE = "response-became-nullable", Breaking, "clients decode a value and are sent null";
    RESPONSE_BECAME_NOT_NULLABLE = "response-became-not-nullable", Harmless, "null no longer comes";
    RESPONSE_LIMIT_LOOSER = "response-limit-looser", PossiblyBreaking,
        "a client that made room for the old limit may be sent more";
    RESPONSE_LIMIT_STRICTER = "response-limit-stricter", Harmless, "what comes keeps the old limit too";
    RESPONSE_PATTERN_CHANGED = "response-pattern-changed", PossiblyBreaking,
        "the pattern has gone or is another, and a client that takes the value apart may fail";
    RESPONSE_PATTERN_ADDED = "response-pattern-added", Harmless, "what comes was allowed before";
    RESPONSE_FORMAT_CHANGED = "response-format-changed", Breaking, "clients decode another format";
    RESPONSE_FORMAT_REMOVED = "response-format-removed", PossiblyBreaking, "what comes may have another format now";
    RESPONSE_FORMAT_ADDED = "response-format-added", Harmless, "what comes was allowed before";
    RESPONSE_ENUM_VALUE_ADDED = "response-enum-value-added", PossiblyBreaking,
        "a client that knows only the old values may fail";
    RESPONSE_ENUM_VALUE_REMOVED = "response-enum-value-removed", Harmless, "it no longer comes";
    RESPONSE_ENUM_OPENED = "response-enum-opened", PossiblyBreaking,
        "a client that knows only the old values may fail";
    RESPONSE_BECAME_ENUM = "response-became-enum", Harmless, "what comes was allowed before";
    RESPONSE_OTHERS_CHANGED = "response-other-properties-changed", Harmless,
        "who does not know a property passes it over";
    RESPONSE_ALTERNATIVE_ADDED = "response-alternative-added", PossiblyBreaking,
        "a client that knows only the old shapes may fail";
    RESPONSE_ALTERNATIVE_REMOVED = "response-alternative-removed", Harmless, "it no longer comes";
    RESPONSE_PART_REMOVED = "response-part-removed", Breaking, "clients may rely on what this part of an `allOf` states";
    RESPONSE_PART_ADDED = "response-part-added", Harmless, "what comes was allowed before";

    DEFAULT_CHANGED = "default-changed", PossiblyBreaking, "a client that leaves the value to the server gets another";
    SCHEMA_CHANGED_OTHERWISE = "schema-changed-otherwise", PossiblyBreaking,
        "`not` and `discriminator` decide what is valid in ways that cannot be compared";
    EXAMPLE_CHANGED = "example-changed", Harmless, "an example binds nobody";
    DESCRIPTION_CHANGED = "description-changed", Harmless, "read it: it may say what no schema can";
    ANNOTATION_CHANGED = "annotation-changed", Harmless, "titles, `deprecated`, `readOnly` and `writeOnly` change no exchange";
    RULE_SENTENCE_GONE = "rule-sentence-gone", Breaking,
        "a rule that clients are held to quotes it; planning fails until the new text is read and the rule mended";
    SENTENCE_CHANGED = "sentence-changed", Harmless, "no rule rests on it; read it";
    SENTENCE_ADDED = "sentence-added", Harmless, "no rule rests on it; read it";
    SENTENCE_REMOVED = "sentence-removed", Harmless, "no rule rests on it; read it";
    COMPONENT_ADDED = "component-added", Harmless, "what uses it is told of by itself";
    COMPONENT_REMOVED = "component-removed", Harmless, "what used it is told of by itself";
    CALLBACK_CHANGED = "callback-changed", PossiblyBreaking,
        "what a client is called with is not read here; a client that offers such a call should read it";
    UNREAD_CHANGED = "unread-changed", Harmless,
        "nothing on the wire rests on it (version, tags, links, extensions, what no operation uses)";
}

/// What a value is to a client: what it sends, or what it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Direction {
    Request,
    Response,
}

impl Direction {
    /// The rule that holds in this direction.
    pub(super) fn of(self, request: &'static Rule, response: &'static Rule) -> &'static Rule {
        match self {
            Self::Request => request,
            Self::Response => response,
        }
    }
}
