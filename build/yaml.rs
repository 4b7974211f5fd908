//! Reads YAML, or JSON, which is a subset of it, as a JSON value, and records the position of every value.

use std::collections::HashMap;

use saphyr::{AnnotatedMapping, MarkedYaml, Scalar, ScanError, YamlData, YamlLoader};
use saphyr_parser::{Event, Parser, SpannedEventReceiver};
use serde_json::{Map, Value};

use crate::build::defect::Defect;
use crate::build::json::token;

/// Deeper nesting is an error, because the functions that read values call themselves and could overflow the stack.
const MAX_DEPTH: usize = 100;
/// More values from aliases (`*name`) are an error, because a small text could fill the memory.
const MAX_ALIASED: usize = 10_000;
/// The key whose value is merged into the mapping around it.
const MERGE: &str = "<<";

/// Where a value is in the text. An entry of a mapping begins with its key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    /// The line, from 1.
    pub(crate) line: usize,
    /// Its rank among all values, in the order of the text. The merged entries of a mapping come after its own.
    pub(crate) rank: usize,
}

/// The positions of all values, by JSON pointer.
pub(crate) type Positions = HashMap<String, Position>;

/// Reads a string. Defects name `file`. An empty text is `null`.
pub(crate) fn read(file: &str, text: &str) -> Result<(Value, Positions), Defect> {
    let mut reader = Reader { file, positions: Positions::new() };
    let value = match reader.load(text)? {
        Some(root) => reader.value(&root, "")?,
        None => Value::Null,
    };
    Ok((value, reader.positions))
}

struct Reader<'a> {
    file: &'a str,
    positions: Positions,
}

impl Reader<'_> {
    fn load<'i>(&self, text: &'i str) -> Result<Option<MarkedYaml<'i>>, Defect> {
        let mut loader = YamlLoader::<MarkedYaml<'_>>::default();
        // Scalars keep their tags, and keys their spelling.
        loader.early_parse(false);
        loader.alias_limit(MAX_ALIASED);
        let mut depth = 0_usize;
        for event in Parser::new_from_str(text) {
            let (event, span) = event.or_else(|error| self.syntax_error(&error))?;
            match event {
                Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
                Event::MappingEnd | Event::SequenceEnd => depth -= 1,
                _ => {}
            }
            self.check_depth(depth, span.start.line())?;
            loader.on_event(event, span);
        }
        if let Some(error) = loader.error() {
            return self.syntax_error(error);
        }
        let mut documents = loader.into_documents().into_iter();
        match (documents.next(), documents.next()) {
            (first, None) => Ok(first),
            (_, Some(second)) => {
                let line = second.span.start.line();
                self.fail(line, "a second YAML document starts here", "keep one document in this file")
            }
        }
    }

    fn value(&mut self, node: &MarkedYaml<'_>, pointer: &str) -> Result<Value, Defect> {
        let line = node.span.start.line();
        // Aliases can nest deeper than the text.
        self.check_depth(pointer.matches('/').count(), line)?;
        // The position of a mapping entry is that of its key, which is recorded already.
        let rank = self.positions.len();
        self.positions.entry(pointer.to_owned()).or_insert(Position { line, rank });
        match &node.data {
            YamlData::Mapping(entries) => {
                let mut object = Map::new();
                self.add_entries(&mut object, entries, pointer, false)?;
                Ok(Value::Object(object))
            }
            YamlData::Sequence(items) => {
                let items = items.iter().enumerate();
                items.map(|(index, item)| self.value(item, &format!("{pointer}/{index}"))).collect()
            }
            YamlData::Representation(text, style, tag) => {
                match Scalar::parse_from_cow_and_metadata(text.clone(), *style, tag.as_ref()) {
                    Some(scalar) if tag.as_ref().is_none_or(|tag| tag.is_yaml_core_schema()) => {
                        Ok(json(scalar))
                    }
                    _ => self.fail(line, format!("the tag of `{text}` is not supported"), "remove the tag"),
                }
            }
            YamlData::Tagged(..) => {
                self.fail(line, "the tag of this value is not supported", "remove the tag")
            }
            // The loader resolves every alias but one that is part of its own anchor.
            YamlData::Value(_) | YamlData::Alias(_) | YamlData::BadValue => {
                let problem = "an alias (`*name`) is part of its own anchor (`&name`)";
                self.fail(line, problem, "write the content instead of the alias")
            }
        }
    }

    /// Adds the entries of a mapping to `object`, then the entries that it merges.
    fn add_entries<'i>(
        &mut self,
        object: &mut Map<String, Value>,
        entries: &AnnotatedMapping<'i, MarkedYaml<'i>>,
        pointer: &str,
        is_merged: bool,
    ) -> Result<(), Defect> {
        let mut merged = Vec::new();
        for (key, node) in entries {
            let line = key.span.start.line();
            let YamlData::Representation(name, ..) = &key.data else {
                return self.fail(line, "the key is a mapping or a list", "use a string as key");
            };
            match &node.data {
                YamlData::Sequence(items) if name == MERGE => merged.extend(items),
                _ if name == MERGE => merged.push(node),
                _ if !object.contains_key(&**name) => {
                    let pointer = format!("{pointer}{}", token(name));
                    let rank = self.positions.len();
                    self.positions.insert(pointer.clone(), Position { line, rank });
                    object.insert(name.to_string(), self.value(node, &pointer)?);
                }
                _ if is_merged => {}
                _ => {
                    let problem = format!("the key `{name}` is in this mapping twice");
                    return self.fail(line, problem, "remove one of the two");
                }
            }
        }
        merged.into_iter().try_for_each(|node| match &node.data {
            YamlData::Mapping(entries) => self.add_entries(object, entries, pointer, true),
            _ => {
                let problem = "`<<` merges a value that is not a mapping";
                self.fail(node.span.start.line(), problem, "merge a mapping or a list of mappings")
            }
        })
    }

    fn check_depth(&self, depth: usize, line: usize) -> Result<(), Defect> {
        if depth <= MAX_DEPTH {
            return Ok(());
        }
        self.fail(line, format!("the nesting is deeper than {MAX_DEPTH} levels"), "reduce the nesting")
    }

    fn syntax_error<T>(&self, error: &ScanError) -> Result<T, Defect> {
        let problem = format!("the YAML is invalid: {}", error.info());
        self.fail(error.marker().line(), problem, "fix the syntax, or import the page again")
    }

    fn fail<T>(&self, line: usize, problem: impl Into<String>, fix: &str) -> Result<T, Defect> {
        let (file, pointer) = (self.file.to_owned(), String::new());
        Err(Defect { file, line: line.max(1), pointer, problem: problem.into(), fix: fix.to_owned() })
    }
}

