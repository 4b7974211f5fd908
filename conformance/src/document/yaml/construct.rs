//! Construct: the graph becomes a value. Aliases and merge keys are expanded.

use serde_json::{Map, Value};

use super::compose::{Edge, GraphNode};
use crate::document::error::{LineError, Result};
use crate::document::files::Files;
use crate::document::pointer;
use crate::document::tree::{LineIndex, Tree, check_size, duplicate};

/// The maximum number of values from aliases (`*name`), which can expand a small text without bound.
const MAX_ALIASED: usize = 50_000;
/// The key whose value is merged into its mapping.
const MERGE: &str = "<<";

pub(super) fn construct(nodes: &[GraphNode], root: Edge, pointer: &str) -> Result<Tree> {
    let (pointer, lines) = (pointer.to_owned(), LineIndex::default());
    let mut constructor = Constructor { nodes, pointer, lines, values: 0, aliased: 0 };
    let value = constructor.value(root, None, 0)?;
    Ok(Tree { value, lines: constructor.lines.by_pointer, files: Files::default() })
}

struct Constructor<'a> {
    nodes: &'a [GraphNode],
    /// The pointer of the current value.
    pointer: String,
    lines: LineIndex,
    values: usize,
    aliased: usize,
}

impl Constructor<'_> {
    /// A value. `alias` is the line of the alias that the value belongs to, if any.
    fn value(&mut self, edge: Edge, alias: Option<usize>, depth: usize) -> Result<Value> {
        let alias = alias.or(edge.is_alias.then_some(edge.line));
        self.count(edge.line, alias, depth)?;
        self.lines.insert(&self.pointer, edge.line)?;
        match &self.nodes[edge.node] {
            GraphNode::Scalar(value) => Ok(value.clone()),
            GraphNode::Sequence(items) => {
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    list.push(self.part(&index.to_string(), *item, alias, depth)?);
                }
                Ok(Value::Array(list))
            }
            GraphNode::Mapping(entries) => self.mapping(entries, alias, depth),
        }
    }

    fn mapping(&mut self, entries: &[(String, Edge)], alias: Option<usize>, depth: usize) -> Result<Value> {
        let mut map = Map::new();
        for (key, edge) in entries.iter().filter(|(key, _)| key != MERGE) {
            if map.contains_key(key) {
                pointer::push(&mut self.pointer, key);
                return Err(duplicate(key, edge.line, self.lines.by_pointer.nearest(&self.pointer)));
            }
            map.insert(key.clone(), self.part(key, *edge, alias, depth)?);
        }
        for (_, edge) in entries.iter().filter(|(key, _)| key == MERGE) {
            self.merge(*edge, &mut map, alias, depth)?;
        }
        Ok(Value::Object(map))
    }

    /// The value of a key or index of the current value.
    fn part(&mut self, token: &str, edge: Edge, alias: Option<usize>, depth: usize) -> Result<Value> {
        let length = self.pointer.len();
        pointer::push(&mut self.pointer, token);
        let value = self.value(edge, alias, depth + 1)?;
        self.pointer.truncate(length);
        Ok(value)
    }

    /// `<<: *name`, or a list of them: adds the entries that the mapping does not have.
    fn merge(
        &mut self,
        edge: Edge,
        into: &mut Map<String, Value>,
        alias: Option<usize>,
        depth: usize,
    ) -> Result<()> {
        let alias = alias.or(Some(edge.line));
        self.count(edge.line, alias, depth)?;
        match &self.nodes[edge.node] {
            GraphNode::Mapping(entries) => {
                for (key, entry) in entries.iter().filter(|(key, _)| key != MERGE) {
                    if into.contains_key(key) {
                        self.count(entry.line, alias, depth)?;
                    } else {
                        into.insert(key.clone(), self.part(key, *entry, alias, depth)?);
                    }
                }
                let merged = entries.iter().filter(|(key, _)| key == MERGE);
                merged
                    .map(|(_, entry)| *entry)
                    .try_for_each(|entry| self.merge(entry, into, alias, depth + 1))
            }
            GraphNode::Sequence(items) => {
                items.iter().try_for_each(|item| self.merge(*item, into, alias, depth + 1))
            }
            GraphNode::Scalar(_) => Err(LineError::new(
                edge.line,
                "the value of the merge key (`<<`) is neither a mapping nor a list of mappings; correct or remove it",
            )),
        }
    }

    fn count(&mut self, line: usize, alias: Option<usize>, depth: usize) -> Result<()> {
        self.values += 1;
        self.aliased += usize::from(alias.is_some());
        check_size(depth, self.values, line)?;
        if self.aliased > MAX_ALIASED {
            let message = format!(
                "aliases (`*name`) expand to more than {MAX_ALIASED} values, which is the maximum; write the values out"
            );
            return Err(LineError::new(alias.unwrap_or(line), message));
        }
        Ok(())
    }
}
