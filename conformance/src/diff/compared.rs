//! The places that the comparison covers. `unread` reports no difference there, because two texts can have the same meaning.

use std::collections::BTreeMap;

/// What a place states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ComparedPlace {
    /// A schema.
    Schema,
    /// A schema that only wraps a shared one: in `allOf`, or beside `null`.
    Wrapper,
    /// A parameter or a header.
    Parameter,
    /// A request body.
    Body,
    /// A body of one media type.
    Content,
}

/// Keywords of a schema, with all that is below them. Properties and branches with a place of their own are covered by that place.
const SCHEMA: [&str; 47] = [
    "type",
    "nullable",
    "enum",
    "const",
    "pattern",
    "format",
    "contentEncoding",
    "contentMediaType",
    "maximum",
    "minimum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "multipleOf",
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "minContains",
    "maxContains",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "if",
    "then",
    "else",
    "items",
    "prefixItems",
    "contains",
    "propertyNames",
    "patternProperties",
    "dependentSchemas",
    "dependentRequired",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "discriminator",
    "default",
    "description",
    "title",
    "deprecated",
    "readOnly",
    "writeOnly",
    "xml",
];

/// Keywords of a wrapper. Its annotations are not compared.
const WRAPPER: [&str; 6] = ["$ref", "nullable", "type", "allOf", "anyOf", "oneOf"];

/// Keys of a parameter that one document can state and the other omit, such as a default.
const PARAMETER: [&str; 8] =
    ["required", "description", "schema", "content", "style", "explode", "allowReserved", "allowEmptyValue"];

/// The places that both documents have under the same pointer.
#[derive(Debug, Default)]
pub(super) struct ComparedPlaces(BTreeMap<String, Vec<ComparedPlace>>);

impl ComparedPlaces {
    /// Adds a place that is compared. In Swagger 2.0, a parameter is a schema too.
    pub(super) fn add(&mut self, pointer: &str, place: ComparedPlace) {
        let known = self.0.entry(pointer.to_owned()).or_default();
        if !known.contains(&place) {
            known.push(place);
        }
    }

    pub(super) fn has(&self, pointer: &str) -> bool {
        self.0.contains_key(pointer)
    }

    /// Whether the comparison covers a difference at this pointer. `is_one_sided`: only one document has a value there.
    pub(super) fn cover(&self, pointer: &str, is_one_sided: bool) -> bool {
        let starts = pointer.rmatch_indices('/').map(|(start, _)| start);
        let nearest = starts.filter_map(|start| Some((start, self.0.get(&pointer[..start])?))).next();
        let Some((start, places)) = nearest else { return false };
        let below = &pointer[start + 1..];
        let key = below.split('/').next().unwrap_or_default();
        let is_whole = is_one_sided && key == below;
        // `example: 1` is the same as `examples` with this value.
        let is_example = is_whole && ["example", "examples"].contains(&key);
        places.iter().any(|place| match place {
            ComparedPlace::Schema => is_example || SCHEMA.contains(&key),
            ComparedPlace::Wrapper => WRAPPER.contains(&key),
            ComparedPlace::Parameter => {
                is_example || key == "collectionFormat" || is_whole && PARAMETER.contains(&key)
            }
            ComparedPlace::Body => is_whole && key == "required",
            ComparedPlace::Content => is_example || is_whole && key == "schema",
        })
    }
}
