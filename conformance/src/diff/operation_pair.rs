//! An operation in both versions of a document, and how its changes are recorded.

use std::collections::BTreeSet;

use super::change::Changes;
use super::compared::ComparedPlace;
use super::rule::{self, ChangeRule, Direction};
use super::schema::Schemas;
use super::versions::Versions;
use super::view::SchemaView;
use super::wording::Wording;
use crate::document::{Example, Location, Operation, Parameter, ParameterLocation};
use crate::wire::value::canonical_json;

/// An operation that both documents have, and the changes found so far.
pub(super) struct OperationPair<'a, 'b> {
    pub(super) versions: Versions<'a>,
    pub(super) old: &'a Operation,
    pub(super) new: &'a Operation,
    /// The id of the operation, as the only element.
    pub(super) operations: BTreeSet<String>,
    pub(super) changes: &'b mut Changes,
    pub(super) schemas: &'b mut Schemas<'a>,
}

impl<'a> OperationPair<'a, '_> {
    pub(super) fn add(
        &mut self,
        rule: &'static ChangeRule,
        says: impl Into<Wording>,
        old: Option<Location>,
        new: Option<Location>,
    ) {
        self.changes.add(rule, &self.operations, says, old, new);
    }

    /// The places in both documents, by their pointers.
    pub(super) fn places(&self, old: &str, new: &str) -> (Option<Location>, Option<Location>) {
        (Some(self.versions.old.locate(old)), Some(self.versions.new.locate(new)))
    }

    /// Compares what parameters and headers have in common.
    pub(super) fn value(
        &mut self,
        old: &'a Parameter,
        new: &'a Parameter,
        [required, optional]: [&'static ChangeRule; 2],
        direction: Direction,
    ) {
        let name = named(new);
        self.covers(&old.location, &new.location, ComparedPlace::Parameter);
        if old.required != new.required {
            let (rule, what) = if new.required { (required, "required") } else { (optional, "optional") };
            let (from, to) = self.places(&at(old, "required"), &at(new, "required"));
            self.add(rule, format!("{name}: became {what}"), from, to);
        }
        self.description(&name, (&old.description, &old.location), (&new.description, &new.location));
        let schemas = (SchemaView::of(&old.schema), SchemaView::of(&new.schema));
        self.schemas.root(&self.new.id, &name, direction, schemas.0, schemas.1);
        self.examples(&name, examples(&old.examples), examples(&new.examples));
    }

    /// Records that a place of the same pointer in both documents is compared.
    pub(super) fn covers(&mut self, old: &Location, new: &Location, place: ComparedPlace) {
        if old.pointer == new.pointer {
            self.schemas.compared.add(&new.pointer, place);
        }
    }

    pub(super) fn description(&mut self, name: &str, old: (&str, &Location), new: (&str, &Location)) {
        if old.0.split_whitespace().ne(new.0.split_whitespace()) {
            let at = |place: &Location| format!("{}/description", place.pointer);
            let (from, to) = self.places(&at(old.1), &at(new.1));
            let says = Wording::between_texts(old.0, new.0).after(format_args!("{name}, description: "));
            self.add(&rule::DESCRIPTION_CHANGED, says, from, to);
        }
    }

    /// Compares examples, given as text with their places. Pairs those that only the old document has with those that only
    /// the new document has.
    pub(super) fn examples(
        &mut self,
        name: &str,
        old: Vec<(String, Location)>,
        new: Vec<(String, Location)>,
    ) {
        let only = |some: &[(String, Location)], others: &[(String, Location)]| -> Vec<_> {
            let known = |text: &str| others.iter().any(|(other, _)| other == text);
            some.iter().filter(|(text, _)| !known(text)).cloned().collect()
        };
        let (mut removed, mut added) = (only(&old, &new).into_iter(), only(&new, &old).into_iter());
        loop {
            let (old, new) = (removed.next(), added.next());
            if old.is_none() && new.is_none() {
                break;
            }
            let text = |example: &Option<(String, Location)>| {
                example.as_ref().map_or_else(|| "none".to_owned(), |(text, _)| text.clone())
            };
            let says = Wording::between(&text(&old), &text(&new)).after(format_args!("{name}, example: "));
            self.add(&rule::EXAMPLE_CHANGED, says, old.map(|(_, place)| place), new.map(|(_, place)| place));
        }
    }
}

pub(super) fn examples(examples: &[Example]) -> Vec<(String, Location)> {
    examples.iter().map(|example| (canonical_json(&example.value), example.location.clone())).collect()
}

/// The pointer to a key of a parameter.
pub(super) fn at(parameter: &Parameter, key: &str) -> String {
    format!("{}/{key}", parameter.location.pointer)
}

/// A parameter or header as changes name it.
pub(super) fn named(parameter: &Parameter) -> String {
    let place = match parameter.sent_in {
        ParameterLocation::Path => "path parameter",
        ParameterLocation::Query => "query parameter",
        ParameterLocation::Header => "header",
        ParameterLocation::Cookie => "cookie",
    };
    format!("{place} {}", parameter.name)
}