fn json(scalar: Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => value.into(),
        Scalar::Integer(value) => value.into(),
        Scalar::FloatingPoint(value) => value.into_inner().into(),
        Scalar::String(value) => value.into_owned().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, pointers: &[&str]) -> Vec<usize> {
        let (_, positions) = read("a.yaml", text).unwrap();
        pointers.iter().map(|pointer| positions[*pointer].line).collect()
    }

    fn error(text: &str) -> String {
        read("a.yaml", text).unwrap_err().to_string()
    }

    #[test]
    fn every_value_has_its_line() {
        let text = "a:\n  - b: 1\n  - c:\n      d/e: [1,\n        2]\n'f~': 1\n# comment\nh:\n  i: 1\n";
        let pointers = ["", "/a", "/a/0", "/a/1/c", "/a/1/c/d~1e", "/a/1/c/d~1e/1", "/f~0", "/h", "/h/i"];
        assert_eq!(lines(text, &pointers), [1, 1, 2, 3, 4, 5, 6, 8, 9]);
    }

    #[test]
    fn merged_entries_have_the_line_of_their_anchor_and_come_last() {
        let text = "base: &base\n  x: 1\n  y: 2\nmore:\n  <<: [*base]\n  y: 3\n";
        let (value, positions) = read("a.yaml", text).unwrap();
        assert_eq!(value["more"], serde_json::json!({ "x": 1, "y": 3 }));
        assert_eq!((positions["/more/x"].line, positions["/more/y"].line), (2, 6));
        assert!(positions["/more/x"].rank > positions["/more/y"].rank);
    }

    #[test]
    fn an_alias_bomb_is_an_error() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let aliases = format!("*a{}, ", level - 1).repeat(9);
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        assert!(
            error(&bomb).starts_with("a.yaml:5: the YAML is invalid: alias expansion"),
            "{}",
            error(&bomb)
        );
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let nesting = "a.yaml:1: the nesting is deeper than 100 levels; reduce the nesting";
        assert_eq!(error(&"- ".repeat(100_000)), nesting);
        assert_eq!(error(&"[".repeat(150)), nesting);
        // The parser has a limit of its own for flow style.
        assert!(error(&"[".repeat(100_000)).starts_with("a.yaml:1: the YAML is invalid: recursion limit"));
    }

    #[test]
    fn deep_nesting_by_aliases_is_an_error() {
        let nested = |anchor: usize, content: &str| {
            format!("a{anchor}: &a{anchor} {}{content}{}\n", "[".repeat(90), "]".repeat(90))
        };
        let text = (1..100).map(|anchor| nested(anchor, &format!("*a{}", anchor - 1)));
        let text: Vec<_> = std::iter::once(nested(0, "x")).chain(text).collect();
        let nesting = "a.yaml:1: the nesting is deeper than 100 levels; reduce the nesting";
        assert_eq!(error(&text[..2].concat()), nesting);
        // With more aliases, the loader stops before the nesting is deep enough to overflow the stack.
        assert!(error(&text.concat()).contains("alias expansion exceeded the maximum"));
    }

    #[test]
    fn yaml_without_a_json_form_is_an_error_with_its_line() {
        let texts = [
            "a: 1\na: 2\n",
            "400: 1\n'400': 2\n",
            "? [g]\n: 1\n",
            "a: 1\n---\nb: 2\n",
            "a: &a\n  b: *a\n",
            "a: *b\n",
            "a:\n  b: !secret x\n",
            "a:\n  b: !secret [x]\n",
            "a: !!int x\n",
            "a:\n  <<: x\n",
        ];
        insta::assert_snapshot!(texts.map(error).join("\n"), @r"
    a.yaml:2: the YAML is invalid: duplicated key in mapping; fix the syntax, or import the page again
    a.yaml:2: the key `400` is in this mapping twice; remove one of the two
    a.yaml:1: the key is a mapping or a list; use a string as key
    a.yaml:3: a second YAML document starts here; keep one document in this file
    a.yaml:2: an alias (`*name`) is part of its own anchor (`&name`); write the content instead of the alias
    a.yaml:1: the YAML is invalid: while parsing node, found unknown anchor; fix the syntax, or import the page again
    a.yaml:2: the tag of `x` is not supported; remove the tag
    a.yaml:2: the tag of this value is not supported; remove the tag
    a.yaml:1: the tag of `x` is not supported; remove the tag
    a.yaml:2: `<<` merges a value that is not a mapping; merge a mapping or a list of mappings
    ");
    }
}
