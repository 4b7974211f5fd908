//! Shows the model of a document as text, so that a reviewer can compare it with the document.

use std::fmt::Write;

use media_upload_conformance::document::{Content, Example, Operation, Parameter, Prose, Schema};
use media_upload_conformance::{Document, Location};
use serde_json::Value;

/// Reads a document of the repository. The name is relative to its root.
pub(crate) fn read(name: &str) -> Document {
    let path = format!("{}/../{name}", env!("CARGO_MANIFEST_DIR"));
    Document::read(name, &std::fs::read(path).unwrap()).unwrap()
}

/// One line for each part of the model. It begins with the number of the line of the document that states the part.
pub(crate) fn outline(document: &Document) -> String {
    let mut outline = Outline { document, text: String::new(), depth: 0 };
    outline.document();
    outline.text
}

struct Outline<'a> {
    document: &'a Document,
    text: String,
    depth: usize,
}

impl Outline<'_> {
    fn document(&mut self) {
        let document = self.document;
        for server in &document.servers {
            self.item(&server.location, format!("server {}", server.url));
        }
        self.prose(&document.prose);
        for operation in &document.operations {
            self.operation(operation);
        }
        for section in ["/components/schemas", "/definitions"] {
            let definitions = document.definitions.pointer(section).and_then(Value::as_object);
            for (name, definition) in definitions.into_iter().flatten() {
                let location = document.locate(&format!("{section}/{name}"));
                self.item(&location, format!("schema {name} {definition}"));
            }
        }
        for note in &document.notes {
            self.item(&note.location, format!("note {}", note.text));
        }
    }

    fn operation(&mut self, operation: &Operation) {
        self.item(&operation.location, format!("{} {} {}", operation.id, operation.method, operation.path));
        self.depth += 1;
        for server in &operation.servers {
            self.item(&server.location, format!("server {}", server.url));
        }
        self.prose(&operation.prose);
        for parameter in &operation.parameters {
            self.parameter(parameter);
        }
        if let Some(body) = &operation.body {
            self.item(&body.location, format!("body{}", if body.required { " required" } else { "" }));
            self.contents(&body.contents);
        }
        for response in &operation.responses {
            self.item(&response.location, format!("{} {:?}", response.code, response.description));
            self.depth += 1;
            for header in &response.headers {
                self.parameter(header);
            }
            self.depth -= 1;
            self.contents(&response.contents);
        }
        for alternative in &operation.security {
            let names: Vec<_> = alternative
                .iter()
                .map(|credential| format!("{} {:?}", credential.name, credential.kind))
                .collect();
            let location = alternative.first().map_or(&operation.location, |credential| &credential.location);
            self.item(location, format!("security [{}]", names.join(", ")));
        }
        for example in &operation.examples {
            self.item(
                &example.location,
                format!(
                    "{} {} {:?} {:?} {:?}",
                    example.method, example.path, example.query, example.headers, example.body
                ),
            );
        }
        self.depth -= 1;
    }

    fn parameter(&mut self, parameter: &Parameter) {
        let Parameter { sent_in, name, required, format, .. } = parameter;
        let style = format.style.word();
        let flags = format!(
            "{}{style}{}",
            if *required { "required " } else { "" },
            if format.explode { " explode" } else { "" }
        );
        self.item(&parameter.location, format!("{sent_in:?} {name} {flags} {:?}", parameter.description));
        self.depth += 1;
        self.schema(Some(&parameter.schema));
        self.examples(&parameter.examples);
        self.depth -= 1;
    }

    fn contents(&mut self, contents: &[Content]) {
        self.depth += 1;
        for content in contents {
            self.item(&content.location, content.media_type.clone());
            self.depth += 1;
            self.schema(content.schema.as_ref());
            self.examples(&content.examples);
            self.depth -= 1;
        }
        self.depth -= 1;
    }

    fn schema(&mut self, schema: Option<&Schema>) {
        if let Some(schema) = schema {
            self.item(&self.document.locate(&schema.pointer), format!("schema {}", schema.value));
        }
    }

    fn examples(&mut self, examples: &[Example]) {
        for example in examples {
            self.item(&example.location, format!("example {}", example.value));
        }
    }

    fn prose(&mut self, prose: &[Prose]) {
        for Prose { text, location } in prose {
            self.item(location, format!("prose {text:?}"));
        }
    }

    fn item(&mut self, location: &Location, text: String) {
        let indent = "  ".repeat(self.depth);
        writeln!(self.text, "{:>3} {indent}{text}", location.line).unwrap();
    }
}
