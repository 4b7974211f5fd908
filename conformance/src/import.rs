//! Merges pages of a vendor into one document. The merge works on text, so that the vendor's formatting and comments stay.
//!
//! Each text is split into `piece`s: the top-level keys, each operation of each path, and each component. A piece of a page
//! replaces the piece of the document with the same key, or is inserted; the order of the document stays. Pages of one import
//! that contradict each other are refused.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::piece::Pieces;
use crate::document::{Document, OpenApiSource};

pub mod date;
mod leaf;
mod merge;
mod piece;
pub mod readme;

/// The result of an import.
#[derive(Debug)]
pub struct Import {
    /// The text of the document; unchanged where the pages state nothing different.
    pub text: String,
    /// Notes for the user about how the text was made.
    pub notes: Vec<String>,
}

impl Import {
    /// Merges OpenAPI pages into the document `into`, or makes a new document from them.
    ///
    /// # Errors
    ///
    /// One line, when two pages contradict each other, when a string cannot be split, or when the merged document cannot be read.
    pub fn of(into: &str, existing: Option<&OpenApiSource>, pages: &[OpenApiSource]) -> Result<Self, String> {
        refuse_contradictions(pages)?;
        let mut notes = descriptive_differences(pages);
        let text = match (existing, pages) {
            (None, [page]) if page.is_json() == is_json(into) => page.text.clone(),
            _ => merged(into, existing, pages, &mut notes)?,
        };
        Document::read(into, text.as_bytes())
            .map_err(|error| format!("the merged document cannot be read, nothing is written: {error}"))?;
        Ok(Self { text, notes })
    }
}

fn merged(
    into: &str,
    existing: Option<&OpenApiSource>,
    pages: &[OpenApiSource],
    notes: &mut Vec<String>,
) -> Result<String, String> {
    let mut whole = existing.map(Pieces::of).transpose()?;
    let mut rewritten: Vec<String> = whole.iter().filter_map(rewritten_name).collect();
    let mut taken: Vec<String> = Vec::new();
    for page in pages {
        let mut pieces = Pieces::of(page)?;
        rewritten.extend(rewritten_name(&pieces));
        pieces.remove_descriptive(&taken);
        taken.extend(pieces.keys());
        match &mut whole {
            Some(whole) => whole.merge(pieces)?,
            None => whole = Some(pieces),
        }
    }
    let text = whole.map(|whole| whole.text()).unwrap_or_default();
    let value = checked(into, &text, existing, pages)?;
    match existing {
        // The merge changed nothing, so the original text stays.
        Some(existing) if value == existing.value && !rewritten.is_empty() => {
            return Ok(existing.text.clone());
        }
        _ if is_json(into) => {
            let text = serde_json::to_string_pretty(&value).map_err(|error| error.to_string())?;
            return Ok(text + "\n");
        }
        _ => {}
    }
    notes.extend(rewritten.iter().map(|name| {
        format!("{name}: rewritten as YAML in block style, because only block style can be merged")
    }));
    Ok(text)
}

fn rewritten_name(pieces: &Pieces) -> Option<String> {
    pieces.is_rewritten.then(|| pieces.name.clone())
}

/// The value of the merged text. It must contain everything that the pages state, and what the old document states besides.
fn checked(
    into: &str,
    text: &str,
    existing: Option<&OpenApiSource>,
    pages: &[OpenApiSource],
) -> Result<Value, String> {
    let name = format!("{into} as merged");
    let refused = |error| format!("the merged text cannot be read, nothing is written: {error}");
    let value = OpenApiSource::read(&name, text.as_bytes()).map_err(refused)?.value;
    let mut known = BTreeSet::new();
    for source in pages.iter().chain(existing) {
        for (pointer, leaf) in leaf::leaves(&source.value) {
            if value.pointer(&pointer) != Some(leaf) && !known.contains(&pointer) {
                return Err(format!(
                    "{}: {pointer} cannot be split off as text; write it in block style, all keys with the same indentation",
                    source.locate(&pointer)
                ));
            }
            known.insert(pointer);
        }
    }
    Ok(value)
}

/// Notes about differences between pages that do not affect requests or responses.
fn descriptive_differences(pages: &[OpenApiSource]) -> Vec<String> {
    let differ = |(later, pointer, earlier): &(&OpenApiSource, String, &OpenApiSource)| {
        !leaf::must_agree(pointer) && later.value.pointer(pointer) != earlier.value.pointer(pointer)
    };
    let says = |(later, pointer, earlier): (&OpenApiSource, String, &OpenApiSource)| {
        let (later, earlier) = (later.locate(&pointer), earlier.locate(&pointer));
        format!("{later}: {pointer} differs from {earlier}, whose value is used")
    };
    shared(pages).into_iter().filter(differ).map(says).collect()
}

/// Refuses pages that contradict each other.
fn refuse_contradictions(pages: &[OpenApiSource]) -> Result<(), String> {
    for (later, pointer, earlier) in shared(pages) {
        if leaf::must_agree(&pointer) && later.value.pointer(&pointer) != earlier.value.pointer(&pointer) {
            return Err(format!(
                "{} and {} contradict each other about {pointer}; nothing is imported: omit the page that is out of date",
                earlier.locate(&pointer),
                later.locate(&pointer),
            ));
        }
    }
    Ok(())
}

/// The parts that a page has in common with an earlier one, each with the first page that states it.
fn shared(pages: &[OpenApiSource]) -> Vec<(&OpenApiSource, String, &OpenApiSource)> {
    let mut first: BTreeMap<String, &OpenApiSource> = BTreeMap::new();
    let mut found = Vec::new();
    for page in pages {
        for (pointer, _) in leaf::leaves(&page.value) {
            match first.get(&pointer) {
                Some(earlier) => found.push((page, pointer, *earlier)),
                None => drop(first.insert(pointer, page)),
            }
        }
    }
    found
}

fn is_json(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_differs_only_in_parameter_names_is_refused() {
        let read = |path: &str| {
            let text = format!("openapi: 3.0.0\npaths:\n  {path}:\n    get:\n      operationId: one\n");
            Document::read("page.yaml", text.as_bytes()).unwrap()
        };
        let (old, new) = (read("/jobs/{id}"), read("/jobs/{jobId}"));
        let (old, new) = (old.openapi_source().unwrap(), new.openapi_source().unwrap());
        let line = Import::of("whole.yaml", Some(&old), &[new]).unwrap_err();
        assert!(
            line.starts_with("page.yaml: the path /jobs/{jobId} is the same as /jobs/{id} of the document"),
            "{line}"
        );
    }
}
