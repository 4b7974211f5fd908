//! YAML text as one JSON value.
//!
//! Two steps, named as the YAML specification names them: *compose* turns the parser's events into
//! a graph in which an alias is an edge, and *construct* walks the graph into a value. Hostile
//! texts meet a limit in one of the two, always with the line at which it was passed.

mod construct;
mod scalar;

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, Tag};
use serde_json::Value;

use self::scalar::scalar;
use super::Fault;
use super::tree::{MAX_DEPTH, MAX_VALUES, Tree, too_deep, too_many};

/// Reads a text that begins after `offset` lines of its file.
pub(super) fn read(text: &str, offset: usize) -> Result<Tree, Fault> {
    construct::construct(&compose(text, offset)?)
}

/// The composed text: nodes that name each other by index.
struct Graph {
    nodes: Vec<Node>,
    root: Edge,
}

enum Node {
    Scalar(Value),
    Sequence(Vec<Edge>),
    Mapping(Vec<(String, Edge)>),
}

/// A node as it stands in a mapping or a list.
#[derive(Clone, Copy)]
struct Edge {
    node: usize,
    line: usize,
    /// Whether it stands there as `*name`.
    is_alias: bool,
}

fn compose(text: &str, offset: usize) -> Result<Graph, Fault> {
    let mut composer = Composer::default();
    let mut line = offset + 1;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let line = offset + error.marker().line().max(1);
            Fault::new(line, format!("not YAML: {}; mend the text here or just above", error.info()))
        })?;
        line = offset + span.start.line().max(1);
        composer.take(event, line)?;
    }
    match composer.root {
        Some(root) => Ok(Graph { nodes: composer.nodes, root }),
        None => Err(Fault::new(line, "the document is empty; it should hold an API description")),
    }
}

#[derive(Default)]
struct Composer {
    nodes: Vec<Node>,
    open: Vec<Open>,
    /// The node of each anchor (`&name`).
    anchors: HashMap<usize, usize>,
    root: Option<Edge>,
}

/// A mapping or list whose end has not been seen.
struct Open {
    node: usize,
    line: usize,
    /// The key whose value comes next, and its line.
    key: Option<(String, usize)>,
}

impl Composer {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), Fault> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => Err(Fault::new(
                line,
                "a second YAML document begins here; put each document in a file of its own",
            )),
            Event::Scalar(text, ..) if self.awaits_key() => {
                self.set_key(text.into_owned(), line);
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, tag.as_deref()).map_err(|why| Fault::new(line, why))?;
                let node = self.add(Node::Scalar(value), anchor, line)?;
                self.attach(Edge { node, line, is_alias: false });
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => {
                check_tag(tag.as_deref(), "seq", line)?;
                self.begin(Node::Sequence(Vec::new()), anchor, line)
            }
            Event::MappingStart(anchor, tag) => {
                check_tag(tag.as_deref(), "map", line)?;
                self.begin(Node::Mapping(Vec::new()), anchor, line)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { node, line, .. }) = self.open.pop() {
                    self.attach(Edge { node, line, is_alias: false });
                }
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, line),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, node: Node, anchor: usize, line: usize) -> Result<(), Fault> {
        if self.awaits_key() {
            return Err(Fault::new(line, "a key that is a mapping or a list; keys must be plain texts"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(line));
        }
        let node = self.add(node, anchor, line)?;
        self.open.push(Open { node, line, key: None });
        Ok(())
    }

    fn alias(&mut self, anchor: usize, line: usize) -> Result<(), Fault> {
        let Some(&node) = self.anchors.get(&anchor) else {
            return Err(Fault::new(line, "an alias (`*name`) to an anchor (`&name`) that is not there"));
        };
        if self.awaits_key() {
            return Err(Fault::new(line, "an alias (`*name`) as a key; write the key out"));
        }
        if self.open.iter().any(|open| open.node == node) {
            return Err(Fault::new(line, "an alias (`*name`) that contains itself; write its content out"));
        }
        self.attach(Edge { node, line, is_alias: true });
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize, line: usize) -> Result<usize, Fault> {
        if self.nodes.len() >= MAX_VALUES {
            return Err(too_many(line));
        }
        self.nodes.push(node);
        let index = self.nodes.len() - 1;
        // The parser counts anchors from 1; 0 says that there is none.
        if anchor > 0 {
            self.anchors.insert(anchor, index);
        }
        Ok(index)
    }

    /// Whether the next node is a key of the innermost mapping.
    fn awaits_key(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| open.key.is_none() && matches!(self.nodes[open.node], Node::Mapping(_)))
    }

    fn set_key(&mut self, key: String, line: usize) {
        if let Some(open) = self.open.last_mut() {
            open.key = Some((key, line));
        }
    }

    /// Puts a finished node into the innermost mapping or list, or makes it the root.
    fn attach(&mut self, edge: Edge) {
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(edge);
            return;
        };
        match (&mut self.nodes[parent.node], parent.key.take()) {
            (Node::Mapping(entries), Some((key, line))) => entries.push((key, Edge { line, ..edge })),
            (Node::Sequence(items), _) => items.push(edge),
            // A mapping's value always follows its key, and nothing attaches to a scalar.
            _ => {}
        }
    }
}

/// That a mapping or list has no tag but the one that says what it is.
fn check_tag(tag: Option<&Tag>, suffix: &str, line: usize) -> Result<(), Fault> {
    match tag.filter(|tag| !(tag.is_yaml_core_schema() && tag.suffix == suffix)) {
        Some(tag) => Err(Fault::new(line, unknown_tag(tag))),
        None => Ok(()),
    }
}

fn unknown_tag(tag: &Tag) -> String {
    format!("the tag `{}{}` is not one that API descriptions use; remove it", tag.handle, tag.suffix)
}
