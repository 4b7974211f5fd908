//! JSON text as one value, with the line of every place in it.
//!
//! JSON is YAML in theory; in practice YAML parsers stumble over what JSON writers produce (tabs,
//! escaped surrogate pairs, long keys), so JSON is read as what it is.

use serde_json::{Map, Value};

use super::Fault;
use super::tree::{
    Lines, MAX_DEPTH, MAX_VALUES, Tree, duplicate, nearest_line, push_token, too_deep, too_many,
};

/// Reads a text that begins after `offset` lines of its file.
pub(super) fn read(text: &str, offset: usize) -> Result<Tree, Fault> {
    let mut parser = Parser { text, at: 0, line: offset + 1, lines: Lines::default() };
    parser.skip_blanks();
    let line = parser.line;
    let value = parser.value(&mut String::new(), line, 0)?;
    parser.skip_blanks();
    match parser.next() {
        None => Ok(Tree { value, lines: parser.lines.by_pointer }),
        Some(_) => Err(parser.fault("something stands after the end of the document; remove it")),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    lines: Lines,
}

impl<'a> Parser<'a> {
    fn value(&mut self, pointer: &mut String, line: usize, depth: usize) -> Result<Value, Fault> {
        if depth > MAX_DEPTH {
            return Err(too_deep(line));
        }
        if self.lines.by_pointer.len() >= MAX_VALUES {
            return Err(too_many(line));
        }
        self.lines.insert(pointer, line)?;
        match self.next() {
            Some('{') => self.object(pointer, depth),
            Some('[') => self.array(pointer, depth),
            Some('"') => self.string().map(Value::String),
            Some(_) => self.word(),
            None => Err(self.fault("the text ends where a value should stand; is it whole?")),
        }
    }

    fn object(&mut self, pointer: &mut String, depth: usize) -> Result<Value, Fault> {
        let mut map = Map::new();
        self.advance(1);
        self.skip_blanks();
        if self.takes('}') {
            return Ok(Value::Object(map));
        }
        loop {
            let line = self.line;
            if self.next() != Some('"') {
                return Err(self.fault("a key in double quotes should stand here"));
            }
            let key = self.string()?;
            let length = pointer.len();
            push_token(pointer, &key);
            if map.contains_key(&key) {
                return Err(duplicate(&key, line, nearest_line(&self.lines.by_pointer, pointer)));
            }
            self.skip_blanks();
            self.expect(':')?;
            self.skip_blanks();
            let value = self.value(pointer, line, depth + 1)?;
            pointer.truncate(length);
            map.insert(key, value);
            self.skip_blanks();
            if self.takes('}') {
                return Ok(Value::Object(map));
            }
            self.expect(',')?;
            self.skip_blanks();
        }
    }

    fn array(&mut self, pointer: &mut String, depth: usize) -> Result<Value, Fault> {
        let mut items = Vec::new();
        self.advance(1);
        self.skip_blanks();
        if self.takes(']') {
            return Ok(Value::Array(items));
        }
        loop {
            let length = pointer.len();
            push_token(pointer, &items.len().to_string());
            items.push(self.value(pointer, self.line, depth + 1)?);
            pointer.truncate(length);
            self.skip_blanks();
            if self.takes(']') {
                return Ok(Value::Array(items));
            }
            self.expect(',')?;
            self.skip_blanks();
        }
    }

    /// A string, found by its end and read by serde_json, which knows the escapes.
    fn string(&mut self) -> Result<String, Fault> {
        let mut escaped = false;
        let end = self.text.bytes().enumerate().skip(self.at + 1).find_map(|(at, byte)| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends.then_some(at)
        });
        let Some(end) = end else {
            return Err(self.fault("a string begins here and does not end"));
        };
        let written = &self.text[self.at..=end];
        let text = serde_json::from_str(written)
            .map_err(|error| self.fault(&format!("not a JSON string: {}", without_place(&error))))?;
        self.at = end + 1;
        Ok(text)
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Value, Fault> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| c.is_whitespace() || ",:]}[{\"".contains(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        let shown: String = rest.chars().take(end.clamp(1, 20)).collect();
        let value =
            serde_json::from_str(word).map_err(|_| self.fault(&format!("`{shown}` is not a JSON value")))?;
        self.advance(end);
        Ok(value)
    }

    fn next(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    fn takes(&mut self, mark: char) -> bool {
        let found = self.next() == Some(mark);
        self.advance(usize::from(found));
        found
    }

    fn expect(&mut self, mark: char) -> Result<(), Fault> {
        if self.takes(mark) {
            return Ok(());
        }
        let found = self.next().map_or("the text ends".to_owned(), |c| format!("`{c}` stands"));
        Err(self.fault(&format!("{found} where `{mark}` should stand")))
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text[self.at..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        self.line += rest[..blanks].bytes().filter(|byte| *byte == b'\n').count();
        self.advance(blanks);
    }

    fn fault(&self, message: &str) -> Fault {
        Fault::new(self.line, format!("not JSON: {message}"))
    }
}

/// An error of serde_json without "at line 1 column 9", which would count from the string's start.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn every_kind_of_value_is_read_as_serde_json_reads_it() {
        let text = r#" { "a" : [ 1 , -2.5e3, true,false , null, "x\"\\\u00e9\/\n" , { } , [ ] ] , "b/~" : 12345678901234567890 } "#;
        let expected: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(read(text, 0).unwrap().value, expected);
    }

    #[test]
    fn keys_and_items_have_the_line_they_begin_on() {
        let tree = read("\n{\"a\":\n  [1,\n   {\"b/c\": \"\\n\"}],\n\"d\": 2}", 0).unwrap();
        let mut lines: Vec<_> = tree.lines.iter().map(|(pointer, line)| (pointer.as_str(), *line)).collect();
        lines.sort();
        assert_eq!(lines, [("", 2), ("/a", 2), ("/a/0", 3), ("/a/1", 4), ("/a/1/b~1c", 4), ("/d", 5)]);
        assert_eq!(tree.value, json!({ "a": [1, { "b/c": "\n" }], "d": 2 }));
    }

    #[test]
    fn what_is_no_json_is_refused_with_what_should_stand_there() {
        let refusals = [
            ("{\"a\" 1}", "`1` stands where `:` should stand"),
            ("[1 2]", "`2` stands where `,` should stand"),
            ("[1,]", "`]` is not a JSON value"),
            ("{a: 1}", "a key in double quotes should stand here"),
            (
                "[\"\t\"]",
                "not a JSON string: control character (\\u0000-\\u001F) found while parsing a string",
            ),
            ("[", "the text ends where a value should stand; is it whole?"),
            ("[01]", "`01` is not a JSON value"),
        ];
        for (text, expected) in refusals {
            assert_eq!(read(text, 0).unwrap_err().message, format!("not JSON: {expected}"), "{text}");
        }
    }
}
