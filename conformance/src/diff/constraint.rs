//! Constraints on a value, and which of two is stricter.

use std::cmp::Ordering;

use serde_json::Value;

/// The keywords that constrain a value by a number or a flag.
pub(super) const COMPARABLE: [&str; 12] = [
    "maximum",
    "exclusiveMaximum",
    "maxLength",
    "maxItems",
    "maxProperties",
    "minimum",
    "exclusiveMinimum",
    "minLength",
    "minItems",
    "minProperties",
    "multipleOf",
    "uniqueItems",
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::is_stricter;

    #[test]
    fn a_constraint_is_stricter_when_it_excludes_more_values() {
        let of = |keyword: &str, old: serde_json::Value, new: serde_json::Value| {
            let stated = |value: &serde_json::Value| (!value.is_null()).then(|| value.clone());
            is_stricter(keyword, stated(&old).as_ref(), stated(&new).as_ref())
        };
        assert_eq!(of("maxLength", json!(9), json!(8)), Some(true));
        assert_eq!(of("maximum", json!(9), json!(9.5)), Some(false));
        assert_eq!(of("minLength", json!(1), json!(2)), Some(true));
        assert_eq!(of("minItems", json!(null), json!(2)), Some(true));
        assert_eq!(of("minItems", json!(2), json!(null)), Some(false));
        assert_eq!(of("multipleOf", json!(4), json!(2)), Some(false));
        assert_eq!(of("multipleOf", json!(4), json!(3)), Some(true));
        assert_eq!(of("multipleOf", json!(0.3), json!(0.1)), Some(false));
        assert_eq!(of("multipleOf", json!(0.1), json!(0.3)), Some(true));
        assert_eq!(of("uniqueItems", json!(null), json!(true)), Some(true));
        assert_eq!(of("uniqueItems", json!(false), json!(null)), None);
        assert_eq!(of("maximum", json!(1), json!(1.0)), None);
    }
}
