//! Path templates: the parameters they name, and the ids that operations have by them.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::{Location, Parameter, Place, Schema};

/// The names in a template's braces, in order.
pub(super) fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// The names in a template that no parameter describes.
pub(super) fn undescribed<'p>(path: &'p str, parameters: &[Parameter]) -> Vec<&'p str> {
    let in_path = parameters
        .iter()
        .filter(|parameter| parameter.place == Place::Path);
    let described: HashSet<_> = in_path.map(|parameter| parameter.name.as_str()).collect();
    let mut seen = HashSet::new();
    names(path)
        .filter(|name| !described.contains(name) && seen.insert(*name))
        .collect()
}

/// What to note about such a name.
pub(super) fn undescribed_note(name: &str) -> String {
    format!("no parameter describes the path's `{{{name}}}`; it is read as a required text")
}

/// What is known of a parameter that only the template names.
pub(super) fn bare_parameter(name: &str, location: Location) -> Parameter {
    Parameter {
        name: name.to_owned(),
        place: Place::Path,
        required: true,
        schema: Schema {
            value: json!({ "type": "string" }),
            pointer: location.pointer.clone(),
        },
        style: "simple".to_owned(),
        explode: false,
        allow_reserved: false,
        description: String::new(),
        examples: Vec::new(),
        location,
    }
}

/// The ids that operations have already.
#[derive(Debug, Default)]
pub(super) struct Ids {
    taken: HashSet<String>,
    /// How often each id was asked for with each method, after it was taken.
    repeated: HashMap<(String, String), usize>,
}

impl Ids {
    /// The id itself, or, if an earlier operation has it, one with the method (and a number) before it.
    pub(super) fn distinct(&mut self, id: &str, method: &str) -> String {
        if self.taken.insert(id.to_owned()) {
            return id.to_owned();
        }
        let method = method.to_ascii_lowercase();
        let repeated = self
            .repeated
            .entry((id.to_owned(), method.clone()))
            .or_default();
        loop {
            *repeated += 1;
            let distinct = match *repeated {
                1 => format!("{method}_{id}"),
                time => format!("{method}{time}_{id}"),
            };
            if self.taken.insert(distinct.clone()) {
                return distinct;
            }
        }
    }
}

/// An id for an operation that states none: the path's last segment that is not a parameter.
pub(super) fn id(path: &str, method: &str) -> String {
    let segment = path
        .split('/')
        .rfind(|segment| !segment.is_empty() && !segment.contains('{'));
    segment.map_or_else(|| method.to_ascii_lowercase(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_stands_in_braces() {
        assert_eq!(names("/a/{b}/{c}.{d}").collect::<Vec<_>>(), ["b", "c", "d"]);
        assert_eq!(names("/a/b}/{c").count(), 0);
    }

    #[test]
    fn an_id_is_the_last_segment_that_is_no_parameter() {
        assert_eq!(
            id("/api/job/request_upload_url", "GET"),
            "request_upload_url"
        );
        assert_eq!(id("/v1/jobs/{jobId}/", "GET"), "jobs");
        assert_eq!(id("/{a}", "GET"), "get");
    }
}
