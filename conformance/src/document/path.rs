//! Path templates: the parameters they name, and the ids that operations have by them.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::json;

use super::{Location, Parameter, Place, Schema};

/// The names in a template's braces, in order.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// A template without the names in its braces: two of one shape match the same paths.
pub(crate) fn shape(path: &str) -> String {
    let mut parts = path.split('{');
    let mut shape = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shape.extend(["{}", part.split_once('}').map_or("", |(_, rest)| rest)]);
    }
    shape
}

/// Holds path parameters to their template: drops those it does not name, adds those that only it
/// names, and says what is to be noted.
pub(super) fn match_template(
    path: &str,
    parameters: &mut Vec<Parameter>,
    mut locate: impl FnMut(&str) -> Location,
) -> Vec<String> {
    let mut notes = Vec::new();
    let mut undescribed: BTreeSet<_> = names(path).collect();
    parameters.retain(|Parameter { name, place, .. }| {
        let is_lost = *place == Place::Path && !undescribed.remove(name.as_str());
        if is_lost {
            notes.push(format!(
                "the path has no `{{{name}}}`, though a parameter says so; nothing is sent for it"
            ));
        }
        !is_lost
    });
    for name in undescribed {
        notes.push(format!("no parameter describes the path's `{{{name}}}`; it is read as a required text"));
        parameters.push(bare_parameter(name, locate(name)));
    }
    notes
}

/// What is known of a parameter that only the template names.
fn bare_parameter(name: &str, location: Location) -> Parameter {
    Parameter {
        name: name.to_owned(),
        place: Place::Path,
        required: true,
        schema: Schema { value: json!({ "type": "string" }), pointer: location.pointer.clone() },
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

/// An id for an operation that states none: the path's last segment that is not a parameter.
pub(super) fn id(path: &str, method: &str) -> String {
    let segment = path.split('/').rfind(|segment| !segment.is_empty() && !segment.contains('{'));
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
        assert_eq!(id("/api/job/request_upload_url", "GET"), "request_upload_url");
        assert_eq!(id("/v1/jobs/{jobId}/", "GET"), "jobs");
        assert_eq!(id("/{a}", "GET"), "get");
    }
}
