//! Two versions of one schema, and the changes found between them.

use serde_json::Value;

use super::rule::{self, ChangeRule, Direction};
use super::versions::Versions;
use super::view::SchemaView;
use super::wording::Wording;

/// Both versions of a schema, used in one direction.
#[derive(Clone, Debug)]
pub(super) struct SchemaPair<'a> {
    /// The schema as changes name it.
    pub(super) name: String,
    /// The place that uses the schema, as changes name it.
    pub(super) user: String,
    pub(super) direction: Direction,
    pub(super) old: SchemaView<'a>,
    pub(super) new: SchemaView<'a>,
}

/// One change of a schema, with the pointers to the places that state it.
#[derive(Debug)]
pub(super) struct SchemaChange {
    pub(super) rule: &'static ChangeRule,
    pub(super) says: Wording,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
}

/// The comparison of one pair of schemas.
pub(super) struct Comparison<'a> {
    pub(super) versions: Versions<'a>,
    pub(super) pair: SchemaPair<'a>,
    pub(super) changes: Vec<SchemaChange>,
    /// The pairs of subschemas, which are compared later.
    pub(super) subschemas: Vec<SchemaPair<'a>>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(versions: Versions<'a>, pair: SchemaPair<'a>) -> Self {
        Self { versions, pair, changes: Vec::new(), subschemas: Vec::new() }
    }

    /// The rule for the direction of this pair.
    pub(super) fn by(
        &self,
        request: &'static ChangeRule,
        response: &'static ChangeRule,
    ) -> &'static ChangeRule {
        self.pair.direction.of(request, response)
    }

    /// The values of a keyword in both schemas.
    pub(super) fn both(&self, keyword: &str) -> (Option<&'a Value>, Option<&'a Value>) {
        (self.pair.old.value.get(keyword), self.pair.new.value.get(keyword))
    }

    /// Adds a change of a keyword that at least one of the schemas has.
    pub(super) fn keyword_changed(
        &mut self,
        rule: &'static ChangeRule,
        keyword: &str,
        says: impl Into<Wording>,
    ) {
        let at = |schema: &SchemaView<'_>| Some(format!("{}/{keyword}", schema.pointer));
        let (old, new) = (at(&self.pair.old), at(&self.pair.new));
        let says = says.into().after(format_args!("{}, {keyword}: ", self.pair.name));
        self.changes.push(SchemaChange { rule, says, old, new });
    }

    /// Adds a change of a keyword that excludes more values than before, or fewer.
    pub(super) fn constraint_changed(&mut self, is_stricter: bool, keyword: &str, says: impl Into<Wording>) {
        let rule = match is_stricter {
            true => self.by(&rule::REQUEST_CONSTRAINT_STRICTER, &rule::RESPONSE_CONSTRAINT_STRICTER),
            false => self.by(&rule::REQUEST_CONSTRAINT_LOOSER, &rule::RESPONSE_CONSTRAINT_LOOSER),
        };
        self.keyword_changed(rule, keyword, says);
    }

    /// Adds a pair of subschemas. The suffix makes its name from the name of this pair.
    pub(super) fn push(&mut self, suffix: &str, old: SchemaView<'a>, new: SchemaView<'a>) {
        self.push_in(self.pair.direction, suffix, old, new);
    }

    /// The same for another direction.
    pub(super) fn push_in(
        &mut self,
        direction: Direction,
        suffix: &str,
        old: SchemaView<'a>,
        new: SchemaView<'a>,
    ) {
        let name = format!("{}{suffix}", self.pair.name);
        self.subschemas.push(SchemaPair { user: name.clone(), name, direction, old, new });
    }
}
