//! The reStructuredText reader: pages of the sphinx http domain whose tables hold the facts.

mod block;
mod grid;
mod line;
mod message;
mod parameter;
mod response;
mod section;
mod values;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde_json::json;

use self::block::{Block, BlockKind, blocks};
use self::grid::Grid;
use self::line::{Line, numbered};
use self::message::message;
use self::section::{Group, Method, Section, Topic, groups};
use super::{
    Document, Fault, Kind, Location, Note, Operation, Parameter, Place, Prose, RequestExample,
    Server, push_token,
};

/// What pages write where a section has nothing to say.
const NOTHING: [&str; 3] = ["not applicable", "none", "n/a"];

pub(super) fn read(name: &Arc<str>, text: &Arc<str>) -> Result<Document, Fault> {
    let expanded = text.replace('\t', "        ");
    let mut reader = Reader {
        name: name.clone(),
        lines: BTreeMap::new(),
        notes: Vec::new(),
        servers: Vec::new(),
    };
    let blocks = blocks(&numbered(&expanded));
    reader.note_defects(&blocks);
    let (described, unclaimed): (Vec<_>, Vec<_>) = groups(blocks)
        .into_iter()
        .partition(|group| !group.methods.is_empty());
    if described.is_empty() {
        return Err(Fault::new(
            1,
            "no `.. http:get:: /path` (or other method) on this page; is it a page about a call?",
        ));
    }
    let prose = unclaimed
        .iter()
        .flat_map(|group| reader.prose("/prose", group))
        .collect();
    let mut taken = HashSet::new();
    let mut operations = Vec::new();
    for group in &described {
        for method in &group.methods {
            operations.push(reader.operation(method, group, &mut taken)?);
        }
    }
    reader.notes.sort_by_key(|note| note.location.line);
    reader
        .notes
        .dedup_by(|one, other| one.text == other.text && one.location == other.location);
    Ok(Document {
        name: name.clone(),
        text: text.clone(),
        kind: Kind::Rst,
        servers: reader.servers,
        operations,
        definitions: json!({}),
        prose,
        notes: reader.notes,
        lines: reader.lines,
    })
}

/// What is known while a page is read.
struct Reader {
    name: Arc<str>,
    lines: BTreeMap<String, usize>,
    notes: Vec<Note>,
    servers: Vec<Server>,
}

impl Reader {
    /// A place, remembered under its pointer.
    fn location(&mut self, pointer: &str, line: usize) -> Location {
        self.lines.entry(pointer.to_owned()).or_insert(line);
        Location {
            document: self.name.clone(),
            line,
            pointer: pointer.to_owned(),
        }
    }

    fn note(&mut self, pointer: &str, line: usize, text: impl Into<String>) {
        let location = Location {
            document: self.name.clone(),
            line,
            pointer: pointer.to_owned(),
        };
        self.notes.push(Note {
            text: text.into(),
            location,
        });
    }

    fn note_oddities(&mut self, pointer: &str, grid: &Grid<'_>) {
        for (line, text) in &grid.oddities {
            self.note(pointer, *line, *text);
        }
    }

