//! Vendor pages into one document, as text: nothing a vendor wrote is written anew where it need not be.
//!
//! Each text is cut into `piece`s: the keys at the top, each operation of each path, each component.
//! A piece of a page replaces the document's piece of the same name or is laid in beside the others, the
//! document's own order kept. Pages of one import that contradict each other are refused.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::piece::Pieces;
use crate::document::{Block, Document};

pub mod date;
mod leaf;
mod merge;
mod piece;
pub mod readme;

/// A document with pages merged into it.
#[derive(Debug)]
pub struct Import {
    /// The whole text; the old one, letter for letter, where the pages state nothing else.
    pub text: String,
    /// What somebody should know about how it came to be.
    pub notes: Vec<String>,
}

impl Import {
    /// Merges OpenAPI pages into the document called `into`, or makes it of them where there is none.
    ///
    /// # Errors
    ///
    /// One line: two pages that contradict each other, by name and with both places; a text that
    /// cannot be cut; or a merged document that cannot be read.
    pub fn of(into: &str, existing: Option<&Block>, pages: &[Block]) -> Result<Self, String> {
        refuse_contradictions(pages)?;
        let mut notes = free_differences(pages);
        let text = match (existing, pages) {
            (None, [page]) if page.is_json() == is_json(into) => page.text.clone(),
            _ => merged(into, existing, pages, &mut notes)?,
        };
        Document::read(into, text.as_bytes())
            .map_err(|error| format!("what these pages make cannot be read: {error}"))?;
        Ok(Self { text, notes })
    }
}

fn merged(
    into: &str,
    existing: Option<&Block>,
    pages: &[Block],
    notes: &mut Vec<String>,
) -> Result<String, String> {
    let mut whole = existing.map(Pieces::of).transpose()?;
    let mut rewritten: Vec<String> = named_if_rewritten(whole.as_ref());
    let mut taken: Vec<String> = Vec::new();
    for page in pages {
        let mut pieces = Pieces::of(page)?;
        rewritten.extend(named_if_rewritten(Some(&pieces)));
        pieces.leave_out(&taken);
        taken.extend(pieces.keys());
        match &mut whole {
            Some(whole) => whole.merge(pieces)?,
            None => whole = Some(pieces),
        }
    }
    let text = whole.map(|whole| whole.text()).unwrap_or_default();
    let value = checked(into, &text, existing, pages)?;
    match existing {
        // What had to be rewritten to be merged stays as it was if nothing came of it.
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
        format!("{name}: rewritten as YAML in block style, since text of its kind cannot be merged as it is")
    }));
    Ok(text)
}

fn named_if_rewritten(pieces: Option<&Pieces>) -> Vec<String> {
    pieces.iter().filter(|pieces| pieces.is_rewritten).map(|pieces| pieces.name.clone()).collect()
}

/// The merged text's value. It must state what the pages state and, besides, what the old document did.
fn checked(into: &str, text: &str, existing: Option<&Block>, pages: &[Block]) -> Result<Value, String> {
    let name = format!("{into} as merged");
    let refused = |error| format!("these pages cannot be merged as text, nothing is written: {error}");
    let value = Block::read(&name, text.as_bytes()).map_err(refused)?.value;
    let mut known = BTreeSet::new();
    for block in pages.iter().chain(existing) {
        for (pointer, leaf) in leaf::leaves(&block.value) {
            if value.pointer(&pointer) != Some(leaf) && !known.contains(&pointer) {
                return Err(format!(
                    "{}: {pointer} cannot be cut out as text; write it in block style, all keys at one indentation",
                    block.locate(&pointer)
                ));
            }
            known.insert(pointer);
        }
    }
    Ok(value)
}

/// Where pages differ in what says nothing about a call.
fn free_differences(pages: &[Block]) -> Vec<String> {
    let differ = |(later, pointer, earlier): &(&Block, String, &Block)| {
        !leaf::is_binding(pointer) && later.value.pointer(pointer) != earlier.value.pointer(pointer)
    };
    let says = |(later, pointer, earlier): (&Block, String, &Block)| {
        let (later, earlier) = (later.locate(&pointer), earlier.locate(&pointer));
        format!("{later}: {pointer} is not as at {earlier}, which is taken")
    };
    shared(pages).into_iter().filter(differ).map(says).collect()
}

/// Refuses pages of which no two can hold at once.
fn refuse_contradictions(pages: &[Block]) -> Result<(), String> {
    for (later, pointer, earlier) in shared(pages) {
        if leaf::is_binding(&pointer) && later.value.pointer(&pointer) != earlier.value.pointer(&pointer) {
            return Err(format!(
                "{} and {} contradict each other about {pointer}; nothing is imported: leave out the page that is out of date",
                earlier.locate(&pointer),
                later.locate(&pointer),
            ));
        }
    }
    Ok(())
}

/// What a page states that an earlier one states too, each with the first that does.
fn shared(pages: &[Block]) -> Vec<(&Block, String, &Block)> {
    let mut first: BTreeMap<String, &Block> = BTreeMap::new();
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
    fn a_path_whose_parameters_have_other_names_is_refused() {
        let read = |path: &str| {
            let text = format!("openapi: 3.0.0\npaths:\n  {path}:\n    get:\n      operationId: one\n");
            Document::read("page.yaml", text.as_bytes()).unwrap()
        };
        let (old, new) = (read("/jobs/{id}"), read("/jobs/{jobId}"));
        let (old, new) = (old.block().unwrap(), new.block().unwrap());
        let line = Import::of("whole.yaml", Some(&old), &[new]).unwrap_err();
        assert!(
            line.starts_with("page.yaml: the path /jobs/{jobId} is /jobs/{id} of the document"),
            "{line}"
        );
    }
}
