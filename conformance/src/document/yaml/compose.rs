//! Compose: parser events become a graph.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, StrInput};
use serde_json::Value;

use super::scalar::{check_tag, scalar};
use crate::document::error::{LineError, Result};
use crate::document::tree::check_size;

/// A node of the graph. Edges refer to it by its index.
pub(super) enum GraphNode {
    Scalar(Value),
    Sequence(Vec<Edge>),
    Mapping(Vec<(String, Edge)>),
}

/// An occurrence of a node in a mapping or list.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub(super) node: usize,
    pub(super) line: usize,
    /// Whether it is written as an alias (`*name`).
    pub(super) is_alias: bool,
}

/// The nodes of a string, and its root.
pub(super) fn compose(text: &str, offset: usize) -> Result<(Vec<GraphNode>, Edge)> {
    let mut composer = Composer {
        parser: Parser::new_from_str(text),
        offset,
        line: offset + 1,
        nodes: Vec::new(),
        values: 0,
        anchors: HashMap::new(),
    };
    let mut root = None;
    while let Some(event) = composer.next()? {
        match event {
            Event::DocumentStart(_) if root.is_some() => {
                let message = "a second YAML document starts here; put each document in its own file";
                return Err(composer.error(message));
            }
            Event::DocumentStart(_) => root = composer.node(0)?,
            _ => {}
        }
    }
    let empty = composer.error("the document is empty; it must contain a mapping");
    Ok((composer.nodes, root.ok_or(empty)?))
}

struct Composer<'a> {
    parser: Parser<'a, StrInput<'a>>,
    offset: usize,
    /// The line of the last event.
    line: usize,
    nodes: Vec<GraphNode>,
    values: usize,
    /// The node of each anchor (`&name`), by the parser's number for it; `None` until the node is complete.
    /// The number 0 means that there is no anchor; no alias has it.
    anchors: HashMap<usize, Option<usize>>,
}

impl<'a> Composer<'a> {
    fn next(&mut self) -> Result<Option<Event<'a>>> {
        let event = self.parser.next().transpose().map_err(|error| {
            let message = format!("invalid YAML: {}; fix this line or the lines just above it", error.info());
            LineError::new(self.offset + error.marker().line().max(1), message)
        })?;
        Ok(event.map(|(event, span)| {
            self.line = self.offset + span.start.line().max(1);
            event
        }))
    }

    /// The next node; `None` at the end of a list.
    fn node(&mut self, depth: usize) -> Result<Option<Edge>> {
        let event = self.next()?;
        let line = self.line;
        let (anchor, node) = match event {
            Some(Event::Alias(anchor)) => return self.alias(anchor).map(Some),
            Some(Event::Scalar(text, style, anchor, tag)) => {
                let value = scalar(&text, style, tag.as_deref()).map_err(|why| self.error(why))?;
                self.begin(anchor, depth)?;
                (anchor, GraphNode::Scalar(value))
            }
            Some(Event::SequenceStart(anchor, tag)) => {
                check_tag(tag.as_deref(), "seq", line)?;
                self.begin(anchor, depth + 1)?;
                (anchor, self.sequence(depth + 1)?)
            }
            Some(Event::MappingStart(anchor, tag)) => {
                check_tag(tag.as_deref(), "map", line)?;
                self.begin(anchor, depth + 1)?;
                (anchor, self.mapping(depth + 1)?)
            }
            _ => return Ok(None),
        };
        self.anchors.insert(anchor, Some(self.nodes.len()));
        self.nodes.push(node);
        Ok(Some(Edge { node: self.nodes.len() - 1, line, is_alias: false }))
    }

    fn begin(&mut self, anchor: usize, depth: usize) -> Result<()> {
        self.values += 1;
        self.anchors.insert(anchor, None);
        check_size(depth, self.values, self.line)
    }

    fn alias(&mut self, anchor: usize) -> Result<Edge> {
        let message = match self.anchors.get(&anchor) {
            Some(Some(node)) => return Ok(Edge { node: *node, line: self.line, is_alias: true }),
            Some(None) => "the alias (`*name`) is inside its own anchor; write the content out in full",
            // Anchors of keys are not recorded.
            None => "the alias (`*name`) has no anchor (`&name`); add the anchor or remove the alias",
        };
        Err(self.error(message))
    }

    fn sequence(&mut self, depth: usize) -> Result<GraphNode> {
        let mut items = Vec::new();
        while let Some(item) = self.node(depth)? {
            items.push(item);
        }
        Ok(GraphNode::Sequence(items))
    }

    fn mapping(&mut self, depth: usize) -> Result<GraphNode> {
        let mut entries = Vec::new();
        loop {
            let key = match self.next()? {
                Some(Event::Scalar(text, ..)) => text.into_owned(),
                Some(Event::Alias(anchor)) => {
                    self.alias(anchor)?;
                    return Err(self.error("the key is an alias (`*name`); write the key as a string"));
                }
                Some(Event::SequenceStart(..) | Event::MappingStart(..)) => {
                    return Err(self.error("the key is a mapping or a list; use a string as the key"));
                }
                _ => return Ok(GraphNode::Mapping(entries)),
            };
            let line = self.line;
            entries.extend(self.node(depth)?.map(|value| (key, Edge { line, ..value })));
        }
    }

    fn error(&self, message: impl Into<String>) -> LineError {
        LineError::new(self.line, message)
    }
}
