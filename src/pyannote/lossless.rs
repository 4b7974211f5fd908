//! Functions of the generated types, which decode JSON without losing fields.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Number, Value};

/// Decodes a field that may be `null` or missing: `null` becomes `Some(None)`.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Decodes whole numbers, which JSON may write with a fraction: `10.0`.
pub(crate) fn whole<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::deserialize(without_fractions(Value::deserialize(deserializer)?)).map_err(D::Error::custom)
}

/// Decodes as [`whole`] a field that may be `null` or missing: `null` becomes `Some(None)`.
pub(crate) fn present_whole<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    whole(deserializer).map(Some)
}

fn without_fractions(value: Value) -> Value {
    match value {
        Value::Number(number) => whole_number(&number).unwrap_or(Value::Number(number)),
        Value::Array(items) => items.into_iter().map(without_fractions).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, without_fractions(value))).collect()
        }
        other => other,
    }
}

/// The number as an integer, if it has a fraction of zero. Larger numbers are not exact.
fn whole_number(number: &Number) -> Option<Value> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let value =
        number.as_f64().filter(|value| number.is_f64() && value.fract() == 0.0 && value.abs() < EXACT)?;
    format!("{value:.0}").parse::<Number>().ok().map(Value::Number)
}

/// A value that was decoded as one alternative.
pub(crate) struct Attempt<T> {
    alternative: T,
    /// The number of fields that the alternative does not have.
    lost: usize,
}

/// A function that decodes a value as one alternative.
pub(crate) type Decode<T> = fn(&Value) -> Option<Attempt<T>>;

/// Decodes a value as an alternative. `listed` has the properties for which the document lists values.
pub(crate) fn attempt<B: DeserializeOwned + Serialize, T>(
    value: &Value,
    listed: &[(&str, &[&str])],
    wrap: impl FnOnce(B) -> T,
) -> Option<Attempt<T>> {
    let body = B::deserialize(value).ok()?;
    let kept = serde_json::to_value(&body).ok()?;
    let is_unlisted = |(property, values): &&(&str, &[&str])| {
        value.get(property).and_then(Value::as_str).is_some_and(|value| !values.contains(&value))
    };
    let lost = fields_lost(value, &kept) + listed.iter().filter(is_unlisted).count();
    Some(Attempt { alternative: wrap(body), lost })
}

/// The alternative that keeps most fields: the first one of several that keep equally many.
pub(crate) fn closest<T>(value: &Value, alternatives: &[Decode<T>]) -> Option<T> {
    let mut closest: Option<Attempt<T>> = None;
    for attempt in alternatives.iter().filter_map(|attempt| attempt(value)) {
        if attempt.lost == 0 {
            return Some(attempt.alternative);
        }
        if closest.as_ref().is_none_or(|closest| attempt.lost < closest.lost) {
            closest = Some(attempt);
        }
    }
    closest.map(|attempt| attempt.alternative)
}

/// The number of fields and items of `value` that `kept` does not have, or has with another value.
fn fields_lost(value: &Value, kept: &Value) -> usize {
    match (value, kept) {
        (Value::Object(value), Value::Object(kept)) => {
            value.iter().map(|(name, value)| kept.get(name).map_or(1, |kept| fields_lost(value, kept))).sum()
        }
        (Value::Array(value), Value::Array(kept)) => {
            let items = value.iter().zip(kept).map(|(value, kept)| fields_lost(value, kept));
            items.sum::<usize>() + value.len().saturating_sub(kept.len())
        }
        (Value::Number(value), Value::Number(kept)) => usize::from(value.as_f64() != kept.as_f64()),
        _ => usize::from(value != kept),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Deserialize, Serialize)]
    struct A {
        kind: String,
    }

    #[derive(Deserialize, Serialize)]
    struct B {
        kind: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        more: Option<u8>,
    }

    #[test]
    fn fields_are_lost_if_they_are_missing_or_differ() {
        for (value, kept, lost) in [
            (json!({ "a": 1, "b": [1, 2] }), json!({ "a": 1.0, "b": [1, 2] }), 0),
            (json!({ "a": 1, "b": null }), json!({ "a": 1 }), 1),
            (json!({ "a": { "b": 1, "c": 2 } }), json!({ "a": { "d": 1 } }), 2),
            (json!([1, 2, 3]), json!([1]), 2),
            (json!("a"), json!("b"), 1),
        ] {
            assert_eq!(fields_lost(&value, &kept), lost, "{value} {kept}");
        }
    }

    #[test]
    fn a_whole_number_may_have_a_fraction_of_zero() {
        let of = |value: &str| whole::<Vec<i64>, _>(&mut serde_json::Deserializer::from_str(value)).ok();
        assert_eq!(of("[10.0, 3, -2.0]"), Some(vec![10, 3, -2]));
        assert_eq!((of("[1.5]"), of("[1e300]")), (None, None));
    }

    #[test]
    fn the_alternative_that_keeps_most_fields_is_taken_and_the_first_of_equal_ones() {
        let a: fn(&Value) -> _ = |value| attempt::<A, _>(value, &[("kind", &["a"])], |_| 'a');
        let b: fn(&Value) -> _ = |value| attempt::<B, _>(value, &[("kind", &["b"])], |_| 'b');
        for (value, taken) in [
            (json!({ "kind": "a" }), Some('a')),
            (json!({ "kind": "b" }), Some('b')),
            (json!({ "kind": "c" }), Some('a')),
            (json!({ "kind": "a", "more": 1 }), Some('a')),
            (json!({ "kind": "c", "more": 1 }), Some('b')),
            (json!([]), None),
        ] {
            assert_eq!(closest(&value, &[a, b]), taken, "{value}");
        }
    }
}
