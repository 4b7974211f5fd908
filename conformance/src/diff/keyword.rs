//! Compares the keywords of a schema that apply to a single value.

use std::collections::BTreeSet;

use serde_json::Value;

use super::comparison::{Comparison, SchemaChange};
use super::constraint::{Bound, COMPARABLE, is_stricter};
use super::rule::{self, Direction};
use super::wording::{Wording, from_to};

impl<'a> Comparison<'a> {
    pub(super) fn compare_keywords(&mut self) {
        self.nullable();
        self.types();
        self.values();
        self.pattern();
        self.format();
        self.constraints();
        self.other_keywords();
    }

    fn nullable(&mut self) {
        let (old, new) = (&self.pair.old, &self.pair.new);
        let (rule, says) = match (&old.null_at, &new.null_at) {
            (None, Some(_)) => (
                self.by(&rule::REQUEST_BECAME_NULLABLE, &rule::RESPONSE_BECAME_NULLABLE),
                "nullable: false -> true",
            ),
            (Some(_), None) => (
                self.by(&rule::REQUEST_BECAME_NOT_NULLABLE, &rule::RESPONSE_BECAME_NOT_NULLABLE),
                "nullable: true -> false",
            ),
            _ => return,
        };
        let is_shared = [&old.null_at, &new.null_at]
            .into_iter()
            .flatten()
            .all(|place| *place == old.pointer || *place == new.pointer);
        let name = if is_shared { &self.pair.name } else { &self.pair.user };
        let at = |place: &Option<String>, pointer: &String| {
            Some(format!("{}/nullable", place.as_ref().unwrap_or(pointer)))
        };
        let says = format!("{name}, {says}").into();
        let (old, new) = (at(&old.null_at, &old.pointer), at(&new.null_at, &new.pointer));
        self.changes.push(SchemaChange { rule, says, old, new });
    }

    fn types(&mut self) {
        let (old, new) = (types(self.pair.old.value), types(self.pair.new.value));
        if old == new {
            return;
        }
        let rule = match self.pair.direction {
            Direction::Request if includes(&new, &old) => &rule::REQUEST_TYPE_WIDENED,
            Direction::Request => &rule::REQUEST_TYPE_CHANGED,
            Direction::Response if includes(&old, &new) => &rule::RESPONSE_TYPE_NARROWED,
            Direction::Response => &rule::RESPONSE_TYPE_CHANGED,
            Direction::Unclear => &rule::SCHEMA_CHANGED_OTHERWISE,
        };
        let shown = |types: &BTreeSet<&str>| match types.is_empty() {
            true => "any".to_owned(),
            false => types.iter().copied().collect::<Vec<_>>().join(" or "),
        };
        self.keyword_changed(rule, "type", format!("{} -> {}", shown(&old), shown(&new)));
    }

