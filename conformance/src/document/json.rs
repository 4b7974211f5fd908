//! The JSON parser: one value, and the line of each part of it.
//!
//! JSON has a parser of its own because YAML parsers fail on what JSON writers produce: tabs, escaped
//! surrogate pairs, long keys.

use serde_json::{Map, Value};

use super::error::{LineError, Result};
use super::files::Files;
use super::pointer;
use super::tree::{LineIndex, Tree, check_size, duplicate};

/// Parses a string that starts after `offset` lines of its file. `root` is the pointer of its value.
pub(super) fn read(text: &str, offset: usize, root: &str) -> Result<Tree> {
    let mut parser = Parser { text, at: 0, line: offset + 1, lines: LineIndex::default() };
    parser.skip_blanks();
    let line = parser.line;
    let value = parser.value(&mut root.to_owned(), line, 0)?;
    parser.skip_blanks();
    match parser.next() {
        None => Ok(Tree { value, lines: parser.lines.by_pointer, files: Files::default() }),
        Some(_) => Err(parser.error("unexpected text after the end of the document; remove it")),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    lines: LineIndex,
}

impl<'a> Parser<'a> {
    fn value(&mut self, pointer: &mut String, line: usize, depth: usize) -> Result<Value> {
        check_size(depth, self.lines.by_pointer.len() + 1, line)?;
        self.lines.insert(pointer, line)?;
        match self.next() {
            Some('{') => self.object(pointer, depth),
            Some('[') => self.array(pointer, depth),
            Some('"') => self.string().map(Value::String),
            Some(_) => self.word(),
            None => {
                Err(self.error("the text ends where a value is expected; check that the file is complete"))
            }
        }
    }

    fn object(&mut self, pointer: &mut String, depth: usize) -> Result<Value> {
        let mut map = Map::new();
        self.elements('}', |parser| {
            let line = parser.line;
            if parser.next() != Some('"') {
                return Err(parser.error("expected a key in double quotes"));
            }
            let key = parser.string()?;
            let length = pointer.len();
            pointer::push(pointer, &key);
            if map.contains_key(&key) {
                return Err(duplicate(&key, line, parser.lines.by_pointer.nearest(pointer)));
            }
            parser.skip_blanks();
            parser.expect(':')?;
            parser.skip_blanks();
            map.insert(key, parser.value(pointer, line, depth + 1)?);
            pointer.truncate(length);
            Ok(())
        })?;
        Ok(Value::Object(map))
    }

    fn array(&mut self, pointer: &mut String, depth: usize) -> Result<Value> {
        let mut items = Vec::new();
        self.elements(']', |parser| {
            let length = pointer.len();
            pointer::push(pointer, &items.len().to_string());
            items.push(parser.value(pointer, parser.line, depth + 1)?);
            pointer.truncate(length);
            Ok(())
        })?;
        Ok(Value::Array(items))
    }

    /// Reads from the opening bracket to the `end`. `element` reads what is between two commas.
    fn elements(&mut self, end: char, mut element: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.at += 1;
        self.skip_blanks();
        if self.takes(end) {
            return Ok(());
        }
        loop {
            element(self)?;
            self.skip_blanks();
            if self.takes(end) {
                return Ok(());
            }
            self.expect(',')?;
            self.skip_blanks();
        }
    }

    fn string(&mut self) -> Result<String> {
        let mut strings = serde_json::Deserializer::from_str(&self.text[self.at..]).into_iter();
        match strings.next() {
            Some(Ok(text)) => {
                self.at += strings.byte_offset();
                Ok(text)
            }
            Some(Err(error)) if !error.is_eof() => {
                // The position in the message counts from the start of the string.
                let message = error.to_string();
                let message = message.split(" at line ").next().unwrap_or_default();
                Err(self.error(&format!("invalid string: {message}")))
            }
            _ => Err(self.error("the string that starts here has no closing quote")),
        }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Value> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| c.is_whitespace() || ",:]}[{\"".contains(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        let shown: String = rest.chars().take(end.clamp(1, 20)).collect();
        let value =
            serde_json::from_str(word).map_err(|_| self.error(&format!("`{shown}` is not a JSON value")))?;
        self.at += end;
        Ok(value)
    }

    fn next(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn takes(&mut self, mark: char) -> bool {
        let found = self.next() == Some(mark);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, mark: char) -> Result<()> {
        if self.takes(mark) {
            return Ok(());
        }
        let found = self.next().map_or("the end of the text".to_owned(), |c| format!("`{c}`"));
        Err(self.error(&format!("expected `{mark}`, found {found}")))
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text[self.at..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        self.line += rest[..blanks].bytes().filter(|byte| *byte == b'\n').count();
        self.at += blanks;
    }

    fn error(&self, message: &str) -> LineError {
        LineError::new(self.line, format!("invalid JSON: {message}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn values_equal_those_of_serde_json() {
        let text = r#" { "a" : [ 1 , -2.5e3, true,false , null, "x\"\\\u00e9\/\n" , { } , [ ] ] , "b/~" : 12345678901234567890 } "#;
        let expected: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(read(text, 0, "").unwrap().value, expected);
    }

    #[test]
    fn keys_and_items_have_the_line_they_start_on() {
        let tree = read("\n{\"a\":\n  [1,\n   {\"b/c\": \"\\n\"}],\n\"d\": 2}", 0, "").unwrap();
        for (pointer, line) in [("", 2), ("/a", 2), ("/a/0", 3), ("/a/1", 4), ("/a/1/b~1c", 4), ("/d", 5)] {
            assert_eq!(tree.lines.get(pointer), Some(line), "{pointer}");
        }
        assert_eq!(tree.lines.len(), 6);
        assert_eq!(tree.value, json!({ "a": [1, { "b/c": "\n" }], "d": 2 }));
    }

    #[test]
    fn invalid_json_is_an_error_that_says_what_was_expected() {
        let refusals = [
            ("{\"a\" 1}", "expected `:`, found `1`"),
            ("[1 2]", "expected `,`, found `2`"),
            ("[1,]", "`]` is not a JSON value"),
            ("{a: 1}", "expected a key in double quotes"),
            ("[\"\t\"]", "invalid string: control character (\\u0000-\\u001F) found while parsing a string"),
            ("[", "the text ends where a value is expected; check that the file is complete"),
            ("[01]", "`01` is not a JSON value"),
        ];
        for (text, expected) in refusals {
            assert_eq!(read(text, 0, "").unwrap_err().message, format!("invalid JSON: {expected}"), "{text}");
        }
    }
}
