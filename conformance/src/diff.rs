//! Compares two versions of a document: what changed, what each change means for existing clients, and which cases are added,
//! changed or removed.
//!
//! `operation` matches operations by method and path. `parameter`, `message` and `credential` compare what an operation
//! states itself. `schema` compares each pair of schemas once, for all operations that use it. `keyword`, `property` and
//! `subschema` compare the parts of a schema. `view` hides what two versions of OpenAPI only write differently. `prose` compares
//! sentences. `unread` finds differences in what no reader of the suite reads. Each change belongs to one row of the table in [`rule`].

use serde::Serialize;

use self::change::Changes;
use self::schema::Schemas;
use self::versions::Versions;
use crate::document::{Document, Kind};
use crate::provider::{self, Provider};

pub mod case;
pub mod change;
mod compared;
mod comparison;
mod constraint;
mod credential;
mod keyword;
mod message;
mod operation;
mod operation_pair;
mod parameter;
mod property;
mod prose;
pub mod rule;
mod schema;
mod subschema;
mod unread;
mod versions;
mod view;
mod wording;

pub use case::Cases;
pub use change::Change;
pub use rule::Class;

/// The differences between two documents.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// The name of the old document.
    pub old: String,
    /// The name of the new document.
    pub new: String,
    /// Whether the texts of the documents and of the files that they refer to are identical.
    pub same_text: bool,
    /// The changes, the most severe first.
    pub changes: Vec<Change>,
    /// The effect on the cases.
    pub cases: Cases,
}

impl Diff {
    /// Compares two documents of the same kind.
    ///
    /// # Errors
    ///
    /// One line, when the documents are of different kinds.
    pub fn of(old: &Document, new: &Document, known: &[Provider]) -> Result<Self, String> {
        refuse_other_kind(old, new)?;
        let same_text = texts(old).eq(texts(new));
        let (changes, cases) = match same_text {
            true => (Vec::new(), Cases::default()),
            false => (changes(old, new, known)?, Cases::of(Versions { old, new }, known)),
        };
        Ok(Self { old: old.name.to_string(), new: new.name.to_string(), same_text, changes, cases })
    }

    /// Whether both documents describe the same API and have the same cases.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.cases.are_same()
    }

    /// The number of changes of a class.
    pub fn count(&self, class: Class) -> usize {
        self.changes.iter().filter(|change| change.class == class).count()
    }
}

/// The changes between two documents, the most severe first, without the effect on the cases.
///
/// # Errors
///
/// As for [`Diff::of`].
pub fn changes(old: &Document, new: &Document, known: &[Provider]) -> Result<Vec<Change>, String> {
    refuse_other_kind(old, new)?;
    let versions = Versions { old, new };
    let mut changes = Changes::default();
    let mut schemas = Schemas::new(versions);
    operation::compare(versions, &mut changes, &mut schemas);
    let compared = schemas.finish(&mut changes);
    prose::compare(versions, &provider::of(old, known), &mut changes);
    unread::compare(versions, &compared, &mut changes);
    Ok(changes.sorted())
}

/// A page of another kind has other facts. OpenAPI and Swagger can describe the same API.
fn refuse_other_kind(old: &Document, new: &Document) -> Result<(), String> {
    if (old.kind == Kind::Rst) == (new.kind == Kind::Rst) {
        return Ok(());
    }
    let is = |document: &Document| format!("{} is {}", document.name, kind(document));
    Err(format!("{} and {}; compare two documents of the same kind", is(old), is(new)))
}

/// The texts of a document and of the files that it refers to.
fn texts(document: &Document) -> impl Iterator<Item = &str> {
    std::iter::once(&*document.text).chain(document.files.values().map(|file| &*file.text))
}

fn kind(document: &Document) -> &'static str {
    match document.kind {
        Kind::OpenApi => "OpenAPI",
        Kind::Swagger => "Swagger",
        Kind::Rst => "reStructuredText",
    }
}