    /// Defects of a page that are none of its facts.
    fn note_defects(&mut self, blocks: &[Block<'_>]) {
        for block in blocks {
            match &block.kind {
                BlockKind::Title {
                    text,
                    is_underlined: false,
                } => {
                    self.note(
                        "",
                        block.line,
                        format!("the title `{text}` is longer than its underline"),
                    );
                }
                BlockKind::Heading {
                    name,
                    is_apart: false,
                    ..
                } => {
                    self.note("", block.line, format!("no blank line before the heading `{name}`, which makes it part of the text above"));
                }
                BlockKind::Unknown(what) => self.note(
                    "",
                    block.line,
                    format!("{what}, which this reader does not know; it is not read"),
                ),
                _ => {}
            }
        }
    }

    fn operation(
        &mut self,
        method: &Method<'_>,
        group: &Group<'_>,
        taken: &mut HashSet<String>,
    ) -> Result<Operation, Fault> {
        let path = path_template(method)?;
        let id = distinct_id(&path, &method.method, taken);
        let mut pointer = String::new();
        push_token(&mut pointer, &id);
        let location = self.location(&pointer, method.line);
        if let Some(line) = method.content.first() {
            self.note(
                &pointer,
                line.number,
                "text under the http directive; it is not read",
            );
        }
        let prose = self.prose(&pointer, group);
        self.note_strangers(&pointer, group);
        let of = |topic| {
            group
                .sections
                .iter()
                .filter(move |section| section.topic == topic)
                .collect::<Vec<_>>()
        };
        let mut parameters = Vec::new();
        for place in [Place::Path, Place::Query, Place::Header] {
            parameters.extend(self.parameters(&pointer, &of(Topic::Parameters(place)), place));
        }
        self.match_path(&pointer, &path, method.line, &mut parameters);
        let body = self.form_body(&pointer, &of(Topic::Body));
        let mut responses = self.responses(&pointer, &of(Topic::Responses));
        for (line, content) in code_blocks(&of(Topic::ExampleResponses)) {
            self.example_response(&pointer, line, content, &mut responses);
        }
        if responses.is_empty() {
            self.note(&pointer, method.line, "no response is documented");
        }
        let mut examples = Vec::new();
        for (line, content) in code_blocks(&of(Topic::ExampleRequests)) {
            examples.extend(self.example_request(&pointer, line, content, examples.len()));
        }
        Ok(Operation {
            id,
            method: method.method.clone(),
            path,
            location,
            servers: Vec::new(),
            prose,
            parameters,
            body,
            responses,
            security: Vec::new(),
            examples,
        })
    }

    /// Title and paragraphs, wherever on the page they stand.
    fn prose(&mut self, operation: &str, group: &Group<'_>) -> Vec<Prose> {
        let blocks = group
            .preamble
            .iter()
            .chain(group.sections.iter().flat_map(|section| &section.blocks));
        let mut prose = Vec::new();
        for block in blocks {
            let (BlockKind::Title { text, .. } | BlockKind::Paragraph(text)) = &block.kind else {
                continue;
            };
            if !NOTHING.contains(&text.to_ascii_lowercase().trim_end_matches('.')) {
                let location =
                    self.location(&format!("{operation}/prose/{}", prose.len()), block.line);
                prose.push(Prose {
                    text: text.clone(),
                    location,
                });
            }
        }
        prose
    }

    /// Blocks that stand where this reader does not look for them.
    fn note_strangers(&mut self, operation: &str, group: &Group<'_>) {
        for section in group
            .sections
            .iter()
            .filter(|section| section.topic == Topic::Unknown)
        {
            self.note(operation, section.line, format!("the heading `{}` is not one that this reader knows; only text is read under it", section.name));
        }
        for block in &group.preamble {
            self.note_stranger(operation, block, None);
        }
        for section in &group.sections {
            for block in &section.blocks {
                self.note_stranger(operation, block, Some(section));
            }
        }
    }

    fn note_stranger(&mut self, operation: &str, block: &Block<'_>, section: Option<&Section<'_>>) {
        let topic = section.map_or(Topic::Unknown, |section| section.topic);
        let text = match &block.kind {
            BlockKind::Table(_)
                if matches!(topic, Topic::Parameters(_) | Topic::Body | Topic::Responses) =>
            {
                return;
            }
            BlockKind::Table(_) => {
                "a table in a place where this reader expects none; it is not read".to_owned()
            }
            BlockKind::Directive { name, .. }
                if is_code(name)
                    && matches!(topic, Topic::ExampleRequests | Topic::ExampleResponses) =>
            {
                return;
            }
            BlockKind::Directive { name, .. } => format!(
                "the directive `{name}` in a place where this reader does not expect it; it is not read"
            ),
            _ => return,
        };
        self.note(operation, block.line, text);
    }

    /// Holds the path's parameters to its template.
    fn match_path(
        &mut self,
        pointer: &str,
        path: &str,
        line: usize,
        parameters: &mut Vec<Parameter>,
    ) {
        let names = super::template_names(path);
        for name in &names {
            if !parameters
                .iter()
                .any(|parameter| parameter.place == Place::Path && parameter.name == *name)
            {
                self.note(pointer, line, format!("no parameter describes the path's `{{{name}}}`; it is read as a required text"));
                let location = self.location(&format!("{pointer}/path/{name}"), line);
                parameters.push(Parameter::undescribed(name, location));
            }
        }
    }

    fn example_request(
        &mut self,
        operation: &str,
        line: usize,
        lines: &[Line<'_>],
        index: usize,
    ) -> Option<RequestExample> {
        let example = message(lines);
        let line = lines.first().map_or(line, |line| line.number);
        let Some((method, target)) = example.request_line() else {
            self.note(
                operation,
                line,
                format!(
                    "`{}` is not the first line of a request; the example is not read",
                    example.start
                ),
            );
            return None;
        };
        let location = self.location(&format!("{operation}/examples/{index}"), line);
        if let Some(host) = example.header("host") {
            let url = format!("https://{host}");
            if !self.servers.iter().any(|server| server.url == url) {
                self.servers.push(Server {
                    url,
                    location: location.clone(),
                });
            }
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Some(RequestExample {
            method: method.to_owned(),
            path: path.to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            body: example.body_text(),
            headers: example.headers,
            location,
        })
    }
}

/// The code blocks in these sections, with the line of each.
fn code_blocks<'s, 'a>(sections: &[&'s Section<'a>]) -> Vec<(usize, &'s [Line<'a>])> {
    let blocks = sections.iter().flat_map(|section| &section.blocks);
    blocks
        .filter_map(|block| match &block.kind {
            BlockKind::Directive { name, content, .. } if is_code(name) => {
                Some((block.line, content.as_slice()))
            }
            _ => None,
        })
        .collect()
}

fn is_code(directive: &str) -> bool {
    matches!(directive, "sourcecode" | "code-block" | "code")
}

/// The path with its parameters in braces: `(int:id)` and `<id>` become `{id}`.
fn path_template(method: &Method<'_>) -> Result<String, Fault> {
    let path = method
        .path
        .replace(['(', '<'], "{")
        .replace([')', '>'], "}");
    if !path.starts_with('/') || path.contains(char::is_whitespace) {
        return Err(Fault::new(
            method.line,
            format!("`{}` is not a path; it must begin with `/`", method.path),
        ));
    }
    let mut template = String::new();
    for (index, part) in path.split('{').enumerate() {
        match part.split_once('}') {
            Some((name, rest)) if index > 0 => {
                let name = name.rsplit(':').next().unwrap_or(name);
                template.push_str(&format!("{{{name}}}{rest}"));
            }
            _ => template.push_str(part),
        }
    }
    Ok(template)
}

fn distinct_id(path: &str, method: &str, taken: &mut HashSet<String>) -> String {
    let method = method.to_ascii_lowercase();
    let id = super::id_of_path(path, &method);
    let candidates = std::iter::once(id.clone()).chain((1..).map(|attempt| match attempt {
        1 => format!("{method}_{id}"),
        _ => format!("{method}_{id}_{attempt}"),
    }));
    for candidate in candidates {
        if taken.insert(candidate.clone()) {
            return candidate;
        }
    }
    id
}
