//! What each change means for existing clients: one table, which `conformance/CHANGES.md` shows.
//!
//! The classes follow oasdiff and openapi-diff where those agree. Where they differ, the reason says so.

use std::fmt;

use serde::Serialize;

/// The effect of a change on an existing client, the most severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A correct client stops working: the server refuses its requests, or the client cannot read the responses.
    Breaking,
    /// The effect depends on the client or on the behaviour of the server.
    PossiblyBreaking,
    /// A correct client continues to work.
    Harmless,
}

impl Class {
    /// All classes, the most severe first.
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
pub struct ChangeRule {
    /// The id.
    pub id: &'static str,
    /// The class of such a change.
    pub class: Class,
    /// Why it has this class.
    pub reason: &'static str,
}

macro_rules! rules {
    ($($name:ident = $id:literal, $class:ident, $reason:literal;)*) => {
        $(pub(super) static $name: ChangeRule = ChangeRule { id: $id, class: Class::$class, reason: $reason };)*

        /// Every rule.
        pub static ALL: &[&ChangeRule] = &[$(&$name),*];
    };
}

rules! {
    OPERATION_REMOVED = "operation-removed", Breaking, "the server refuses clients that call it";
    OPERATION_ADDED = "operation-added", Harmless, "existing clients do not call it";
    OPERATION_ID_CHANGED = "operation-id-changed", PossiblyBreaking,
        "requests stay the same, but the method of a generated client and the cases get another name";
    PATH_PARAMETER_RENAMED = "path-parameter-renamed", Harmless,
        "requests stay the same, but the argument of a generated client gets another name";
    SERVER_REMOVED = "server-removed", Breaking, "clients that use this base URL may find no server there";
    SERVER_ADDED = "server-added", Harmless, "clients keep the base URLs that they use";
    CREDENTIAL_ADDED = "credential-added", Breaking, "the server refuses clients that do not send it";
    CREDENTIAL_CHANGED = "credential-changed", Breaking,
        "clients send a credential that the server no longer asks for";
    CREDENTIAL_REMOVED = "credential-removed", Harmless,
        "clients send more than the server asks for, which it accepts";
    CREDENTIAL_SCOPE_ADDED = "credential-scope-added", PossiblyBreaking,
        "the server refuses clients whose token lacks the scope";
    CREDENTIAL_ALTERNATIVE_ADDED = "credential-alternative-added", Harmless,
        "the server still accepts what clients send";

    REQUEST_PARAMETER_REQUIRED_ADDED = "request-parameter-required-added", Breaking,
        "existing clients do not send it";
    REQUEST_PARAMETER_OPTIONAL_ADDED = "request-parameter-optional-added", Harmless,
        "clients do not have to send it";
    REQUEST_PARAMETER_REMOVED = "request-parameter-removed", PossiblyBreaking,
        "the server ignores or refuses it when clients send it";
    REQUEST_PARAMETER_BECAME_REQUIRED = "request-parameter-became-required", Breaking,
        "the server refuses clients that omit it";
    REQUEST_PARAMETER_BECAME_OPTIONAL = "request-parameter-became-optional", Harmless,
        "clients can continue to send it";
    REQUEST_PARAMETER_WRITTEN_OTHERWISE = "request-parameter-written-otherwise", Breaking,
        "clients serialise the value in another style than the server expects";
    REQUEST_PARAMETER_FORMAT_WITHOUT_EFFECT = "request-parameter-format-without-effect", Harmless,
        "values of this type are sent in the same way";
    REQUEST_PARAMETER_RESERVED_ALLOWED = "request-parameter-reserved-allowed", Harmless,
        "clients can continue to percent-encode reserved characters";
    REQUEST_PARAMETER_EMPTY_FORBIDDEN = "request-parameter-empty-forbidden", Breaking,
        "the server refuses clients that send it without a value";
    REQUEST_PARAMETER_EMPTY_ALLOWED = "request-parameter-empty-allowed", Harmless,
        "clients do not have to send it without a value";
    REQUEST_ENCODING_CHANGED = "request-encoding-changed", Breaking,
        "clients send a property of the form in another way than the server expects";
    REQUEST_ENCODING_WIDENED = "request-encoding-widened", Harmless,
        "the server still accepts what clients send";
    REQUEST_BODY_REQUIRED_ADDED = "request-body-required-added", Breaking,
        "existing clients do not send a body";
    REQUEST_BODY_OPTIONAL_ADDED = "request-body-optional-added", Harmless, "clients do not have to send it";
    REQUEST_BODY_REMOVED = "request-body-removed", PossiblyBreaking,
        "the server ignores or refuses it when clients send it";
    REQUEST_BODY_BECAME_REQUIRED = "request-body-became-required", Breaking,
        "the server refuses clients that omit it";
    REQUEST_BODY_BECAME_OPTIONAL = "request-body-became-optional", Harmless,
        "clients can continue to send it";
    REQUEST_MEDIA_TYPE_REMOVED = "request-media-type-removed", Breaking,
        "the server refuses clients that send it";
    REQUEST_MEDIA_TYPE_ADDED = "request-media-type-added", Harmless,
        "the server still accepts what clients send";

    REQUEST_PROPERTY_REQUIRED_ADDED = "request-property-required-added", Breaking,
        "existing clients do not send it";
    REQUEST_PROPERTY_OPTIONAL_ADDED = "request-property-optional-added", Harmless,
        "clients do not have to send it";
    REQUEST_PROPERTY_REMOVED = "request-property-removed", PossiblyBreaking,
        "the server ignores or refuses it when clients send it";
    REQUEST_PROPERTY_BECAME_REQUIRED = "request-property-became-required", Breaking,
        "the server refuses clients that omit it";
    REQUEST_PROPERTY_BECAME_OPTIONAL = "request-property-became-optional", Harmless,
        "clients can continue to send it";
    REQUEST_TYPE_CHANGED = "request-type-changed", Breaking, "clients send values of the wrong type";
    REQUEST_TYPE_WIDENED = "request-type-widened", Harmless, "the server still accepts what clients send";
    REQUEST_BECAME_NULLABLE = "request-became-nullable", Harmless, "clients do not have to send null";
    REQUEST_BECAME_NOT_NULLABLE = "request-became-not-nullable", Breaking,
        "the server refuses clients that send null";
    REQUEST_CONSTRAINT_STRICTER = "request-limit-stricter", Breaking,
        "values that clients send may violate the new constraint";
    REQUEST_CONSTRAINT_LOOSER = "request-limit-looser", Harmless,
        "the server still accepts what clients send";
    REQUEST_PATTERN_CHANGED = "request-pattern-changed", Breaking,
        "values that clients send may not match the new pattern; oasdiff only warns, because patterns cannot be compared";
    REQUEST_PATTERN_REMOVED = "request-pattern-removed", Harmless,
        "the server still accepts what clients send";
    REQUEST_FORMAT_CHANGED = "request-format-changed", Breaking,
        "values that clients send may not have the new format";
    REQUEST_FORMAT_REMOVED = "request-format-removed", Harmless, "the server still accepts what clients send";
    REQUEST_ENUM_VALUE_REMOVED = "request-enum-value-removed", Breaking,
        "the server refuses clients that send it";
    REQUEST_ENUM_VALUE_ADDED = "request-enum-value-added", Harmless, "clients do not have to send it";
    REQUEST_BECAME_ENUM = "request-became-enum", Breaking, "values that clients send may not be in the list";
    REQUEST_ENUM_OPENED = "request-enum-opened", Harmless, "the server still accepts what clients send";
    REQUEST_OTHERS_FORBIDDEN = "request-other-properties-forbidden", Breaking,
        "the server refuses clients that send additional properties";
    REQUEST_OTHERS_ALLOWED = "request-other-properties-allowed", Harmless,
        "the server still accepts what clients send";
    REQUEST_ALTERNATIVE_REMOVED = "request-alternative-removed", Breaking,
        "the server refuses clients that send values of this schema";
    REQUEST_ALTERNATIVE_ADDED = "request-alternative-added", Harmless,
        "the server still accepts what clients send";
    REQUEST_PART_ADDED = "request-part-added", Breaking,
        "values that clients send must satisfy one more schema of `allOf`";
    REQUEST_PART_REMOVED = "request-part-removed", PossiblyBreaking,
        "the server ignores or refuses properties that only this schema of `allOf` describes";

    RESPONSE_SUCCESS_REMOVED = "response-success-removed", Breaking,
        "clients expect a response that the server no longer sends";
    RESPONSE_SUCCESS_ADDED = "response-success-added", PossiblyBreaking,
        "clients that accept only the documented status treat the new one as a failure";
    RESPONSE_ERROR_REMOVED = "response-error-removed", PossiblyBreaking,
        "the same failure may now have another status; oasdiff accepts this change, openapi-diff does not";
    RESPONSE_ERROR_ADDED = "response-error-added", PossiblyBreaking,
        "clients that distinguish errors by status may not handle the new one";
    RESPONSE_MEDIA_TYPE_REMOVED = "response-media-type-removed", Breaking,
        "clients that read this media type receive another one";
    RESPONSE_MEDIA_TYPE_ADDED = "response-media-type-added", Harmless,
        "the server still sends the media type that clients ask for";
    RESPONSE_HEADER_REQUIRED_REMOVED = "response-header-required-removed", Breaking,
        "clients may depend on it";
    RESPONSE_HEADER_OPTIONAL_REMOVED = "response-header-optional-removed", PossiblyBreaking,
        "clients must work without it, but some may depend on it";
    RESPONSE_HEADER_ADDED = "response-header-added", Harmless, "clients ignore headers that they do not know";
    RESPONSE_HEADER_BECAME_OPTIONAL = "response-header-became-optional", Breaking, "clients may depend on it";
    RESPONSE_HEADER_BECAME_REQUIRED = "response-header-became-required", Harmless,
        "the server sends it more often than before";

    RESPONSE_PROPERTY_REQUIRED_REMOVED = "response-property-required-removed", Breaking,
        "clients may depend on it";
    RESPONSE_PROPERTY_OPTIONAL_REMOVED = "response-property-optional-removed", PossiblyBreaking,
        "clients must work without it, but some may depend on it";
    RESPONSE_PROPERTY_ADDED = "response-property-added", Harmless,
        "clients ignore properties that they do not know";
    RESPONSE_PROPERTY_BECAME_OPTIONAL = "response-property-became-optional", Breaking,
        "clients may depend on it";
    RESPONSE_PROPERTY_BECAME_REQUIRED = "response-property-became-required", Harmless,
        "the server sends it more often than before";
    RESPONSE_TYPE_CHANGED = "response-type-changed", Breaking, "clients cannot decode the new type";
    RESPONSE_TYPE_NARROWED = "response-type-narrowed", Harmless, "clients already decode this type";
    RESPONSE_BECAME_NULLABLE = "response-became-nullable", Breaking,
        "clients that expect a value cannot decode null";
    RESPONSE_BECAME_NOT_NULLABLE = "response-became-not-nullable", Harmless,
        "the server no longer sends null";
    RESPONSE_CONSTRAINT_LOOSER = "response-limit-looser", PossiblyBreaking,
        "clients may not handle values that the old constraint excluded";
    RESPONSE_CONSTRAINT_STRICTER = "response-limit-stricter", Harmless,
        "the old document allows these values too";
    RESPONSE_PATTERN_CHANGED = "response-pattern-changed", PossiblyBreaking,
        "clients that parse the value by the old pattern may fail";
    RESPONSE_PATTERN_ADDED = "response-pattern-added", Harmless, "the old document allows these values too";
    RESPONSE_FORMAT_CHANGED = "response-format-changed", Breaking, "clients cannot decode the new format";
    RESPONSE_FORMAT_REMOVED = "response-format-removed", PossiblyBreaking,
        "values may have another format now";
    RESPONSE_FORMAT_ADDED = "response-format-added", Harmless, "the old document allows these values too";
    RESPONSE_ENUM_VALUE_ADDED = "response-enum-value-added", PossiblyBreaking,
        "clients that know only the old values may fail";
    RESPONSE_ENUM_VALUE_REMOVED = "response-enum-value-removed", Harmless, "the server no longer sends it";
    RESPONSE_ENUM_OPENED = "response-enum-opened", PossiblyBreaking,
        "clients that know only the old values may fail";
    RESPONSE_BECAME_ENUM = "response-became-enum", Harmless, "the old document allows these values too";
    RESPONSE_OTHERS_CHANGED = "response-other-properties-changed", Harmless,
        "clients ignore properties that they do not know";
    RESPONSE_ALTERNATIVE_ADDED = "response-alternative-added", PossiblyBreaking,
        "clients that know only the old schemas may fail";
    RESPONSE_ALTERNATIVE_REMOVED = "response-alternative-removed", Harmless,
        "the server no longer sends values of this schema";
    RESPONSE_PART_REMOVED = "response-part-removed", Breaking,
        "clients may depend on what this schema of `allOf` states";
    RESPONSE_PART_ADDED = "response-part-added", Harmless, "the old document allows these values too";

    DEFAULT_CHANGED = "default-changed", PossiblyBreaking, "clients that omit the value get another default";
    SCHEMA_CHANGED_OTHERWISE = "schema-changed-otherwise", PossiblyBreaking,
        "the suite cannot tell whether schemas under `not` or `if`, or a `discriminator`, allow more values or fewer";
    EXAMPLE_CHANGED = "example-changed", Harmless, "examples are not requirements";
    DESCRIPTION_CHANGED = "description-changed", Harmless,
        "review it: a description can state what a schema cannot";
    ANNOTATION_CHANGED = "annotation-changed", Harmless,
        "`title` and `deprecated` do not change requests or responses; what `readOnly` and `writeOnly` change is listed as properties";
    XML_CHANGED = "xml-changed", PossiblyBreaking,
        "XML bodies have other names or another form; bodies of other media types stay the same";
    RULE_SENTENCE_GONE = "rule-sentence-gone", Breaking,
        "a conformance rule quotes the sentence; planning fails until you read the new text and correct the rule";
    SENTENCE_CHANGED = "sentence-changed", Harmless, "no conformance rule quotes it; review it";
    SENTENCE_ADDED = "sentence-added", Harmless, "no conformance rule quotes it; review it";
    SENTENCE_REMOVED = "sentence-removed", Harmless, "no conformance rule quotes it; review it";
    COMPONENT_ADDED = "component-added", Harmless, "changes of operations that use it are listed separately";
    COMPONENT_REMOVED = "component-removed", Harmless,
        "changes of operations that use it are listed separately";
    CALLBACK_CHANGED = "callback-changed", PossiblyBreaking,
        "the suite does not read callbacks; review the change if your client handles them";
    UNREAD_CHANGED = "unread-changed", Harmless,
        "no request or response depends on it (version, tags, links, extensions, unused parts)";
}

/// Whether a value is part of a request or of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Direction {
    Request,
    Response,
    /// Under `not` or `if`, where a stricter schema can make the whole looser.
    Unclear,
}

impl Direction {
    /// The rule for this direction.
    pub(super) fn of(
        self,
        request: &'static ChangeRule,
        response: &'static ChangeRule,
    ) -> &'static ChangeRule {
        match self {
            Self::Request => request,
            Self::Response => response,
            Self::Unclear => &SCHEMA_CHANGED_OTHERWISE,
        }
    }
}
