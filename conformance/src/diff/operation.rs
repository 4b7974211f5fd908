//! Operations against each other: matched by method and path, whatever they are called.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Changes, brief, value};
use super::message;
use super::rule::{self, Direction};
use super::schema::{self, Schemas};
use super::{Sides, credential};
use crate::document::{Document, Example, Location, Operation, Parameter, Place, Server, shape};

/// An operation in both documents, and what is found out about it.
pub(super) struct Pair<'a, 'b> {
    pub(super) sides: Sides<'a>,
    pub(super) old: &'a Operation,
    pub(super) new: &'a Operation,
    /// Its id, as the one operation that is touched.
    pub(super) touched: BTreeSet<String>,
    pub(super) changes: &'b mut Changes,
    pub(super) schemas: &'b mut Schemas<'a>,
}

/// Everything that has changed about the documents' operations but their prose.
pub(super) fn compare<'a>(sides: Sides<'a>, changes: &mut Changes, schemas: &mut Schemas<'a>) {
    let old = by_key(sides.old);
    let new = by_key(sides.new);
    for (key, operation) in &old {
        match new.get(key) {
            Some(kept) => Pair {
                sides,
                old: operation,
                new: kept,
                touched: BTreeSet::from([kept.id.clone()]),
                changes,
                schemas,
            }
            .compare(),
            None => changes.add(
                &rule::OPERATION_REMOVED,
                &BTreeSet::from([operation.id.clone()]),
                format!("{} {} ({}) is gone", operation.method, operation.path, operation.id),
                Some(operation.location.clone()),
                None,
            ),
        }
    }
    for operation in new.iter().filter(|(key, _)| !old.contains_key(*key)).map(|(_, operation)| operation) {
        changes.add(
            &rule::OPERATION_ADDED,
            &BTreeSet::from([operation.id.clone()]),
            format!("{} {} ({}) is new", operation.method, operation.path, operation.id),
            None,
            Some(operation.location.clone()),
        );
    }
}

/// Operations by method and path. The names of the path's parameters do not matter, unless an earlier
/// operation differs in nothing else.
pub(super) fn by_key(document: &Document) -> BTreeMap<(&str, String), &Operation> {
    let mut found = BTreeMap::new();
    for operation in &document.operations {
        let key = key(operation);
        let taken = found.contains_key(&key);
        found.insert(if taken { (key.0, operation.path.clone()) } else { key }, operation);
    }
    found
}

fn key(operation: &Operation) -> (&str, String) {
    (&operation.method, shape(&operation.path))
}

