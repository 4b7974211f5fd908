//! Merges the pieces of a page into those of a document. A piece that both have is replaced in its place. A new piece is
//! inserted before the first key that sorts after it. The order of the document stays, so a second merge changes nothing.

use super::leaf::{is_split, must_agree};
use super::piece::{Piece, Pieces};
use crate::document::pointer::escape;
use crate::document::shape;

/// The order of the top-level keys. Others follow, by name.
const TOP_LEVEL: [&str; 8] =
    ["openapi", "info", "servers", "security", "tags", "externalDocs", "paths", "components"];

impl Pieces {
    /// Merges the pieces of a page into these.
    pub(super) fn merge(&mut self, page: Self) -> Result<(), String> {
        merge(&mut self.parts, page.parts, "", &page.name)
    }

    /// Removes the descriptive keys that come from an earlier page.
    pub(super) fn remove_descriptive(&mut self, taken: &[String]) {
        self.parts.retain(|part| !taken.contains(&part.key) || must_agree(&format!("/{}", part.key)));
    }
}

fn merge(parts: &mut Vec<Piece>, new: Vec<Piece>, pointer: &str, page: &str) -> Result<(), String> {
    for piece in new {
        let at = format!("{pointer}/{}", escape(&piece.key));
        let indent = parts.first().map_or(piece.indent, |first| first.indent);
        match parts.iter_mut().find(|part| part.key == piece.key) {
            Some(part) => replace(part, piece, &at, page)?,
            None => {
                if pointer == "/paths" {
                    refuse_same_path(parts, &piece.key, page)?;
                }
                let place = place(parts, &piece.key, pointer);
                parts.insert(place, piece.indented(indent));
            }
        }
    }
    Ok(())
}

/// Replaces the older piece by the newer. Pieces that are split are merged part by part.
fn replace(old: &mut Piece, new: Piece, at: &str, page: &str) -> Result<(), String> {
    match (old.parts.is_empty(), new.parts.is_empty()) {
        (false, false) => merge(&mut old.parts, new.parts, at, page),
        // The new mapping is empty, so there is nothing to merge.
        _ if new.is_empty && is_split(at) => Ok(()),
        (true, _) if !is_split(at) || old.is_empty => {
            let blank = old.head.len() - old.head.trim_end_matches('\n').len();
            let indent = old.indent;
            *old = new.indented(indent);
            if old.parts.is_empty() {
                old.head = old.head.trim_end_matches('\n').to_owned() + &"\n".repeat(blank);
            }
            Ok(())
        }
        _ => Err(format!("{page}: {at} is in braces in one of the texts; write it in block style in both")),
    }
}

/// OpenAPI forbids two paths that differ only in the names of their parameters.
fn refuse_same_path(parts: &[Piece], path: &str, page: &str) -> Result<(), String> {
    match parts.iter().find(|part| shape(&part.key) == shape(path)) {
        Some(other) => Err(format!(
            "{page}: the path {path} is the same as {} of the document, with other parameter names; first rename the parameters there",
            other.key
        )),
        None => Ok(()),
    }
}

/// The index at which a key is inserted: before the first key that sorts after it.
fn place(parts: &[Piece], key: &str, pointer: &str) -> usize {
    let rank = |key: &str| match pointer.is_empty() {
        true => TOP_LEVEL.iter().position(|known| *known == key).unwrap_or(TOP_LEVEL.len()),
        false => 0,
    };
    let sorts_after = |part: &Piece| (rank(&part.key), part.key.as_str()) > (rank(key), key);
    parts.iter().position(sorts_after).unwrap_or(parts.len())
}
