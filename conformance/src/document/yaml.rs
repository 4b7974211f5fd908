//! The YAML reader: one value, and the line of each part of it.
//!
//! It has the two steps of the YAML specification. *Compose* turns parser events into a graph in which
//! an alias is an edge. *Construct* turns the graph into a value. All caps are checked in these steps,
//! and each error has the line at which the cap was exceeded.

mod compose;
mod construct;
mod scalar;

use super::error::Result;
use super::tree::Tree;

/// Parses a string that starts after `offset` lines of its file. `root` is the pointer of its value.
pub(super) fn read(text: &str, offset: usize, root: &str) -> Result<Tree> {
    let (nodes, edge) = compose::compose(text, offset)?;
    construct::construct(&nodes, edge, root)
}
