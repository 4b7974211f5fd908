//! The document as a tree of JSON values, and the way back from a place in the tree to a line of the text.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::iter::successors;

use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value, json};

use super::Defect;
use super::operation::{METHODS, Operation};

/// What a path has beside its operations.
const OF_A_PATH: [&str; 5] = ["$ref", "summary", "description", "servers", "parameters"];

/// An OpenAPI document, read.
pub(crate) struct Document {
    pub(super) file: String,
    text: String,
    lines: OnceCell<HashMap<String, usize>>,
    pub(super) root: Value,
    /// The paths and what each has, in the order of the text; `root` has lost it.
    pub(super) order: Vec<(String, Vec<String>)>,
}

impl Document {
    /// Reads YAML, or JSON, which is YAML too.
    pub(super) fn read(file: &str, text: &str) -> Result<Self, Defect> {
        let (file, text) = (file.to_owned(), text.to_owned());
        let mut document = Self { file, text, lines: OnceCell::new(), root: Value::Null, order: Vec::new() };
        let tree: serde_yaml::Value =
            serde_yaml::from_str(&document.text).map_err(|error| document.not_yaml(&error))?;
        document.order = order(&tree);
        document.root = as_json(tree).map_err(|key| {
            document.defect(
                "",
                format!("{key} cannot stand in an OpenAPI document"),
                "use plain strings as keys, each once, and no tags",
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
            None => self.check_info().and_then(|()| self.check_paths()),
        }
    }

    /// Without these the generator refuses each operation by itself.
    fn check_info(&self) -> Result<(), Defect> {
        let is_text = |pointer: &&str| self.root.pointer(pointer).is_some_and(Value::is_string);
        match ["/info/title", "/info/version"].into_iter().find(|pointer| !is_text(pointer)) {
            Some(pointer) => {
                Err(self.defect(pointer, "OpenAPI wants a text here", "add it, or put it in quotes"))
            }
            None => Ok(()),
        }
    }

    /// What is neither a path nor a method is passed over by the steps after this one.
    fn check_paths(&self) -> Result<(), Defect> {
        let is_stated = |name: &&String| !name.starts_with("x-");
        for (path, item) in self.root["paths"].as_object().into_iter().flatten() {
            if !is_stated(&path) {
                continue;
            }
            let place = format!("/paths{}", step(path));
            if !path.starts_with('/') {
                let mend = format!("write `/{path}`, or leave it out");
                return Err(self.defect(&place, "the path does not begin with a slash", mend));
            }
            let keys = item.as_object().into_iter().flat_map(Map::keys);
            let mut unknown = keys
                .filter(is_stated)
                .filter(|key| !METHODS.contains(&key.as_str()) && !OF_A_PATH.contains(&key.as_str()));
            if let Some(key) = unknown.next() {
                return Err(self.defect(
                    &format!("{place}{}", step(key)),
                    format!("`{key}` is no method, and nothing else that a path has"),
                    "write methods in lower case; leave out what is none",
                ));
            }
        }
        Ok(())
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
            for unused in ["externalDocs", "security", "servers", "tags"] {
                remove(&mut node, unused);
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

    /// The line of the text that `pointer`, or the nearest place above it that the text has, leads to.
    pub(super) fn line(&self, pointer: &str) -> usize {
        line(self.lines.get_or_init(|| lines(&self.text)), pointer)
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
        Yaml::Mapping(entries) => Value::Object(object(entries)?),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(as_json).collect::<Result<_, _>>()?),
        Yaml::Tagged(tagged) => return Err(format!("the tag `{}`", tagged.tag)),
        scalar => serde_json::to_value(scalar).map_err(|error| error.to_string())?,
    })
}

/// `<<` takes in what it names, but for what is there already.
fn object(entries: serde_yaml::Mapping) -> Result<Map<String, Value>, String> {
    let mut object = Map::new();
    let mut merged = Vec::new();
    for (name, value) in entries {
        let name = key(name)?;
        match (name.as_str(), as_json(value)?) {
            ("<<", Value::Array(mappings)) => merged.extend(mappings),
            ("<<", mapping) => merged.push(mapping),
            (_, value) => {
                if object.insert(name.clone(), value).is_some() {
                    return Err(format!("the key `{name}`, twice in one mapping,"));
                }
            }
        }
    }
    for mapping in merged {
        let Value::Object(mapping) = mapping else { return Err("`<<` with what is no mapping".to_owned()) };
        for (name, value) in mapping {
            object.entry(name).or_insert(value);
        }
    }
    Ok(object)
}

fn key(name: serde_yaml::Value) -> Result<String, String> {
    match name {
        serde_yaml::Value::String(name) => Ok(name),
        serde_yaml::Value::Number(name) => Ok(name.to_string()),
        serde_yaml::Value::Bool(name) => Ok(name.to_string()),
        other => Err(format!("the key {other:?}")),
    }
}

/// Takes the key out of the mapping, if this is one and has it.
pub(super) fn remove(object: &mut Value, key: &str) {
    object.as_object_mut().and_then(|object| object.remove(key));
}

/// `name` as one step of a JSON pointer.
pub(super) fn step(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The line of `pointer`, or of the nearest place above it that the text has.
pub(crate) fn line(lines: &HashMap<String, usize>, pointer: &str) -> usize {
    let mut places = successors(Some(pointer), |place| place.rsplit_once('/').map(|(above, _)| above));
    places.find_map(|place| lines.get(place).copied()).unwrap_or(1)
}

/// The line, counted from 1, on which each place of the text begins, by its JSON pointer. A place of a mapping begins
/// with its key. What comes after an error of syntax has no line.
pub(crate) fn lines(text: &str) -> HashMap<String, usize> {
    let mut lines = HashMap::new();
    let mut around: Vec<Collection> = Vec::new();
    for (event, span) in Parser::new_from_str(text).map_while(Result::ok) {
        let begun = match event {
            Event::MappingEnd | Event::SequenceEnd => {
                around.pop();
                continue;
            }
            Event::MappingStart(..) => Some(Next::Key),
            Event::SequenceStart(..) => Some(Next::Item(0)),
            Event::Scalar(..) | Event::Alias(_) => None,
            _ => continue,
        };
        let pointer = around.last_mut().map_or_else(|| Some(String::new()), |inner| inner.enter(&event));
        if let Some(pointer) = &pointer {
            // The first of several keys of one name is the one that counts.
            lines.entry(pointer.clone()).or_insert(span.start.line());
        }
        if let Some(next) = begun {
            around.push(Collection { pointer, next });
        }
    }
    lines
}

/// A mapping or sequence that has begun; one that is a key, or within one, has no pointer.
struct Collection {
    pointer: Option<String>,
    next: Next,
}

/// What comes next in a collection.
enum Next {
    Key,
    Value(Option<String>),
    Item(usize),
}

impl Collection {
    /// The pointer to the node that begins with `event`; a key's is its value's.
    fn enter(&mut self, event: &Event<'_>) -> Option<String> {
        let below = |name: &str| self.pointer.as_ref().map(|pointer| pointer.clone() + &step(name));
        let (pointer, next) = match (&self.next, event) {
            (Next::Key, Event::Scalar(name, ..)) => (below(name), Next::Value(below(name))),
            (Next::Key, _) => (None, Next::Value(None)),
            (Next::Value(pointer), _) => (pointer.clone(), Next::Key),
            (Next::Item(index), _) => (below(&index.to_string()), Next::Item(index + 1)),
        };
        self.next = next;
        pointer
    }
}
