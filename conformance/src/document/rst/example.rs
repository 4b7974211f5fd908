//! Example requests and responses.

use super::Reader;
use super::line::Line;
use super::message::message;
use super::section::{Group, Method, Topic};
use crate::document::{Code, RequestExample, Response, Server};

impl Reader {
    /// The example requests of a method. A group's examples are told apart by their methods.
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
                    "the example calls {} {}, not {} {path}",
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
        let line = lines.first().map_or(line, |line| line.number);
        let Some((method, target)) = example.request_line() else {
            self.note(
                at,
                line,
                format!("`{}` is not the first line of a request; the example is not read", example.start),
            );
            return None;
        };
        if let Some(line) = example.runs_on {
            self.note(at, line, "no blank line between the headers and the body");
        }
        let location = self.location(&format!("{at}/examples/{index}"), line);
        if let Some(host) = example.header("host") {
            let url = format!("https://{host}");
            if !self.servers.iter().any(|server| server.url == url) {
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

    /// Gives each example response to the documented response of its status.
    pub(super) fn example_responses(&mut self, at: &str, group: &Group<'_>, responses: &mut [Response]) {
        for (line, lines) in group.codes(Topic::ExampleResponses) {
            let line = lines.first().map_or(line, |line| line.number);
            let example = message(lines);
            let Some(status) = example.status() else {
                self.note(
                    at,
                    line,
                    format!(
                        "`{}` is not the first line of a response; the example is not read",
                        example.start
                    ),
                );
                continue;
            };
            if let Some(line) = example.runs_on {
                self.note(at, line, "no blank line between the headers and the body");
            }
            match responses.iter_mut().find(|response| response.code == Code::Exact(status)) {
                Some(response) => self.add_example(response, &example.media_type(), &example.body),
                None => {
                    self.note(at, line, format!("an example of a {status}, which the page does not document"))
                }
            }
        }
    }
}
