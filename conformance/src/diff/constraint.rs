//! Constraints on a value, and which of two is stricter.

use std::cmp::Ordering;
use std::fmt;

use serde_json::Value;

/// The keywords that constrain a value by a number or a flag, except its bounds.
pub(super) const COMPARABLE: [&str; 10] = [
    "maxLength",
    "maxItems",
    "maxProperties",
    "minLength",
    "minItems",
    "minProperties",
    "multipleOf",
    "uniqueItems",
    "minContains",
    "maxContains",
];

/// Whether the new constraint excludes a value that the old one allows; none when both allow the same values.
pub(super) fn is_stricter(keyword: &str, old: Option<&Value>, new: Option<&Value>) -> Option<bool> {
    // Large numbers are compared with the precision of `f64`.
    let (Some(was), Some(is)) = (old.and_then(Value::as_f64), new.and_then(Value::as_f64)) else {
        // The flag `false` is the same as no flag.
        let sets = |value: Option<&Value>| value.is_some_and(|value| *value != Value::Bool(false));
        return (sets(old) != sets(new)).then(|| sets(new));
    };
    let order = is.partial_cmp(&was)?;
    if order == Ordering::Equal {
        return None;
    }
    // The remainder of 0.3 and 0.1 is not 0 in `f64`, so the ratio is rounded instead.
    let ratio = was / is;
    Some(match keyword {
        "multipleOf" => (ratio.round() - ratio).abs() > 1e-9 * ratio.abs(),
        _ if keyword.starts_with("max") => order == Ordering::Less,
        _ => order == Ordering::Greater,
    })
}

/// Whether each number of these types is an integer. The order of the types has no meaning.
fn allows_only_integers(types: &Value) -> bool {
    let has = |wanted: &str| match types {
        Value::Array(names) => names.iter().any(|name| name == wanted),
        name => name == wanted,
    };
    has("integer") && !has("number")
}

/// The lowest or the highest number that a schema allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// The number, negated for the highest, so that a stricter bound is a greater number.
    value: f64,
    is_exclusive: bool,
    is_highest: bool,
}

impl Bound {
    /// The stricter one of the inclusive and the exclusive bound. An exclusive bound of an integer becomes an inclusive one.
    pub(super) fn of(schema: &Value, inclusive: &str, exclusive: &str) -> Option<Self> {
        let is_highest = inclusive == "maximum";
        let is_integer = schema.get("type").is_some_and(allows_only_integers);
        let stated = |keyword: &str, is_exclusive: bool| {
            let number = schema.get(keyword)?.as_f64()?;
            let value = if is_highest { 0.0 - number } else { number };
            Some(match is_integer {
                true if is_exclusive => Self { value: value.floor() + 1.0, is_exclusive: false, is_highest },
                true => Self { value: value.ceil(), is_exclusive, is_highest },
                false => Self { value, is_exclusive, is_highest },
            })
        };
        let bounds = [stated(inclusive, false), stated(exclusive, true)];
        bounds.into_iter().flatten().max_by(Self::order)
    }

    /// Whether the new bound excludes a number that the old one allows; none when both allow the same numbers.
    pub(super) fn is_stricter(old: Option<Self>, new: Option<Self>) -> Option<bool> {
        match (old, new) {
            (None, None) => None,
            (Some(old), Some(new)) => match new.order(&old) {
                Ordering::Equal => None,
                order => Some(order == Ordering::Greater),
            },
            (_, new) => Some(new.is_some()),
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.value.total_cmp(&other.value).then(self.is_exclusive.cmp(&other.is_exclusive))
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.is_highest { 0.0 - self.value } else { self.value };
        write!(f, "{value}{}", if self.is_exclusive { " (exclusive)" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Bound, is_stricter};

    #[test]
    fn bounds_are_compared_by_the_numbers_that_they_allow() {
        let lowest = |schema: serde_json::Value| Bound::of(&schema, "minimum", "exclusiveMinimum");
        let highest = |schema: serde_json::Value| Bound::of(&schema, "maximum", "exclusiveMaximum");
        let at = lowest(json!({ "minimum": 0 }));
        let above = lowest(json!({ "exclusiveMinimum": 0 }));
        assert_eq!(Bound::is_stricter(at, above), Some(true));
        assert_eq!(Bound::is_stricter(above, at), Some(false));
        assert_eq!(Bound::is_stricter(None, at), Some(true));
        let integer = lowest(json!({ "type": "integer", "exclusiveMinimum": 0 }));
        assert_eq!(Bound::is_stricter(integer, lowest(json!({ "type": "integer", "minimum": 1 }))), None);
        let listed = lowest(json!({ "type": ["null", "integer"], "exclusiveMinimum": 0 }));
        let other = lowest(json!({ "type": ["integer", "null"], "minimum": 1 }));
        assert_eq!(Bound::is_stricter(listed, other), None);
        let number = lowest(json!({ "type": ["integer", "number"], "exclusiveMinimum": 0 }));
        assert_eq!(Bound::is_stricter(number, other), Some(true));
        let (below, lower) = (highest(json!({ "exclusiveMaximum": 9 })), highest(json!({ "maximum": 8.5 })));
        assert_eq!(Bound::is_stricter(below, lower), Some(true));
        assert_eq!(below.unwrap().to_string(), "9 (exclusive)");
        assert_eq!(
            Bound::is_stricter(highest(json!({ "maximum": 0 })), highest(json!({ "maximum": 0.0 }))),
            None
        );
    }

    #[test]
    fn a_constraint_is_stricter_when_it_excludes_more_values() {
        let of = |keyword: &str, old: serde_json::Value, new: serde_json::Value| {
            let stated = |value: &serde_json::Value| (!value.is_null()).then(|| value.clone());
            is_stricter(keyword, stated(&old).as_ref(), stated(&new).as_ref())
        };
        assert_eq!(of("maxLength", json!(9), json!(8)), Some(true));
        assert_eq!(of("minLength", json!(1), json!(2)), Some(true));
        assert_eq!(of("minItems", json!(null), json!(2)), Some(true));
        assert_eq!(of("minItems", json!(2), json!(null)), Some(false));
        assert_eq!(of("multipleOf", json!(4), json!(2)), Some(false));
        assert_eq!(of("multipleOf", json!(4), json!(3)), Some(true));
        assert_eq!(of("multipleOf", json!(0.3), json!(0.1)), Some(false));
        assert_eq!(of("multipleOf", json!(0.1), json!(0.3)), Some(true));
        assert_eq!(of("uniqueItems", json!(null), json!(true)), Some(true));
        assert_eq!(of("uniqueItems", json!(false), json!(null)), None);
        assert_eq!(of("maxItems", json!(1), json!(1.0)), None);
    }
}
