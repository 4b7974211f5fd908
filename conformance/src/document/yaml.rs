//! YAML text as one JSON value, with the line of every place in it.
//!
//! Two steps, named as the YAML specification names them: *compose* turns the parser's events into
//! a graph in which an alias is an edge, and *construct* walks the graph into a [`Value`]. Hostile
//! texts meet a limit in one of the two, always with the line at which it was passed.

use std::collections::{BTreeMap, HashMap};

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value};

use super::Fault;

/// How deep mappings and lists may be nested. Real documents stay below 40.
pub(crate) const MAX_DEPTH: usize = 100;
/// How many values a document may hold. The largest published OpenAPI documents have about 400,000.
pub(crate) const MAX_NODES: usize = 1_000_000;
/// How many of these may come from aliases (`*name`), which is where a small text can grow large.
pub(crate) const MAX_ALIASED: usize = 50_000;

/// A text's value and the line, from 1, of every JSON pointer into it: for a mapping's entry the
/// line of its key, for an item of a list the line on which it begins.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) value: Value,
    pub(crate) lines: BTreeMap<String, usize>,
}

impl Tree {
    /// The line of a place: its own, or that of the nearest place around it that has one.
    pub(crate) fn line(&self, pointer: &str) -> usize {
        super::nearest_line(&self.lines, pointer)
    }
}

/// Reads a text that begins after `offset` lines of its file.
pub(crate) fn read(text: &str, offset: usize) -> Result<Tree, Fault> {
    let graph = compose(text).map_err(|fault| fault.moved(offset))?;
    construct(&graph)
        .map_err(|fault| fault.moved(offset))
        .map(|tree| tree.moved(offset))
}

impl Tree {
    fn moved(mut self, offset: usize) -> Self {
        if offset > 0 {
            self.lines.values_mut().for_each(|line| *line += offset);
        }
        self
    }
}

/// The composed text: nodes that name each other by index.
struct Graph {
    nodes: Vec<Node>,
    root: usize,
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
    alias: bool,
}

/// A mapping or list whose end has not been seen.
struct Open {
    node: usize,
    line: usize,
    /// The key whose value comes next.
    key: Option<(String, usize)>,
}

#[derive(Default)]
struct Composer {
    nodes: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, usize>,
    root: Option<usize>,
}

fn compose(text: &str) -> Result<Graph, Fault> {
    let mut composer = Composer::default();
    let mut last = 1;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let line = error.marker().line().max(1);
            Fault::new(
                line,
                format!(
                    "not YAML: {}; mend the text here or just above",
                    error.info()
                ),
            )
        })?;
        last = span.start.line().max(1);
        composer.take(event, last)?;
    }
    match composer.root {
        Some(root) => Ok(Graph {
            nodes: composer.nodes,
            root,
        }),
        None => Err(Fault::new(
            last,
            "the document is empty; it should hold an API description",
        )),
    }
}

