//! Limits on a value: which of two is the stricter.

use std::cmp::Ordering;

use serde_json::Value;

/// The keywords that limit a value by a number or a flag.
pub(super) const LIMITS: [&str; 12] = [
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

/// Whether the new limit refuses something that the old one took; none where both say the same.
pub(super) fn is_stricter(keyword: &str, old: Option<&Value>, new: Option<&Value>) -> Option<bool> {
    // Lengths and numbers alike; what is beyond a float's precision is compared as closely as floats are.
    let (Some(was), Some(is)) = (old.and_then(Value::as_f64), new.and_then(Value::as_f64)) else {
        // A flag that is not set, and a limit that is not stated, limit nothing.
        let sets = |limit: Option<&Value>| limit.is_some_and(|limit| *limit != Value::Bool(false));
        return (sets(old) != sets(new)).then(|| sets(new));
    };
    let order = is.partial_cmp(&was)?;
    if order == Ordering::Equal {
        return None;
    }
    // Of 0.3 and 0.1 a float's remainder is not 0, so their ratio is what is looked at.
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
    fn a_limit_is_stricter_when_it_refuses_something_more() {
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
