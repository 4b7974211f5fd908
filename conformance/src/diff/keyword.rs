//! Compares the keywords of a schema that apply to a single value.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{brief, from_to};
use super::comparison::{Comparison, SchemaView};
use super::constraint::{COMPARABLE, is_stricter};
use super::rule::{self, Direction};

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

    /// Removes nullability from both schemas, so that the rest can be compared.
    fn nullable(&mut self) {
        let (was, is) = (take_null(&mut self.pair.old), take_null(&mut self.pair.new));
        match (was, is) {
            (false, true) => {
                let rule = self.by(&rule::REQUEST_BECAME_NULLABLE, &rule::RESPONSE_BECAME_NULLABLE);
                self.keyword_changed(rule, "nullable", "false -> true");
            }
            (true, false) => {
                let rule = self.by(&rule::REQUEST_BECAME_NOT_NULLABLE, &rule::RESPONSE_BECAME_NOT_NULLABLE);
                self.keyword_changed(rule, "nullable", "true -> false");
            }
            _ => {}
        }
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
        };
        let shown = |types: &BTreeSet<&str>| match types.is_empty() {
            true => "any".to_owned(),
            false => types.iter().copied().collect::<Vec<_>>().join(" or "),
        };
        self.keyword_changed(rule, "type", &format!("{} -> {}", shown(&old), shown(&new)));
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
                return self.keyword_changed(rule, "enum", &from_to(None, new));
            }
            (Some(_), None) => {
                let rule = self.by(&rule::REQUEST_ENUM_OPENED, &rule::RESPONSE_ENUM_OPENED);
                return self.keyword_changed(rule, "enum", &from_to(old, None));
            }
            (None, None) => return,
        };
        for removed in was.difference(&is) {
            let rule = self.by(&rule::REQUEST_ENUM_VALUE_REMOVED, &rule::RESPONSE_ENUM_VALUE_REMOVED);
            self.keyword_changed(rule, "enum", &format!("{} removed", brief(removed)));
        }
        for added in is.difference(&was) {
            let rule = self.by(&rule::REQUEST_ENUM_VALUE_ADDED, &rule::RESPONSE_ENUM_VALUE_ADDED);
            self.keyword_changed(rule, "enum", &format!("{} added", brief(added)));
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
        self.keyword_changed(rule, "pattern", &from_to(old, new));
    }

    fn format(&mut self) {
        let (old, new) = self.both("format");
        let rule = match (old, new) {
            _ if old == new => return,
            (Some(_), None) => self.by(&rule::REQUEST_FORMAT_REMOVED, &rule::RESPONSE_FORMAT_REMOVED),
            (None, _) => self.by(&rule::REQUEST_FORMAT_CHANGED, &rule::RESPONSE_FORMAT_ADDED),
            (Some(_), Some(_)) => self.by(&rule::REQUEST_FORMAT_CHANGED, &rule::RESPONSE_FORMAT_CHANGED),
        };
        self.keyword_changed(rule, "format", &from_to(old, new));
    }

    fn constraints(&mut self) {
        for keyword in COMPARABLE {
            let (old, new) = self.both(keyword);
            if let Some(is_stricter) = is_stricter(keyword, old, new) {
                self.constraint_changed(is_stricter, keyword, &from_to(old, new));
            }
        }
    }

    /// Keywords that constrain no value, or whose constraints cannot be compared.
    fn other_keywords(&mut self) {
        let keywords = [
            ("default", &rule::DEFAULT_CHANGED),
            ("not", &rule::SCHEMA_CHANGED_OTHERWISE),
            ("discriminator", &rule::SCHEMA_CHANGED_OTHERWISE),
            ("example", &rule::EXAMPLE_CHANGED),
            ("description", &rule::DESCRIPTION_CHANGED),
            ("title", &rule::ANNOTATION_CHANGED),
            ("deprecated", &rule::ANNOTATION_CHANGED),
            ("readOnly", &rule::ANNOTATION_CHANGED),
            ("writeOnly", &rule::ANNOTATION_CHANGED),
        ];
        for (keyword, rule) in keywords {
            let (old, new) = self.both(keyword);
            if old != new {
                self.keyword_changed(rule, keyword, &from_to(old, new));
            }
        }
    }
}

/// Whether a schema is nullable. The `null` alternative that the reader adds is removed.
fn take_null(schema: &mut SchemaView<'_>) -> bool {
    let types = schema.value.get("type").and_then(Value::as_array);
    if types.is_some_and(|types| types.iter().any(|name| name == "null")) {
        return true;
    }
    // The reader writes a nullable schema without a type so.
    let Some([other, null]) = schema.value.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) else {
        return false;
    };
    let is_written_by_reader = null.get("type").is_some_and(|name| name == "null");
    if is_written_by_reader {
        schema.value = other;
    }
    is_written_by_reader
}

/// The types that a schema allows, except null; an empty set means any type.
fn types(schema: &Value) -> BTreeSet<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => BTreeSet::from([name.as_str()]),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect()
        }
        _ => BTreeSet::new(),
    }
}

/// Whether the types `wide` allow every value that the types `narrow` allow.
fn includes(wide: &BTreeSet<&str>, narrow: &BTreeSet<&str>) -> bool {
    let allowed = |name: &&str| wide.contains(name) || (*name == "integer" && wide.contains("number"));
    wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(allowed))
}
