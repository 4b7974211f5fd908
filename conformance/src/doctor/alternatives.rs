//! Alternatives of which a value of one can be taken for another.

use serde_json::Value;

use super::defect::{Defect, shown};
use crate::document::schema::{sample, walk};
use crate::document::{Document, Schema};

/// The most alternatives that are compared with each other.
const MAX_ALTERNATIVES: usize = 16;

/// The first value of one alternative of a schema that another alternative allows as well. Where a `discriminator` names the
/// alternative, nobody takes one for another.
pub(super) fn confusable(document: &Document, schema: &Value, pointer: &str) -> Option<Defect> {
    let keyword = ["oneOf", "anyOf"].into_iter().find(|keyword| schema.get(*keyword).is_some())?;
    if schema.get("discriminator").is_some() {
        return None;
    }
    let listed = schema.get(keyword)?.as_array()?;
    let at = |index: usize| format!("{pointer}/{keyword}/{index}");
    let alternatives: Vec<Schema> = listed
        .iter()
        .take(MAX_ALTERNATIVES)
        .enumerate()
        .map(|(index, value)| Schema { value: value.clone(), pointer: at(index) })
        .collect();
    for (index, one) in alternatives.iter().enumerate() {
        let others = alternatives.iter().enumerate().filter(|(other, _)| *other != index);
        let others: Vec<_> =
            others.filter(|(_, other)| keyword == "oneOf" || both_objects(document, one, other)).collect();
        for value in values(document, one) {
            let taken = others.iter().find(|(_, other)| document.allows(other, &value));
            if let Some((other, _)) = taken {
                return Some(Defect {
                    check: "alternatives-alike",
                    location: document.locate(&at(index)),
                    says: format!(
                        "the value {} of the alternative {} of {keyword} is one of the alternative {} as well",
                        shown(&value),
                        index + 1,
                        other + 1
                    ),
                    matters: match keyword {
                        "oneOf" => {
                            "oneOf allows only a value of exactly one alternative, so the value is not valid"
                        }
                        _ => {
                            "a client that tries one alternative after the other decodes the wrong one and can lose fields"
                        }
                    },
                });
            }
        }
    }
    None
}

/// Values of an alternative: one with all properties, one with the required ones only.
fn values(document: &Document, schema: &Schema) -> Vec<Value> {
    let full = sample::value(document, schema);
    let small = sample::unchecked(document, &schema.value, 1);
    full.into_iter().chain(small).filter(|value| document.allows(schema, value)).collect()
}

fn both_objects(document: &Document, one: &Schema, other: &Schema) -> bool {
    [one, other].into_iter().all(|schema| {
        let objects = walk::objects(document, &schema.value, &schema.pointer);
        objects.iter().any(|(object, _)| walk::properties(object).next().is_some())
    })
}
