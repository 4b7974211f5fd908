//! The sections of a page, grouped by operation.

use super::block::{Block, BlockKind};
use super::line::{Line, without_roles};
use crate::document::error::{LineError, Result};
use crate::document::model::ParameterLocation;

/// The topic of a section, from its bold heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Method,
    Parameters(ParameterLocation),
    Body,
    Responses,
    ExampleRequests,
    ExampleResponses,
    /// The heading is not recognised.
    Unknown,
}

impl Topic {
    fn of(name: &str) -> Self {
        match name.to_ascii_lowercase().trim_end_matches('s') {
            "http method" | "method" => Self::Method,
            "query string parameter" | "query parameter" => Self::Parameters(ParameterLocation::Query),
            "path parameter" | "url parameter" | "url path parameter" => {
                Self::Parameters(ParameterLocation::Path)
            }
            "http header" | "header" | "request header" => Self::Parameters(ParameterLocation::Header),
            "request body" | "request bodie" | "form parameter" => Self::Body,
            "response" | "http response" => Self::Responses,
            "example request" => Self::ExampleRequests,
            "example response" => Self::ExampleResponses,
            _ => Self::Unknown,
        }
    }

    /// Whether the tables of such a section are read.
    pub(super) fn has_tables(self) -> bool {
        matches!(self, Self::Parameters(_) | Self::Body | Self::Responses)
    }

    /// Whether the code blocks of such a section are read.
    pub(super) fn has_examples(self) -> bool {
        matches!(self, Self::ExampleRequests | Self::ExampleResponses)
    }
}

/// A bold heading and the blocks after it.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) line: usize,
    pub(super) topic: Topic,
    pub(super) name: String,
    pub(super) remark: String,
    pub(super) blocks: Vec<Block<'a>>,
}

impl<'a> Section<'a> {
    /// The lines of each table of the section.
    pub(super) fn tables(&self) -> impl Iterator<Item = &[Line<'a>]> {
        self.blocks.iter().filter_map(|block| match &block.kind {
            BlockKind::Table(lines) => Some(lines.as_slice()),
            _ => None,
        })
    }
}

/// `.. http:get:: /path` and its indented lines.
#[derive(Debug)]
pub(super) struct Method<'a> {
    pub(super) line: usize,
    pub(super) method: String,
    /// Empty if only a remark is written: the request goes to the URL that a response returned.
    pub(super) path: String,
    /// What the parentheses after the path contain, as in `/path (from URL)`.
    pub(super) remark: String,
    pub(super) content: Vec<Line<'a>>,
}

impl Method<'_> {
    /// The path template: `(int:id)` and `<id>` become `{id}`.
    pub(super) fn path_template(&self) -> Result<String> {
        if !self.path.starts_with('/') || self.path.contains(char::is_whitespace) {
            let message = format!("`{}` is not a path; a path starts with `/` and has no spaces", self.path);
            return Err(LineError::new(self.line, message));
        }
        let path = self.path.replace(['(', '<'], "{").replace([')', '>'], "}");
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
}

/// One or more methods and their common description.
#[derive(Debug, Default)]
pub(super) struct Group<'a> {
    pub(super) methods: Vec<Method<'a>>,
    /// Titles and paragraphs before the first section.
    pub(super) preamble: Vec<Block<'a>>,
    pub(super) sections: Vec<Section<'a>>,
}

/// Splits a page into groups. A title, or a method after other sections, starts a new group.
pub(super) fn groups<'a>(blocks: Vec<Block<'a>>) -> Vec<Group<'a>> {
    let mut groups = vec![Group::default()];
    for block in blocks {
        if begins_group(&block, groups.last()) {
            groups.push(Group::default());
        }
        if let Some(group) = groups.last_mut() {
            group.take(block);
        }
    }
    groups
}

fn begins_group(block: &Block<'_>, group: Option<&Group<'_>>) -> bool {
    let Some(group) = group.filter(|group| !group.methods.is_empty()) else {
        return false;
    };
    let is_described = group.sections.iter().any(|section| section.topic != Topic::Method);
    match &block.kind {
        BlockKind::Title { .. } => true,
        BlockKind::Heading { name, .. } => is_described && Topic::of(name) == Topic::Method,
        BlockKind::Directive { name, .. } => is_described && method(name).is_some(),
        _ => false,
    }
}

impl<'a> Group<'a> {
    /// All blocks except headings.
    pub(super) fn blocks(&self) -> impl Iterator<Item = &Block<'a>> {
        self.preamble.iter().chain(self.sections.iter().flat_map(|section| &section.blocks))
    }

    /// The sections of one topic.
    pub(super) fn about(&self, topic: Topic) -> Vec<&Section<'a>> {
        self.sections.iter().filter(|section| section.topic == topic).collect()
    }

    /// The code blocks in the sections of one topic, with the first line of each.
    pub(super) fn codes(&self, topic: Topic) -> Vec<(usize, &[Line<'a>])> {
        let blocks = self.about(topic).into_iter().flat_map(|section| &section.blocks);
        let codes = blocks.filter_map(|block| Some((block.line, block.code()?)));
        codes.map(|(line, code)| (code.first().map_or(line, |first| first.number), code)).collect()
    }

    fn take(&mut self, block: Block<'a>) {
        let line = block.line;
        match block.kind {
            BlockKind::Directive { name, argument, content } if method(name).is_some() => {
                let method = method(name).unwrap_or_default().to_ascii_uppercase();
                let argument = without_roles(argument);
                let (path, remark) = path_and_remark(&argument).unwrap_or((&argument, ""));
                let (path, remark) = (path.to_owned(), remark.to_owned());
                self.methods.push(Method { line, method, path, remark, content });
            }
            BlockKind::Heading { name, remark, .. } => {
                let topic = Topic::of(&name);
                self.sections.push(Section { line, topic, name, remark, blocks: Vec::new() });
            }
            _ => match self.sections.last_mut() {
                Some(section) => section.blocks.push(block),
                None => self.preamble.push(block),
            },
        }
    }
}

/// Separates `/path (remark)`. A parameter, such as `(int:id)`, has no space in it or before it.
fn path_and_remark(argument: &str) -> Option<(&str, &str)> {
    let (path, remark) = argument.trim_end_matches('`').rsplit_once('(')?;
    let (path, remark) = (path.trim_end_matches('`'), remark.strip_suffix(')')?);
    let is_apart = if path.is_empty() { remark.contains(' ') } else { path.ends_with(' ') };
    is_apart.then(|| (path.trim_end(), remark))
}

/// The method of a directive of the Sphinx HTTP domain.
fn method(directive: &str) -> Option<&str> {
    directive
        .strip_prefix("http:")
        .filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic()))
}
