//! HTTP messages written out in a code block.

use super::line::{Line, joined};
use crate::document::prose::collapse;

/// A request or response as its page writes it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Message<'a> {
    /// The first line: a request's may go on over several.
    pub(super) start: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<Line<'a>>,
    /// The line of a body that no blank line sets apart from the headers.
    pub(super) runs_on: Option<usize>,
}

/// Takes a message apart: start line, headers, body.
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

    /// The value of a header, whatever the case of its name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The media type of the body, JSON if no header says so.
    pub(super) fn media_type(&self) -> String {
        let stated = self.header("content-type").unwrap_or("application/json");
        stated.split(';').next().unwrap_or(stated).trim().to_ascii_lowercase()
    }

    /// A request's method, and its target without the HTTP version.
    pub(super) fn request_line(&self) -> Option<(&str, &str)> {
        let (method, rest) = self.start.split_once(' ')?;
        let target = rest.rsplit_once(" HTTP/").map_or(rest, |(target, _)| target).trim();
        let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
        (is_method && !target.is_empty() && !target.contains(' ')).then_some((method, target))
    }

    /// A response's status.
    pub(super) fn status(&self) -> Option<u16> {
        let (_, rest) = self.start.strip_prefix("HTTP/")?.split_once(' ')?;
        rest.split_whitespace().next()?.parse().ok().filter(|status| (100..=599).contains(status))
    }
}

/// The parts of a query belong together; the version stands apart.
fn start_line(lines: &[Line<'_>]) -> String {
    lines.iter().map(|line| line.text.trim()).fold(String::new(), |start, part| {
        match part.starts_with("HTTP/") {
            true if !start.is_empty() => format!("{start} {part}"),
            _ => start + part,
        }
    })
}

/// A query that is continued on the next line begins it with `&` or `?`; the version may follow alone.
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
    fn a_request_line_may_go_on_over_several_lines() {
        let lines = numbered("GET /a?b=1\n&c=2\nHTTP/1.1\nHost: h.example\nX-A:  b  c\n\nbody\n\nmore");
        let message = message(&lines);
        assert_eq!(message.request_line(), Some(("GET", "/a?b=1&c=2")));
        assert_eq!(message.header("host"), Some("h.example"));
        assert_eq!(message.header("x-a"), Some("b c"));
        assert_eq!(message.body_text(), "body\n\nmore");
        assert_eq!(message.runs_on, None);
    }

    #[test]
    fn a_body_that_runs_on_from_the_headers_is_found_and_told() {
        let lines = numbered("HTTP/1.1 200 OK\nContent-Type: Text/Plain; charset=utf-8\n{ \"a\": 1 }");
        let message = message(&lines);
        assert_eq!((message.status(), message.runs_on), (Some(200), Some(3)));
        assert_eq!(message.media_type(), "text/plain");
        assert_eq!(message.body_text(), "{ \"a\": 1 }");
    }

    #[test]
    fn what_is_no_message_has_neither_request_line_nor_status() {
        for text in ["", "please send it", "HTTP/1.1", "HTTP/1.1 OK", "HTTP/1.1 99", "get /a"] {
            let lines = numbered(text);
            let message = message(&lines);
            assert_eq!((message.request_line(), message.status()), (None, None), "{text}");
        }
    }
}
