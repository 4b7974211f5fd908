//! The cases that a change of a document adds, changes or removes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::prose::quoted_rules;
use super::versions::Versions;
use crate::document::{Document, hash};
use crate::plan::case::Case;
use crate::plan::outline::Outline;
use crate::plan::source::PlanError;
use crate::provider::{self, Provider};
use crate::wire::value::canonical_json;

/// The differences between the cases of two documents. Cases are matched by id.
#[derive(Debug, Default, Serialize)]
pub struct Cases {
    /// The ids of the cases that only the new document has.
    pub appear: Vec<String>,
    /// The cases that both documents have and that differ.
    pub change: Vec<Changed>,
    /// The ids of the cases that only the old document has.
    pub go: Vec<String>,
    /// Why one of the documents has no plan. The cases are then not compared.
    pub unplanned: Option<String>,
}

/// A case that differs between the documents.
#[derive(Debug, Serialize)]
pub struct Changed {
    /// The id.
    pub id: String,
    /// The fields that differ: `params`, `request`, `serve`, `outcome` and so on.
    pub differs: Vec<String>,
}

/// The hash of each field of each case, by the id of the case and the name of the field. The fields of all cases of a large document need
/// much memory.
type CaseFields = BTreeMap<String, BTreeMap<String, u64>>;

impl Cases {
    /// Whether both documents have the same cases.
    pub fn are_same(&self) -> bool {
        self.appear.is_empty() && self.change.is_empty() && self.go.is_empty() && self.unplanned.is_none()
    }

    pub(super) fn of(versions: Versions<'_>, known: &[Provider]) -> Self {
        let Versions { old, new } = versions;
        let known = with_rules_of(old, known);
        let name = common_name(old, new, &known);
        match (cases(old, &old.name, &known), cases(new, name, &known)) {
            (Ok(mut old), Ok(mut new)) => {
                if !versions.have_the_same_layout() {
                    // The id of a fact is its place.
                    [&mut old, &mut new].into_iter().for_each(remove_facts);
                }
                Self::between(&old, &new)
            }
            (_, Err(why)) | (Err(why), _) => Self { unplanned: Some(why), ..Self::default() },
        }
    }

    fn between(old: &CaseFields, new: &CaseFields) -> Self {
        let only = |some: &CaseFields, others: &CaseFields| -> Vec<String> {
            some.keys().filter(|id| !others.contains_key(*id)).cloned().collect()
        };
        let both = new.iter().filter_map(|(id, is)| Some((id, old.get(id)?, is)));
        let changed = both
            .filter(|(_, was, is)| was != is)
            .map(|(id, was, is)| Changed { id: id.clone(), differs: differing(was, is) });
        Self { appear: only(new, old), change: changed.collect(), go: only(old, new), unplanned: None }
    }
}

fn remove_facts(cases: &mut CaseFields) {
    for fields in cases.values_mut() {
        fields.remove("facts");
    }
}

fn differing(was: &BTreeMap<String, u64>, is: &BTreeMap<String, u64>) -> Vec<String> {
    let mut names: Vec<_> =
        was.keys().chain(is.keys()).filter(|name| was.get(*name) != is.get(*name)).collect();
    names.sort();
    names.dedup();
    names.into_iter().cloned().collect()
}

/// The providers, each with only the rules that quote this document. The other rules quote documents that are not compared.
fn with_rules_of(document: &Document, known: &[Provider]) -> Vec<Provider> {
    let reduced = |provider: &Provider| {
        let mut reduced = provider.clone();
        reduced.rules = quoted_rules(document, provider).into_iter().cloned().collect();
        reduced
    };
    known.iter().map(reduced).collect()
}

/// The name under which the new document is planned. Ids of facts contain the name of the document, and so do ids of cases
/// of an unknown provider. The ids of both documents match only under the same name, the old one. A document of an unknown
/// provider keeps its own name when the other provider is known: the two have no case in common.
fn common_name<'a>(old: &'a Document, new: &'a Document, known: &[Provider]) -> &'a Arc<str> {
    let is_known = |document| {
        let provider = provider::of(document, known);
        known.iter().any(|known| known.name == provider.name)
    };
    if is_known(old) == is_known(new) { &old.name } else { &new.name }
}

/// The cases of a document, planned under the given name.
fn cases(document: &Document, name: &Arc<str>, known: &[Provider]) -> Result<CaseFields, String> {
    let mut renamed = document.clone();
    renamed.name.clone_from(name);
    let fields = |document: Document| -> Result<CaseFields, PlanError> {
        Outline::of(vec![document], known)?.each(fields_of).collect()
    };
    // An error must show the document's own name.
    fields(renamed).or_else(|_| fields(document.clone())).map_err(|error| error.to_string())
}

/// The id of a case, and its fields that a document can change.
fn fields_of(mut case: Case) -> (String, BTreeMap<String, u64>) {
    let id = std::mem::take(&mut case.id);
    let mut fields = match serde_json::to_value(&case) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    fields.retain(|key, _| !["id", "provider", "location"].contains(&key.as_str()));
    (id, fields.into_iter().map(|(name, field)| (name, hash(&canonical_json(&field)))).collect())
}
