//! The document as a tree of JSON values, and the way back from a place in the tree to a line of the text.

use std::collections::BTreeSet;

use saphyr_parser::{Event, Parser, Span, StrInput};
use serde_json::{Map, Value, json};

use super::Defect;
use super::operation::Operation;

/// An OpenAPI document, read.
pub(crate) struct Document {
    pub(super) file: String,
    text: String,
    pub(super) root: Value,
    /// The paths and what each has, in the order of the text; `root` has lost it.
    pub(super) order: Vec<(String, Vec<String>)>,
}

impl Document {
    /// Reads YAML, or JSON, which is YAML too.
    pub(super) fn read(file: &str, text: &str) -> Result<Self, Defect> {
        let (file, text) = (file.to_owned(), text.to_owned());
        let mut document = Self { file, text, root: Value::Null, order: Vec::new() };
        let tree: serde_yaml::Value =
            serde_yaml::from_str(&document.text).map_err(|error| document.not_yaml(&error))?;
        document.order = order(&tree);
        document.root = as_json(tree).map_err(|key| {
            document.defect(
                "",
                format!("{key} cannot stand in an OpenAPI document"),
                "use plain strings as keys, and no tags",
            )
        })?;
        // The generated client must not depend on whether some crate turned serde_json's `preserve_order` on.
        document.root.sort_all_objects();
        Ok(document)
    }

    /// The generator takes OpenAPI 3.0 and nothing else.
    pub(super) fn check_version(&self) -> Result<(), Defect> {
        match self.root.get("openapi") {
            Some(Value::String(version)) if version.starts_with("3.0.") => Ok(()),
            Some(version) => Err(self.defect(
                "/openapi",
                format!("the version is {version}"),
                "the generator takes OpenAPI 3.0.x: convert the document",
            )),
            None => Err(self.defect(
                "",
                "this is not an OpenAPI document: it has no `openapi`",
                "put the fenced OpenAPI block of the vendor's page here",
            )),
        }
    }

    /// What the steps after this one take apart without looking.
    pub(super) fn check_shape(&self) -> Result<(), Defect> {
        let is_mapping = |pointer: &str| self.root.pointer(pointer).is_none_or(Value::is_object);
        match ["/info", "/paths", "/components", "/components/schemas"]
            .into_iter()
            .find(|part| !is_mapping(part))
        {
            Some(part) => Err(self.defect(part, "this is not a mapping", "OpenAPI wants one")),
            None if self.root.get("paths").is_none() => {
                Err(self.defect("", "the document has no `paths`", "put all of the vendor's document here"))
            }
            None => Ok(()),
        }
    }

    /// The names of the schemas.
    pub(super) fn schemas(&self) -> BTreeSet<&str> {
        let schemas = self.root.pointer("/components/schemas").and_then(Value::as_object);
        schemas.into_iter().flatten().map(|(name, _)| name.as_str()).collect()
    }

    /// The part of the document with these operations and schemas; the generator needs no more than that.
    pub(super) fn part(&self, operations: &[&Operation], schemas: &BTreeSet<&str>) -> Value {
        let mut paths = json!({});
        for operation in operations {
            let mut node = operation.node(&self.root).clone();
            for unused in ["callbacks", "externalDocs", "security", "servers", "tags"] {
                node.as_object_mut().and_then(|node| node.remove(unused));
            }
            paths[&operation.path][&operation.method] = node;
        }
        let named = |name: &&str| ((*name).to_owned(), self.root["components"]["schemas"][*name].clone());
        let schemas: Map<_, _> = schemas.iter().map(named).collect();
        let mut part = json!({
            "openapi": self.root["openapi"],
            "info": self.root["info"],
            "paths": paths,
            "components": { "schemas": schemas },
        });
        // As the whole document was: operations come in the order of the text.
        part.sort_all_objects();
        part
    }

    /// The line of the text that `pointer` leads to.
    pub(super) fn line(&self, pointer: &str) -> usize {
        line(&self.text, pointer)
    }

    /// The defect `problem` at `pointer`, with the line of the text that `pointer` leads to.
    pub(super) fn defect(
        &self,
        pointer: &str,
        problem: impl Into<String>,
        mend: impl Into<String>,
    ) -> Defect {
        Defect {
            file: self.file.clone(),
            line: self.line(pointer),
            pointer: pointer.to_owned(),
            problem: problem.into(),
            mend: mend.into(),
        }
    }

    fn not_yaml(&self, error: &serde_yaml::Error) -> Defect {
        let text = error.to_string();
        let problem = text.split(" at line ").next().unwrap_or(&text);
        let mut defect = self.defect(
            "",
            format!("this is not YAML: {problem}"),
            "mend the syntax, or import the page again",
        );
        defect.line = error.location().map_or(1, |location| location.line());
        defect
    }
}