impl Composer {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), Fault> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => Err(Fault::new(
                line,
                "a second YAML document begins here; put each document in a file of its own",
            )),
            Event::Scalar(text, style, anchor, tag) => {
                if self.awaits_key() {
                    return self.set_key(text.into_owned(), line);
                }
                let value =
                    scalar(&text, style, tag.as_deref()).map_err(|why| Fault::new(line, why))?;
                let node = self.add(Node::Scalar(value), anchor, line)?;
                self.attach(node, line, false)
            }
            Event::SequenceStart(anchor, tag) => self.begin(
                Node::Sequence(Vec::new()),
                anchor,
                tag.as_deref(),
                "seq",
                line,
            ),
            Event::MappingStart(anchor, tag) => self.begin(
                Node::Mapping(Vec::new()),
                anchor,
                tag.as_deref(),
                "map",
                line,
            ),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor, line),
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        node: Node,
        anchor: usize,
        tag: Option<&Tag>,
        suffix: &str,
        line: usize,
    ) -> Result<(), Fault> {
        if self.awaits_key() {
            return Err(Fault::new(
                line,
                "a key that is a mapping or a list; keys must be plain texts",
            ));
        }
        if let Some(tag) = tag.filter(|tag| !(tag.is_yaml_core_schema() && tag.suffix == suffix)) {
            return Err(Fault::new(line, unknown_tag(tag)));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Fault::new(
                line,
                format!("nested deeper than {MAX_DEPTH} levels, the most that is read"),
            ));
        }
        let node = self.add(node, anchor, line)?;
        self.open.push(Open {
            node,
            line,
            key: None,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        match self.open.pop() {
            Some(done) => self.attach(done.node, done.line, false),
            None => Ok(()),
        }
    }

    fn alias(&mut self, anchor: usize, line: usize) -> Result<(), Fault> {
        let Some(&node) = self.anchors.get(&anchor) else {
            return Err(Fault::new(
                line,
                "an alias (`*name`) to an anchor (`&name`) that is not there",
            ));
        };
        if self.open.iter().any(|open| open.node == node) {
            return Err(Fault::new(
                line,
                "an alias (`*name`) that contains itself; write its content out",
            ));
        }
        if self.awaits_key() {
            return match &self.nodes[node] {
                Node::Scalar(Value::String(text)) => self.set_key(text.clone(), line),
                _ => Err(Fault::new(
                    line,
                    "an alias (`*name`) as a key; write the key out",
                )),
            };
        }
        self.attach(node, line, true)
    }

    fn add(&mut self, node: Node, anchor: usize, line: usize) -> Result<usize, Fault> {
        if self.nodes.len() >= MAX_NODES {
            return Err(Fault::new(line, too_many_nodes()));
        }
        self.nodes.push(node);
        let id = self.nodes.len() - 1;
        if anchor > 0 {
            self.anchors.insert(anchor, id);
        }
        Ok(id)
    }

    /// Whether the next node is a key of the innermost mapping.
    fn awaits_key(&self) -> bool {
        self.open.last().is_some_and(|open| {
            open.key.is_none() && matches!(self.nodes[open.node], Node::Mapping(_))
        })
    }

    fn set_key(&mut self, key: String, line: usize) -> Result<(), Fault> {
        if let Some(open) = self.open.last_mut() {
            open.key = Some((key, line));
        }
        Ok(())
    }

    /// Puts a finished node into the innermost mapping or list, or makes it the root.
    fn attach(&mut self, node: usize, line: usize, alias: bool) -> Result<(), Fault> {
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut self.nodes[parent.node], parent.key.take()) {
            (Node::Mapping(entries), Some((key, line))) => {
                entries.push((key, Edge { node, line, alias }))
            }
            (Node::Sequence(items), _) => items.push(Edge { node, line, alias }),
            _ => {}
        }
        Ok(())
    }
}

struct Constructor<'a> {
    nodes: &'a [Node],
    lines: BTreeMap<String, usize>,
    count: usize,
    aliased: usize,
}

fn construct(graph: &Graph) -> Result<Tree, Fault> {
    let mut constructor = Constructor {
        nodes: &graph.nodes,
        lines: BTreeMap::new(),
        count: 0,
        aliased: 0,
    };
    let root = Edge {
        node: graph.root,
        line: 1,
        alias: false,
    };
    let value = constructor.value(root, &mut String::new(), false, 0)?;
    Ok(Tree {
        value,
        lines: constructor.lines,
    })
}

impl Constructor<'_> {
    fn value(
        &mut self,
        edge: Edge,
        at: &mut String,
        aliased: bool,
        depth: usize,
    ) -> Result<Value, Fault> {
        let aliased = aliased || edge.alias;
        self.count(edge.line, aliased, depth)?;
        self.lines.insert(at.clone(), edge.line);
        match &self.nodes[edge.node] {
            Node::Scalar(value) => Ok(value.clone()),
            Node::Sequence(items) => {
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    list.push(self.child(*item, at, &index.to_string(), aliased, depth)?);
                }
                Ok(Value::Array(list))
            }
            Node::Mapping(entries) => {
                let mut map = Map::new();
                for (key, edge) in entries.iter().filter(|(key, _)| key != MERGE) {
                    if map.contains_key(key) {
                        return Err(self.duplicate(key, at, edge.line));
                    }
                    let value = self.child(*edge, at, key, aliased, depth)?;
                    map.insert(key.clone(), value);
                }
                for (_, edge) in entries.iter().filter(|(key, _)| key == MERGE) {
                    self.merge(*edge, &mut map, at, depth)?;
                }
                Ok(Value::Object(map))
            }
        }
    }

    fn child(
        &mut self,
        edge: Edge,
        at: &mut String,
        token: &str,
        aliased: bool,
        depth: usize,
    ) -> Result<Value, Fault> {
        let length = at.len();
        super::push_token(at, token);
        let value = self.value(edge, at, aliased, depth + 1);
        at.truncate(length);
        value
    }

    /// `<<: *name`, or a list of such: the entries of these mappings that are not there already.
    fn merge(
        &mut self,
        edge: Edge,
        into: &mut Map<String, Value>,
        at: &mut String,
        depth: usize,
    ) -> Result<(), Fault> {
        self.count(edge.line, true, depth)?;
        match &self.nodes[edge.node] {
            Node::Mapping(entries) => {
                for (key, entry) in entries {
                    if key == MERGE {
                        self.merge(*entry, into, at, depth + 1)?;
                    } else if !into.contains_key(key) {
                        let value = self.child(*entry, at, key, true, depth)?;
                        into.insert(key.clone(), value);
                    }
                }
                Ok(())
            }
            Node::Sequence(items) => items
                .iter()
                .try_for_each(|item| self.merge(*item, into, at, depth + 1)),
            Node::Scalar(_) => Err(Fault::new(
                edge.line,
                "a merge key (`<<`) with neither a mapping nor a list of mappings to merge",
            )),
        }
    }

    fn count(&mut self, line: usize, aliased: bool, depth: usize) -> Result<(), Fault> {
        self.count += 1;
        self.aliased += usize::from(aliased);
        if depth > MAX_DEPTH {
            return Err(Fault::new(
                line,
                format!("nested deeper than {MAX_DEPTH} levels, the most that is read"),
            ));
        }
        if self.aliased > MAX_ALIASED {
            return Err(Fault::new(
                line,
                format!(
                    "aliases (`*name`) stand for more than {MAX_ALIASED} values, the most that is read; write them out"
                ),
            ));
        }
        if self.count > MAX_NODES {
            return Err(Fault::new(line, too_many_nodes()));
        }
        Ok(())
    }

    fn duplicate(&self, key: &str, at: &str, line: usize) -> Fault {
        let mut pointer = at.to_owned();
        super::push_token(&mut pointer, key);
        let first = super::nearest_line(&self.lines, &pointer);
        Fault::new(
            line,
            format!("the key `{key}` stands here and at line {first} already; keep one of them"),
        )
    }
}

