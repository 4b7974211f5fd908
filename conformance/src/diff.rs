//! What has changed between two documents, what it means to clients that exist already, and which
//! cases appear, change or go.
//!
//! An `operation` is matched by method and path, and its `message`s and `credential`s are compared
//! as they are read. Schemas (`schema`, `keyword`, `property`, `limit`) are compared once for all
//! operations that come to them, `prose` by sentences. What is stated and yet read by nobody is the
//! `rest`. Each finding is a row of the table in [`rule`].

use serde::Serialize;

use self::change::Changes;
use self::schema::Schemas;
use crate::document::{Document, Kind};
use crate::provider::{self, Provider};

pub mod case;
pub mod change;
mod credential;
mod keyword;
mod limit;
mod message;
mod operation;
mod property;
mod prose;
mod rest;
pub mod rule;
mod schema;

pub use case::Cases;
pub use change::Change;
pub use rule::Class;

/// The differences between two documents.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// The old document's name.
    pub old: String,
    /// The new document's name.
    pub new: String,
    /// Whether the texts are the same, letter for letter.
    pub same_text: bool,
    /// What has changed, the worst first.
    pub changes: Vec<Change>,
    /// What that does to the cases.
    pub cases: Cases,
}

/// The two documents.
#[derive(Clone, Copy, Debug)]
struct Sides<'a> {
    old: &'a Document,
    new: &'a Document,
}

impl Diff {
    /// Compares two documents of the same kind.
    ///
    /// # Errors
    ///
    /// One line when they are of different kinds: nothing in one stands for anything in the other.
    pub fn of(old: &Document, new: &Document, known: &[Provider]) -> Result<Self, String> {
        Ok(Self {
            old: old.name.to_string(),
            new: new.name.to_string(),
            same_text: old.text == new.text,
            changes: changes(old, new, known)?,
            cases: Cases::of(Sides { old, new }, known),
        })
    }

    /// Whether both documents state the same.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.cases.are_same()
    }

    /// How many changes there are of a class.
    pub fn count(&self, class: Class) -> usize {
        self.changes.iter().filter(|change| change.class == class).count()
    }
}

/// What has changed, the worst first, whatever that does to the cases.
///
/// # Errors
///
/// As for [`Diff::of`].
pub fn changes(old: &Document, new: &Document, known: &[Provider]) -> Result<Vec<Change>, String> {
    if old.kind != new.kind {
        return Err(format!(
            "{} is {} and {} is {}; compare two documents of one kind",
            old.name,
            kind(old),
            new.name,
            kind(new)
        ));
    }
    let sides = Sides { old, new };
    let mut changes = Changes::default();
    let mut schemas = Schemas::new(sides);
    operation::compare(sides, &mut changes, &mut schemas);
    schemas.finish(&mut changes);
    prose::compare(sides, &provider::of(old, known), &mut changes);
    rest::compare(sides, &mut changes);
    Ok(changes.sorted())
}

fn kind(document: &Document) -> &'static str {
    match document.kind {
        Kind::OpenApi => "OpenAPI",
        Kind::Rst => "reStructuredText",
    }
}
