//! Path templates, their parameters, and operation ids made from paths.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::json;

use super::model::{Location, Parameter, ParameterLocation, Schema};
use super::serialisation::{Serialisation, Style};

/// The names in the braces of a template, in order.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// A template without the names in its braces. Templates of equal shape match the same paths.
pub(crate) fn shape(path: &str) -> String {
    let mut parts = path.split('{');
    let mut shape = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shape.extend(["{}", part.split_once('}').map_or("", |(_, rest)| rest)]);
    }
    shape
}

/// Makes the path parameters match the template: removes those it does not name, and adds those that
/// have no description. Returns the notes about both.
pub(super) fn match_template(
    path: &str,
    parameters: &mut Vec<Parameter>,
    mut locate: impl FnMut(&str) -> Location,
) -> Vec<String> {
    let mut notes = Vec::new();
    let mut undescribed: BTreeSet<_> = names(path).collect();
    parameters.retain(|Parameter { name, sent_in, .. }| {
        let is_lost = *sent_in == ParameterLocation::Path && !undescribed.remove(name.as_str());
        if is_lost {
            notes.push(format!(
                "the path template has no `{{{name}}}` for this path parameter; the parameter is ignored"
            ));
        }
        !is_lost
    });
    for name in undescribed {
        notes.push(format!(
            "no parameter describes `{{{name}}}` of the path template; it is treated as a required string"
        ));
        parameters.push(bare_parameter(name, ParameterLocation::Path, locate(name)));
    }
    notes
}

/// A required string parameter without a description.
pub(super) fn bare_parameter(name: &str, sent_in: ParameterLocation, location: Location) -> Parameter {
    let is_query = sent_in == ParameterLocation::Query;
    Parameter {
        name: name.to_owned(),
        sent_in,
        required: true,
        schema: Schema { value: json!({ "type": "string" }), pointer: location.pointer.clone() },
        format: Serialisation {
            style: if is_query { Style::Form } else { Style::Simple },
            explode: is_query,
            allow_reserved: false,
        },
        allow_empty: false,
        description: String::new(),
        examples: Vec::new(),
        location,
    }
}

/// The operation ids that are already used.
#[derive(Debug, Default)]
pub(super) struct Ids {
    taken: HashSet<String>,
    /// How often each id was requested again, by method.
    repeated: HashMap<(String, String), usize>,
}

impl Ids {
    /// Whether an operation has this id.
    pub(super) fn has(&self, id: &str) -> bool {
        self.taken.contains(id)
    }

    /// The id itself, or, if it is taken, the id with the method (and a number) before it.
    pub(super) fn distinct(&mut self, id: &str, method: &str) -> String {
        if self.taken.insert(id.to_owned()) {
            return id.to_owned();
        }
        let method = method.to_ascii_lowercase();
        let repeated = self.repeated.entry((id.to_owned(), method.clone())).or_default();
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

/// The id of an operation without one: the last path segment that is not a parameter.
pub(super) fn id(path: &str, method: &str) -> String {
    let segment = path.split('/').rfind(|segment| !segment.is_empty() && !segment.contains('{'));
    segment.map_or_else(|| method.to_ascii_lowercase(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_braces() {
        assert_eq!(names("/a/{b}/{c}.{d}").collect::<Vec<_>>(), ["b", "c", "d"]);
        assert_eq!(names("/a/b}/{c").count(), 0);
    }

    #[test]
    fn an_id_is_the_last_segment_that_is_not_a_parameter() {
        assert_eq!(id("/api/job/request_upload_url", "GET"), "request_upload_url");
        assert_eq!(id("/v1/jobs/{jobId}/", "GET"), "jobs");
        assert_eq!(id("/{a}", "GET"), "get");
    }
}