/// The paths and what each has, in the order of the text.
fn order(tree: &serde_yaml::Value) -> Vec<(String, Vec<String>)> {
    let keys = |node: &serde_yaml::Value| -> Vec<String> {
        node.as_mapping()
            .into_iter()
            .flat_map(|node| node.keys())
            .filter_map(|key| Some(key.as_str()?.to_owned()))
            .collect()
    };
    let paths = tree.get("paths");
    let path =
        |path: String| (path.clone(), paths.and_then(|paths| paths.get(&path)).map(keys).unwrap_or_default());
    paths.map(keys).unwrap_or_default().into_iter().map(path).collect()
}

/// YAML's tree as JSON's: keys become strings, as an unquoted `200:` is meant. The error says what has no such form.
fn as_json(tree: serde_yaml::Value) -> Result<Value, String> {
    use serde_yaml::Value as Yaml;
    Ok(match tree {
        Yaml::Mapping(entries) => Value::Object(
            entries
                .into_iter()
                .map(|(name, value)| Ok((key(name)?, as_json(value)?)))
                .collect::<Result<_, String>>()?,
        ),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(as_json).collect::<Result<_, _>>()?),
        Yaml::Tagged(tagged) => return Err(format!("the tag `{}`", tagged.tag)),
        scalar => serde_json::to_value(scalar).map_err(|error| error.to_string())?,
    })
}

fn key(name: serde_yaml::Value) -> Result<String, String> {
    match name {
        serde_yaml::Value::String(name) => Ok(name),
        serde_yaml::Value::Number(name) => Ok(name.to_string()),
        serde_yaml::Value::Bool(name) => Ok(name.to_string()),
        other => Err(format!("the key {other:?}")),
    }
}

/// `name` as one step of a JSON pointer.
pub(super) fn step(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The steps of a JSON pointer, unescaped.
pub(super) fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// The line, counted from 1, on which `pointer`, or the nearest place above it that the text has, begins.
pub(crate) fn line(text: &str, pointer: &str) -> usize {
    let steps = steps(pointer);
    (0..=steps.len()).rev().find_map(|depth| find(text, &steps[..depth])).unwrap_or(1)
}

fn find(text: &str, steps: &[String]) -> Option<usize> {
    let mut nodes = Parser::new_from_str(text);
    for _ in ["the start of the stream", "the start of the document"] {
        next(&mut nodes)?;
    }
    let (mut event, mut span) = next(&mut nodes)?;
    for step in steps {
        match event {
            Event::MappingStart(..) => {
                span = enter_key(&mut nodes, step)?;
                event = next(&mut nodes)?.0;
            }
            Event::SequenceStart(..) => (event, span) = enter_item(&mut nodes, step.parse().ok()?)?,
            _ => return None,
        }
    }
    Some(span.start.line())
}

type Nodes<'a> = Parser<'a, StrInput<'a>>;

fn next<'a>(nodes: &mut Nodes<'a>) -> Option<(Event<'a>, Span)> {
    nodes.next_event()?.ok()
}

/// Goes on to the value of `name` in the mapping just begun; gives the place of the key.
fn enter_key(nodes: &mut Nodes<'_>, name: &str) -> Option<Span> {
    loop {
        match next(nodes)? {
            (Event::MappingEnd, _) => return None,
            (Event::Scalar(key, ..), span) if key == name => return Some(span),
            (key, _) => pass(nodes, &key)?,
        }
        let value = next(nodes)?.0;
        pass(nodes, &value)?;
    }
}

/// Goes on to item `index` of the sequence just begun.
fn enter_item<'a>(nodes: &mut Nodes<'a>, index: usize) -> Option<(Event<'a>, Span)> {
    for _ in 0..index {
        let item = next(nodes)?.0;
        pass(nodes, &item)?;
    }
    next(nodes).filter(|(event, _)| *event != Event::SequenceEnd)
}

/// Goes past the rest of the node that begins with `first`.
fn pass(nodes: &mut Nodes<'_>, first: &Event<'_>) -> Option<()> {
    let mut depth = change(first);
    if depth < 0 {
        return None;
    }
    while depth > 0 {
        depth += change(&next(nodes)?.0);
    }
    Some(())
}

fn change(event: &Event<'_>) -> i32 {
    match event {
        Event::MappingStart(..) | Event::SequenceStart(..) => 1,
        Event::MappingEnd | Event::SequenceEnd => -1,
        _ => 0,
    }
}