/// The key whose value is merged into the mapping it stands in.
const MERGE: &str = "<<";

fn too_many_nodes() -> String {
    format!("more than {MAX_NODES} values, the most that is read; split the document")
}

fn unknown_tag(tag: &Tag) -> String {
    format!(
        "the tag `{}{}` is not one that API descriptions use; remove it",
        tag.handle, tag.suffix
    )
}

/// A scalar by YAML's core schema: only plain ones are anything but text.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    match tag {
        None if style == ScalarStyle::Plain => plain(text),
        None => Ok(Value::String(text.to_owned())),
        Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => {
            Ok(Value::String(text.to_owned()))
        }
        Some(tag) if !tag.is_yaml_core_schema() => Err(unknown_tag(tag)),
        Some(tag) => match tag.suffix.as_str() {
            "str" => Ok(Value::String(text.to_owned())),
            "null" | "bool" | "int" | "float" => plain(text),
            _ => Err(unknown_tag(tag)),
        },
    }
}

fn plain(text: &str) -> Result<Value, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Ok(Value::Null),
        "true" | "True" | "TRUE" => Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => Ok(Value::Bool(false)),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => number(text),
        _ => Ok(Value::String(text.to_owned())),
    }
}

/// A number if the core schema takes the text for one, else the text.
fn number(text: &str) -> Result<Value, String> {
    let unsigned = text.trim_start_matches(['+', '-']);
    if text.len() - unsigned.len() > 1 {
        return Ok(Value::String(text.to_owned()));
    }
    if matches!(
        unsigned,
        ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN"
    ) {
        return Err(format!(
            "`{text}` is a number that JSON does not have; write a text or a finite number"
        ));
    }
    if let Some(integer) = integer(text, unsigned) {
        return Ok(Value::Number(integer));
    }
    if !is_float(unsigned) {
        return Ok(Value::String(text.to_owned()));
    }
    text.parse::<f64>()
        .ok()
        .and_then(Number::from_f64)
        .map(Value::Number)
        .ok_or_else(|| format!("the number `{text}` is too large to be read"))
}

fn integer(text: &str, unsigned: &str) -> Option<Number> {
    let radix = |prefix, radix| {
        let digits = text.strip_prefix(prefix)?;
        u64::from_str_radix(digits, radix)
            .ok()
            .filter(|_| !digits.starts_with('+'))
            .map(Number::from)
    };
    if !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return radix("0x", 16).or_else(|| radix("0o", 8));
    }
    let parsed = text.parse::<i64>().map(Number::from);
    parsed
        .or_else(|_| text.parse::<u64>().map(Number::from))
        .ok()
}

/// `[0-9]*(\.[0-9]*)?([eE][-+]?[0-9]+)?` with a digit before the exponent.
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.is_none_or(|text| {
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        !text.is_empty() && digits(text)
    });
    exponent && digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}
