//! Pieces into pieces. What is in both is replaced where it stands; what is new is laid in before the
//! first key that sorts after it. The order that is there is kept, so a second time changes nothing.

use super::leaf::{is_binding, is_cut};
use super::piece::{Piece, Pieces};
use crate::document::shape;
use crate::plan::fact::escape;

/// The order of the keys at the top; others come after, by name.
const TOP: [&str; 8] =
    ["openapi", "info", "servers", "security", "tags", "externalDocs", "paths", "components"];

impl Pieces {
    /// Lays a page's pieces in.
    pub(super) fn merge(&mut self, page: Self) -> Result<(), String> {
        merge(&mut self.parts, page.parts, "", &page.name)
    }

    /// Leaves out keys that say nothing about a call and have been taken from another page.
    pub(super) fn leave_out(&mut self, taken: &[String]) {
        self.parts.retain(|part| !taken.contains(&part.key) || is_binding(&format!("/{}", part.key)));
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
                    refuse_twin(parts, &piece.key, page)?;
                }
                let place = place(parts, &piece.key, pointer);
                parts.insert(place, piece.indented(indent));
            }
        }
    }
    Ok(())
}

/// The newer piece in place of the older; what is cut deeper is merged part by part.
fn replace(old: &mut Piece, new: Piece, at: &str, page: &str) -> Result<(), String> {
    match (old.parts.is_empty(), new.parts.is_empty()) {
        (false, false) => merge(&mut old.parts, new.parts, at, page),
        // Nothing is below: there is nothing to lay in, or nothing it is laid beside.
        _ if new.is_empty && is_cut(at) => Ok(()),
        (true, _) if !is_cut(at) || old.is_empty => {
            let blank = old.head.len() - old.head.trim_end_matches('\n').len();
            let indent = old.indent;
            *old = new.indented(indent);
            if old.parts.is_empty() {
                old.head = old.head.trim_end_matches('\n').to_owned() + &"\n".repeat(blank);
            }
            Ok(())
        }
        _ => Err(format!(
            "{page}: {at} stands in braces in one text and not in the other; write it in block style in both"
        )),
    }
}

/// OpenAPI forbids two paths that differ in nothing but the names of their parameters.
fn refuse_twin(parts: &[Piece], path: &str, page: &str) -> Result<(), String> {
    match parts.iter().find(|part| shape(&part.key) == shape(path)) {
        Some(twin) => Err(format!(
            "{page}: the path {path} is {} of the document, with other names for its parameters; rename them there first",
            twin.key
        )),
        None => Ok(()),
    }
}

/// Before the first key that sorts after it.
fn place(parts: &[Piece], key: &str, pointer: &str) -> usize {
    let rank = |key: &str| match pointer.is_empty() {
        true => TOP.iter().position(|known| *known == key).unwrap_or(TOP.len()),
        false => 0,
    };
    let sorts_after = |part: &Piece| (rank(&part.key), part.key.as_str()) > (rank(key), key);
    parts.iter().position(sorts_after).unwrap_or(parts.len())
}
