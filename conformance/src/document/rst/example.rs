//! Example requests and responses: HTTP messages in code blocks.

use super::line::{Line, joined};
use super::reader::RstReader;
use super::section::{Group, Method, Topic};
use crate::document::model::{Code, RequestExample, Response, Server};
use crate::document::prose::collapse;

impl RstReader {
    /// The example requests of a method. If several methods share a description, the method of the example
    /// request says which operation it belongs to.
    pub(super) fn example_requests(
        &mut self,
        at: &str,
        method: &Method<'_>,
        path: &str,
        group: &Group<'_>,
    ) -> Vec<RequestExample> {
        let mut examples = Vec::new();
        for (line, lines) in group.codes(Topic::ExampleRequests) {
            let Some(example) = self.example_request(at, line, lines, examples.len()) else {
                continue;
            };
            let is_of = |method: &Method<'_>| method.method == example.method;
            if !is_of(method) && group.methods.iter().any(is_of) {
                continue;
            }
            let is_template = path.contains('{');
            if !is_of(method) || (!is_template && example.path != path) {
                let text = format!(
                    "the example request is {} {}, but the operation is {} {path}",
                    example.method, example.path, method.method
                );
                self.note(at, example.location.line, text);
            }
            examples.push(example);
        }
        examples
    }

    fn example_request(
        &mut self,
        at: &str,
        line: usize,
        lines: &[Line<'_>],
        index: usize,
    ) -> Option<RequestExample> {
        let example = message(lines);
        let Some((method, target)) = example.request_line() else {
            self.note(at, line, format!("`{}` is not a request line; the example is ignored", example.start));
            return None;
        };
        if let Some(line) = example.runs_on {
            self.note(at, line, "the example has no blank line between the headers and the body");
        }
        let location = self.location(&format!("{at}/examples/{index}"), line);
        if let Some(host) = example.header("host") {
            let url = format!("https://{host}");
            if url::Url::parse(&url).is_err() {
                self.note(at, line, format!("`{host}` is not a host; the example names no server"));
            } else if !self.servers.iter().any(|server| server.url == url) {
                self.servers.push(Server { url, location: location.clone() });
            }
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Some(RequestExample {
            method: method.to_owned(),
            path: path.to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            body: example.body_text(),
            headers: example.headers,
            location,
        })
    }

    /// Adds each example response to the documented response with its status.
    pub(super) fn example_responses(&mut self, at: &str, group: &Group<'_>, responses: &mut [Response]) {
        for (line, lines) in group.codes(Topic::ExampleResponses) {
            let example = message(lines);
            let Some(status) = example.status() else {
                let text = format!("`{}` is not a status line; the example is ignored", example.start);
                self.note(at, line, text);
                continue;
            };
            if let Some(line) = example.runs_on {
                self.note(at, line, "the example has no blank line between the headers and the body");
            }
            match responses.iter_mut().find(|response| response.code == Code::Exact(status)) {
                Some(response) => self.add_example(response, &example.media_type(), &example.body),
                None => self.note(
                    at,
                    line,
                    format!(
                        "the example has the status {status}, which the page does not document; it is ignored"
                    ),
                ),
            }
        }
    }
}

/// An example request or response.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Message<'a> {
    /// The start line. In the page, a request line may span several lines.
    pub(super) start: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<Line<'a>>,
    /// The first line of the body, if no blank line separates it from the headers.
    pub(super) runs_on: Option<usize>,
}

/// Parses a message: start line, headers, body.
pub(super) fn message<'a>(lines: &[Line<'a>]) -> Message<'a> {
    let start_lines = 1 + lines.iter().skip(1).take_while(|line| continues_start(line.text)).count();
    let (start, rest) = lines.split_at(start_lines.min(lines.len()));
    let headers: Vec<_> = rest.iter().map_while(|line| header(line.text)).collect();
    let rest = &rest[headers.len()..];
    let first = rest.iter().position(|line| !line.is_blank()).unwrap_or(rest.len());
    let body = rest[first..].to_vec();
    Message {
        start: start_line(start),
        headers,
        runs_on: body.first().filter(|_| first == 0).map(|line| line.number),
        body,
    }
}

impl Message<'_> {
    pub(super) fn body_text(&self) -> String {
        joined(&self.body)
    }

    /// The value of a header. Header names are case-insensitive.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The media type of the body; JSON if there is no `Content-Type`.
    pub(super) fn media_type(&self) -> String {
        let stated = self.header("content-type").unwrap_or("application/json");
        stated.split(';').next().unwrap_or(stated).trim().to_ascii_lowercase()
    }

    /// The method and the target of a request.
    pub(super) fn request_line(&self) -> Option<(&str, &str)> {
        let (method, rest) = self.start.split_once(' ')?;
        let target = rest.rsplit_once(" HTTP/").map_or(rest, |(target, _)| target).trim();
        let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
        (is_method && !target.is_empty() && !target.contains(' ')).then_some((method, target))
    }

    /// The status code of a response.
    pub(super) fn status(&self) -> Option<u16> {
        let (_, rest) = self.start.strip_prefix("HTTP/")?.split_once(' ')?;
        rest.split_whitespace().next()?.parse().ok().filter(|status| (100..=599).contains(status))
    }
}

/// Joins the parts of the query without spaces, and the HTTP version with one.
fn start_line(lines: &[Line<'_>]) -> String {
    lines.iter().map(|line| line.text.trim()).fold(String::new(), |start, part| {
        match part.starts_with("HTTP/") {
            true if !start.is_empty() => format!("{start} {part}"),
            _ => start + part,
        }
    })
}

/// Whether a line continues the start line: it starts with `&`, `?` or `/`, or is the HTTP version.
fn continues_start(text: &str) -> bool {
    text.trim_start().starts_with(['&', '?', '/']) || text.trim_start().starts_with("HTTP/")
}

fn header(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_name.then(|| (name.to_owned(), collapse(value)))
}

#[cfg(test)]
mod tests {
    use super::super::line::numbered;
    use super::*;

    #[test]
    fn a_request_line_may_span_several_lines() {
        let lines = numbered("GET /a?b=1\n&c=2\nHTTP/1.1\nHost: h.example\nX-A:  b  c\n\nbody\n\nmore");
        let message = message(&lines);
        assert_eq!(message.request_line(), Some(("GET", "/a?b=1&c=2")));
        assert_eq!(message.header("host"), Some("h.example"));
        assert_eq!(message.header("x-a"), Some("b c"));
        assert_eq!(message.body_text(), "body\n\nmore");
        assert_eq!(message.runs_on, None);
    }

    #[test]
    fn a_body_without_a_blank_line_before_it_is_found() {
        let lines = numbered("HTTP/1.1 200 OK\nContent-Type: Text/Plain; charset=utf-8\n{ \"a\": 1 }");
        let message = message(&lines);
        assert_eq!((message.status(), message.runs_on), (Some(200), Some(3)));
        assert_eq!(message.media_type(), "text/plain");
        assert_eq!(message.body_text(), "{ \"a\": 1 }");
    }

    #[test]
    fn other_text_has_neither_a_request_line_nor_a_status() {
        for text in ["", "please send it", "HTTP/1.1", "HTTP/1.1 OK", "HTTP/1.1 99", "get /a"] {
            let lines = numbered(text);
            let message = message(&lines);
            assert_eq!((message.request_line(), message.status()), (None, None), "{text}");
        }
    }
}