impl<'a> Pair<'a, '_> {
    fn compare(&mut self) {
        self.id();
        self.servers();
        credential::compare(self);
        self.parameters();
        message::body(self);
        message::responses(self);
        let examples = |operation: &Operation| {
            let written = operation.examples.iter();
            written
                .map(|e| {
                    (
                        format!("{} {} {:?} {:?} {}", e.method, e.path, e.query, e.headers, e.body),
                        e.location.clone(),
                    )
                })
                .collect()
        };
        self.examples("example request", examples(self.old), examples(self.new));
    }

    pub(super) fn add(
        &mut self,
        rule: &'static rule::Rule,
        says: impl Into<String>,
        old: Option<Location>,
        new: Option<Location>,
    ) {
        self.changes.add(rule, &self.touched, says, old, new);
    }

    /// Places of both documents, by their pointers.
    pub(super) fn places(&self, old: &str, new: &str) -> (Option<Location>, Option<Location>) {
        (Some(self.sides.old.locate(old)), Some(self.sides.new.locate(new)))
    }

    fn id(&mut self) {
        if self.old.id != self.new.id {
            let at = |operation: &Operation| format!("{}/operationId", operation.location.pointer);
            let (old, new) = self.places(&at(self.old), &at(self.new));
            let says = format!("the operation {} is called {}", self.old.id, self.new.id);
            self.add(&rule::OPERATION_ID_CHANGED, says, old, new);
        }
    }

    fn servers(&mut self) {
        let Sides { old, new } = self.sides;
        let (old, new) = (old.servers_of(self.old), new.servers_of(self.new));
        let has = |servers: &[Server], url: &str| servers.iter().any(|server| server.url == url);
        for server in old.iter().filter(|server| !has(new, &server.url)) {
            let says = format!("the base URL {} is gone", server.url);
            self.add(&rule::SERVER_REMOVED, says, Some(server.location.clone()), None);
        }
        for server in new.iter().filter(|server| !has(old, &server.url)) {
            let says = format!("the base URL {} is new", server.url);
            self.add(&rule::SERVER_ADDED, says, None, Some(server.location.clone()));
        }
    }

    fn parameters(&mut self) {
        let find = |parameter: &Parameter, from: &Operation, among: &'a Operation| {
            let wanted = parameter_key(from, parameter);
            among.parameters.iter().find(|other| parameter_key(among, other) == wanted)
        };
        for old in &self.old.parameters {
            match find(old, self.old, self.new) {
                Some(new) => self.parameter(old, new),
                None => {
                    let says = format!("{} is gone", called(old));
                    self.add(&rule::REQUEST_PARAMETER_REMOVED, says, Some(old.location.clone()), None);
                }
            }
        }
        for new in &self.new.parameters {
            if find(new, self.new, self.old).is_none() {
                let (rule, what) = match new.required {
                    true => (&rule::REQUEST_PARAMETER_REQUIRED_ADDED, "required"),
                    false => (&rule::REQUEST_PARAMETER_OPTIONAL_ADDED, "optional"),
                };
                let says = format!("{} is new, and {what}", called(new));
                self.add(rule, says, None, Some(new.location.clone()));
            }
        }
    }

    fn parameter(&mut self, old: &'a Parameter, new: &'a Parameter) {
        if old.place == Place::Path && old.name != new.name {
            let (from, to) = self.places(&at(old, "name"), &at(new, "name"));
            let says = format!("{} is called {}", called(old), new.name);
            self.add(&rule::PATH_PARAMETER_RENAMED, says, from, to);
        }
        let written = |parameter: &Parameter| {
            let flags = [("explode", parameter.explode), ("allowReserved", parameter.allow_reserved)];
            let flags = flags.map(|(key, flag)| (key, flag.to_string()));
            std::iter::once(("style", parameter.style.clone())).chain(flags).collect::<Vec<_>>()
        };
        for ((key, was), (_, is)) in written(old).into_iter().zip(written(new)).filter(|(was, is)| was != is)
        {
            let (from, to) = self.places(&at(old, key), &at(new, key));
            let says = format!("{} is written otherwise, {key}: {was} -> {is}", called(old));
            self.add(&rule::REQUEST_PARAMETER_WRITTEN_OTHERWISE, says, from, to);
        }
        let rules = [&rule::REQUEST_PARAMETER_BECAME_REQUIRED, &rule::REQUEST_PARAMETER_BECAME_OPTIONAL];
        self.described(old, new, rules, Direction::Request);
    }

    /// What parameters and headers are described by alike.
    pub(super) fn described(
        &mut self,
        old: &'a Parameter,
        new: &'a Parameter,
        [required, optional]: [&'static rule::Rule; 2],
        direction: Direction,
    ) {
        let called = called(new);
        if old.required != new.required {
            let (rule, what) = if new.required { (required, "required") } else { (optional, "optional") };
            let (from, to) = self.places(&at(old, "required"), &at(new, "required"));
            self.add(rule, format!("{called} became {what}"), from, to);
        }
        self.description(&called, (&old.description, &old.location), (&new.description, &new.location));
        let schemas = (schema::Place::of(&old.schema), schema::Place::of(&new.schema));
        self.schemas.root(&self.new.id, &called, direction, schemas.0, schemas.1);
        self.examples(&called, examples(&old.examples), examples(&new.examples));
    }

    pub(super) fn description(&mut self, of: &str, old: (&str, &Location), new: (&str, &Location)) {
        if old.0.split_whitespace().ne(new.0.split_whitespace()) {
            let at = |place: &Location| format!("{}/description", place.pointer);
            let (from, to) = self.places(&at(old.1), &at(new.1));
            let says = format!("{of}, description: \"{}\" -> \"{}\"", brief(old.0), brief(new.0));
            self.add(&rule::DESCRIPTION_CHANGED, says, from, to);
        }
    }

    /// Examples, as texts with their places: those that have gone against those that are new.
    pub(super) fn examples(&mut self, of: &str, old: Vec<(String, Location)>, new: Vec<(String, Location)>) {
        let only = |some: &[(String, Location)], others: &[(String, Location)]| -> Vec<_> {
            let known = |text: &str| others.iter().any(|(other, _)| other == text);
            some.iter().filter(|(text, _)| !known(text)).cloned().collect()
        };
        let mut gone = only(&old, &new).into_iter();
        let mut fresh = only(&new, &old).into_iter();
        loop {
            let (old, new) = (gone.next(), fresh.next());
            let text = |example: &Option<(String, Location)>| {
                example.as_ref().map_or_else(|| "none".to_owned(), |(text, _)| brief(text))
            };
            if old.is_none() && new.is_none() {
                break;
            }
            let says = format!("{of}, example: {} -> {}", text(&old), text(&new));
            self.add(&rule::EXAMPLE_CHANGED, says, old.map(|(_, place)| place), new.map(|(_, place)| place));
        }
    }
}

pub(super) fn examples(examples: &[Example]) -> Vec<(String, Location)> {
    examples.iter().map(|example| (value(&example.value), example.location.clone())).collect()
}

/// What a parameter is on the wire: in a path its place in the template, else its name.
fn parameter_key(operation: &Operation, parameter: &Parameter) -> (Place, String) {
    let name = match parameter.place {
        Place::Path => {
            let before = operation.path.split(&format!("{{{}}}", parameter.name)).next().unwrap_or_default();
            before.matches('{').count().to_string()
        }
        Place::Header => parameter.name.to_ascii_lowercase(),
        Place::Query | Place::Cookie => parameter.name.clone(),
    };
    (parameter.place, name)
}

fn at(parameter: &Parameter, key: &str) -> String {
    format!("{}/{key}", parameter.location.pointer)
}

pub(super) fn called(parameter: &Parameter) -> String {
    let place = match parameter.place {
        Place::Path => "path parameter",
        Place::Query => "query parameter",
        Place::Header => "header",
        Place::Cookie => "cookie",
    };
    format!("{place} {}", parameter.name)
}
