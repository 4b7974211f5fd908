//! The composed graph as a value, with its aliases and merge keys written out.

use serde_json::{Map, Value};

use super::{Edge, Graph, Node};
use crate::document::Fault;
use crate::document::tree::{
    Lines, MAX_DEPTH, MAX_VALUES, Tree, duplicate, nearest_line, push_token, too_deep, too_many,
};

/// How many values may come from aliases (`*name`), which is where a small text can grow large.
const MAX_ALIASED: usize = 50_000;
/// The key whose value is merged into the mapping it stands in.
const MERGE: &str = "<<";

pub(super) fn construct(graph: &Graph) -> Result<Tree, Fault> {
    let mut constructor = Constructor {
        nodes: &graph.nodes,
        pointer: String::new(),
        lines: Lines::default(),
        values: 0,
        aliased: 0,
    };
    let value = constructor.value(graph.root, None, 0)?;
    Ok(Tree { value, lines: constructor.lines.by_pointer })
}

struct Constructor<'a> {
    nodes: &'a [Node],
    /// Where the value stands that is constructed now.
    pointer: String,
    lines: Lines,
    values: usize,
    aliased: usize,
}

impl Constructor<'_> {
    /// A value, and on behalf of which alias, by its line, it is written out.
    fn value(&mut self, edge: Edge, alias: Option<usize>, depth: usize) -> Result<Value, Fault> {
        let alias = alias.or(edge.is_alias.then_some(edge.line));
        self.count(edge.line, alias, depth)?;
        self.lines.insert(&self.pointer, edge.line)?;
        match &self.nodes[edge.node] {
            Node::Scalar(value) => Ok(value.clone()),
            Node::Sequence(items) => {
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    list.push(self.part(&index.to_string(), *item, alias, depth)?);
                }
                Ok(Value::Array(list))
            }
            Node::Mapping(entries) => self.mapping(entries, alias, depth),
        }
    }

    fn mapping(
        &mut self,
        entries: &[(String, Edge)],
        alias: Option<usize>,
        depth: usize,
    ) -> Result<Value, Fault> {
        let mut map = Map::new();
        for (key, edge) in entries.iter().filter(|(key, _)| key != MERGE) {
            if map.contains_key(key) {
                push_token(&mut self.pointer, key);
                return Err(duplicate(key, edge.line, nearest_line(&self.lines.by_pointer, &self.pointer)));
            }
            map.insert(key.clone(), self.part(key, *edge, alias, depth)?);
        }
        for (_, edge) in entries.iter().filter(|(key, _)| key == MERGE) {
            self.merge(*edge, &mut map, alias, depth)?;
        }
        Ok(Value::Object(map))
    }

    /// What stands under a key or index of the value that is constructed now.
    fn part(&mut self, token: &str, edge: Edge, alias: Option<usize>, depth: usize) -> Result<Value, Fault> {
        let length = self.pointer.len();
        push_token(&mut self.pointer, token);
        let value = self.value(edge, alias, depth + 1)?;
        self.pointer.truncate(length);
        Ok(value)
    }

    /// `<<: *name`, or a list of such: the entries of these mappings that are not there already.
    fn merge(
        &mut self,
        edge: Edge,
        into: &mut Map<String, Value>,
        alias: Option<usize>,
        depth: usize,
    ) -> Result<(), Fault> {
        let alias = alias.or(Some(edge.line));
        self.count(edge.line, alias, depth)?;
        match &self.nodes[edge.node] {
            Node::Mapping(entries) => {
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
            Node::Sequence(items) => {
                items.iter().try_for_each(|item| self.merge(*item, into, alias, depth + 1))
            }
            Node::Scalar(_) => Err(Fault::new(
                edge.line,
                "a merge key (`<<`) with neither a mapping nor a list of mappings to merge",
            )),
        }
    }

    fn count(&mut self, line: usize, alias: Option<usize>, depth: usize) -> Result<(), Fault> {
        self.values += 1;
        self.aliased += usize::from(alias.is_some());
        if depth > MAX_DEPTH {
            return Err(too_deep(line));
        }
        if self.values > MAX_VALUES {
            return Err(too_many(line));
        }
        if self.aliased > MAX_ALIASED {
            let message = format!(
                "aliases (`*name`) stand for more than {MAX_ALIASED} values, the most that is read; write them out"
            );
            return Err(Fault::new(alias.unwrap_or(line), message));
        }
        Ok(())
    }
}
