//! The document as a tree of JSON values, and the way back from a place in the tree to a line of the text.

use saphyr_parser::{Event, Parser, Span, StrInput};
use serde_json::Value;

use super::Defect;

/// An OpenAPI document, read.
pub(crate) struct Document {
    pub(super) file: String,
    text: String,
    pub(super) root: Value,
}

impl Document {
    /// Reads YAML, or JSON, which is YAML too.
    pub(super) fn read(file: &str, text: &str) -> Result<Self, Defect> {
        let mut document = Self { file: file.to_owned(), text: text.to_owned(), root: Value::Null };
        let tree: serde_yaml::Value =
            serde_yaml::from_str(text).map_err(|error| document.not_yaml(&error))?;
        document.root = json(tree).map_err(|key| {
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

    /// The defect `problem` at `pointer`, with the line of the text that `pointer` leads to.
    pub(super) fn defect(
        &self,
        pointer: &str,
        problem: impl Into<String>,
        mend: impl Into<String>,
    ) -> Defect {
        Defect {
            file: self.file.clone(),
            line: line(&self.text, pointer),
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

/// YAML's tree as JSON's: keys become strings, as an unquoted `200:` is meant. The error says what has no such form.
fn json(tree: serde_yaml::Value) -> Result<Value, String> {
    use serde_yaml::Value as Yaml;
    Ok(match tree {
        Yaml::Mapping(entries) => Value::Object(
            entries
                .into_iter()
                .map(|(name, value)| Ok((key(name)?, json(value)?)))
                .collect::<Result<_, String>>()?,
        ),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(json).collect::<Result<_, _>>()?),
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
