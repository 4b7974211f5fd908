//! Which cases a change makes appear, change or go.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::Sides;
use super::prose::resting_on;
use crate::document::Document;
use crate::plan::Plan;
use crate::provider::{self, Provider};

/// The cases of both plans against each other, by id.
#[derive(Debug, Default, Serialize)]
pub struct Cases {
    /// Cases of the new document alone.
    pub appear: Vec<String>,
    /// Cases of both that are not the same.
    pub change: Vec<Changed>,
    /// Cases of the old document alone.
    pub go: Vec<String>,
    /// Why there is no plan of one of the documents, and so nothing above.
    pub unplanned: Option<String>,
}

/// A case that has changed.
#[derive(Debug, Serialize)]
pub struct Changed {
    /// Its id.
    pub id: String,
    /// What differs: `params`, `request`, `serve`, `outcome`, ...
    pub differs: Vec<String>,
}

/// A plan's cases by id, each by its parts.
type Parts = BTreeMap<String, BTreeMap<String, Value>>;

impl Cases {
    /// Whether nothing is to be done about the cases.
    pub fn are_same(&self) -> bool {
        self.appear.is_empty() && self.change.is_empty() && self.go.is_empty() && self.unplanned.is_none()
    }

    pub(super) fn of(sides: Sides<'_>, known: &[Provider]) -> Self {
        let known = held_to(sides.old, known);
        match (parts(sides.old, sides.old, &known), parts(sides.new, sides.old, &known)) {
            (Ok(old), Ok(new)) => Self::between(&old, &new),
            (_, Err(why)) | (Err(why), _) => Self { unplanned: Some(why), ..Self::default() },
        }
    }

    fn between(old: &Parts, new: &Parts) -> Self {
        let only = |some: &Parts, others: &Parts| -> Vec<String> {
            some.keys().filter(|id| !others.contains_key(*id)).cloned().collect()
        };
        let both = new.iter().filter_map(|(id, is)| Some((id, old.get(id)?, is)));
        let changed = both
            .filter(|(_, was, is)| was != is)
            .map(|(id, was, is)| Changed { id: id.clone(), differs: differing(was, is) });
        Self { appear: only(new, old), change: changed.collect(), go: only(old, new), unplanned: None }
    }
}

fn differing(was: &BTreeMap<String, Value>, is: &BTreeMap<String, Value>) -> Vec<String> {
    let mut names: Vec<_> =
        was.keys().chain(is.keys()).filter(|name| was.get(*name) != is.get(*name)).collect();
    names.sort();
    names.dedup();
    names.into_iter().cloned().collect()
}

/// The providers, with those of their rules that rest on this document: the others rest on documents
/// that are not compared.
fn held_to(document: &Document, known: &[Provider]) -> Vec<Provider> {
    let held = |provider: &Provider| Provider {
        rules: resting_on(document, provider).into_iter().cloned().collect(),
        ..provider.clone()
    };
    known.iter().map(held).collect()
}

/// The cases of a document, as they would be if it had the other one's name.
fn parts(document: &Document, named: &Document, known: &[Provider]) -> Result<Parts, String> {
    let own = provider::of(document, known).name;
    let name = provider::of(named, known).name;
    let is_stranger = |name: &str| known.iter().all(|provider| provider.name != name);
    // Only who belongs to nobody is called after its file.
    let renamed = (is_stranger(&own) && is_stranger(&name)).then_some((own, name));
    let plan = Plan::of(vec![document.clone()], known).map_err(|error| error.to_string())?;
    let mut parts = Parts::new();
    for case in &plan.cases {
        let Ok(Value::Object(mut fields)) = serde_json::to_value(case) else { continue };
        fields.retain(|key, _| !["id", "provider", "location"].contains(&key.as_str()));
        let prefix = format!("{}#", document.name);
        if let Some(Value::Array(facts)) = fields.get_mut("facts") {
            for fact in facts {
                *fact = fact.as_str().map(|id| id.strip_prefix(&prefix).unwrap_or(id)).into();
            }
        }
        parts.insert(id(&case.id, renamed.as_ref()), fields.into_iter().collect());
    }
    Ok(parts)
}

fn id(id: &str, renamed: Option<&(String, String)>) -> String {
    let other = renamed.and_then(|(own, name)| Some(format!("{name}{}", id.strip_prefix(own.as_str())?)));
    other.unwrap_or_else(|| id.to_owned())
}