    fn values(&mut self) {
        let (old, new) = self.both("enum");
        let of = |values: Option<&'a Value>| -> Option<BTreeSet<String>> {
            Some(values?.as_array()?.iter().filter(|value| !value.is_null()).map(Value::to_string).collect())
        };
        let (was, is) = match (of(old), of(new)) {
            (Some(was), Some(is)) => (was, is),
            (None, Some(_)) => {
                let rule = self.by(&rule::REQUEST_BECAME_ENUM, &rule::RESPONSE_BECAME_ENUM);
                return self.keyword_changed(rule, "enum", from_to(None, new));
            }
            (Some(_), None) => {
                let rule = self.by(&rule::REQUEST_ENUM_OPENED, &rule::RESPONSE_ENUM_OPENED);
                return self.keyword_changed(rule, "enum", from_to(old, None));
            }
            (None, None) => return,
        };
        for removed in was.difference(&is) {
            let rule = self.by(&rule::REQUEST_ENUM_VALUE_REMOVED, &rule::RESPONSE_ENUM_VALUE_REMOVED);
            self.keyword_changed(rule, "enum", Wording::long(removed).before(" removed"));
        }
        for added in is.difference(&was) {
            let rule = self.by(&rule::REQUEST_ENUM_VALUE_ADDED, &rule::RESPONSE_ENUM_VALUE_ADDED);
            self.keyword_changed(rule, "enum", Wording::long(added).before(" added"));
        }
    }

    fn pattern(&mut self) {
        let (old, new) = self.both("pattern");
        let rule = match (old, new) {
            _ if old == new => return,
            (Some(_), None) => self.by(&rule::REQUEST_PATTERN_REMOVED, &rule::RESPONSE_PATTERN_CHANGED),
            (None, _) => self.by(&rule::REQUEST_PATTERN_CHANGED, &rule::RESPONSE_PATTERN_ADDED),
            (Some(_), Some(_)) => self.by(&rule::REQUEST_PATTERN_CHANGED, &rule::RESPONSE_PATTERN_CHANGED),
        };
        self.keyword_changed(rule, "pattern", from_to(old, new));
    }

    fn format(&mut self) {
        let (was, is) = (formats(self.pair.old.value), formats(self.pair.new.value));
        for ((keyword, old), (_, new)) in was.into_iter().zip(is) {
            let rule = match (&old, &new) {
                _ if old == new => continue,
                (Some(_), None) => self.by(&rule::REQUEST_FORMAT_REMOVED, &rule::RESPONSE_FORMAT_REMOVED),
                (None, _) => self.by(&rule::REQUEST_FORMAT_CHANGED, &rule::RESPONSE_FORMAT_ADDED),
                (Some(_), Some(_)) => self.by(&rule::REQUEST_FORMAT_CHANGED, &rule::RESPONSE_FORMAT_CHANGED),
            };
            self.keyword_changed(rule, keyword, from_to(old.as_ref(), new.as_ref()));
        }
    }

    fn constraints(&mut self) {
        self.bound("minimum", "exclusiveMinimum");
        self.bound("maximum", "exclusiveMaximum");
        for keyword in COMPARABLE {
            let (old, new) = self.both(keyword);
            if let Some(is_stricter) = is_stricter(keyword, old, new) {
                self.constraint_changed(is_stricter, keyword, from_to(old, new));
            }
        }
    }

    fn bound(&mut self, inclusive: &'static str, exclusive: &'static str) {
        let of = |schema: &Value| Bound::of(schema, inclusive, exclusive);
        let (old, new) = (of(self.pair.old.value), of(self.pair.new.value));
        if let Some(is_stricter) = Bound::is_stricter(old, new) {
            let shown =
                |bound: Option<Bound>| bound.map_or_else(|| "none".to_owned(), |bound| bound.to_string());
            self.constraint_changed(is_stricter, inclusive, format!("{} -> {}", shown(old), shown(new)));
        }
    }

    /// Keywords that constrain no value, or whose constraints cannot be compared.
    fn other_keywords(&mut self) {
        let keywords = [
            ("default", &rule::DEFAULT_CHANGED),
            ("discriminator", &rule::SCHEMA_CHANGED_OTHERWISE),
            ("example", &rule::EXAMPLE_CHANGED),
            ("description", &rule::DESCRIPTION_CHANGED),
            ("title", &rule::ANNOTATION_CHANGED),
            ("deprecated", &rule::ANNOTATION_CHANGED),
            ("xml", &rule::XML_CHANGED),
            ("readOnly", &rule::ANNOTATION_CHANGED),
            ("writeOnly", &rule::ANNOTATION_CHANGED),
        ];
        for (keyword, rule) in keywords {
            let (old, new) = (self.pair.old.annotation(keyword), self.pair.new.annotation(keyword));
            if old != new {
                self.keyword_changed(rule, keyword, from_to(old, new));
            }
        }
    }
}

/// The format and the encoding of a string. OpenAPI 3.0 writes `format: byte` for `contentEncoding: base64`, and `format: binary`
/// for `contentMediaType: application/octet-stream`.
fn formats(schema: &Value) -> [(&'static str, Option<Value>); 3] {
    let stated = |keyword: &str| schema.get(keyword).cloned();
    let (mut format, mut encoding, mut media_type) =
        (stated("format"), stated("contentEncoding"), stated("contentMediaType"));
    if format.as_ref().is_some_and(|format| format == "byte") {
        (format, encoding) = (None, encoding.or_else(|| Some("base64".into())));
    } else if format.as_ref().is_some_and(|format| format == "binary") {
        (format, media_type) = (None, media_type.or_else(|| Some("application/octet-stream".into())));
    }
    [("format", format), ("contentEncoding", encoding), ("contentMediaType", media_type)]
}

/// The types that a schema allows, except null; an empty set means any type.
fn types(schema: &Value) -> BTreeSet<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => BTreeSet::from([name.as_str()]),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect()
        }
        // Only strings have a content.
        _ if ["contentEncoding", "contentMediaType"].iter().any(|keyword| schema.get(keyword).is_some()) => {
            BTreeSet::from(["string"])
        }
        _ => BTreeSet::new(),
    }
}

/// Whether the types `wide` allow every value that the types `narrow` allow.
fn includes(wide: &BTreeSet<&str>, narrow: &BTreeSet<&str>) -> bool {
    let allowed = |name: &&str| wide.contains(name) || (*name == "integer" && wide.contains("number"));
    wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(allowed))
}
