//! The document: its JSON value, the file it came from, and the line of every value in it.

use std::collections::BTreeSet;
use std::iter::successors;

use serde_json::Value;

use crate::build::defect::Defect;
use crate::build::json::entries;
use crate::build::yaml::{self, Positions};

/// The methods that OpenAPI 3.0 has, in its order.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// A document. The fixes change `root`; the positions are those of the text.
pub(crate) struct Document {
    pub(crate) file: String,
    pub(crate) root: Value,
    positions: Positions,
}

impl Document {
    /// Reads a document from YAML or JSON.
    pub(crate) fn read(file: &str, text: &str) -> Result<Self, Defect> {
        let (mut root, positions) = yaml::read(file, text)?;
        // The order of keys must not depend on serde_json's feature `preserve_order`.
        root.sort_all_objects();
        Ok(Self { file: file.to_owned(), root, positions })
    }

    /// The names of the schemas.
    pub(crate) fn schemas(&self) -> BTreeSet<&str> {
        entries(&self.root["components"], "schemas").map(|(name, _)| name.as_str()).collect()
    }

    /// The line of the value at `pointer`, or of the nearest value around it.
    pub(crate) fn line(&self, pointer: &str) -> usize {
        let mut places = successors(Some(pointer), |place| place.rsplit_once('/').map(|(around, _)| around));
        places.find_map(|place| self.positions.get(place)).map_or(1, |position| position.line)
    }

    /// The rank of the value at `pointer` in the order of the text. Values that are not in the text come last.
    pub(crate) fn rank(&self, pointer: &str) -> usize {
        self.positions.get(pointer).map_or(usize::MAX, |position| position.rank)
    }

    /// A defect of the value at `pointer`.
    pub(crate) fn defect(&self, pointer: &str, problem: impl Into<String>, fix: impl Into<String>) -> Defect {
        Defect {
            file: self.file.clone(),
            line: self.line(pointer),
            pointer: pointer.to_owned(),
            problem: problem.into(),
            fix: fix.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_not_in_the_text_has_the_line_of_the_nearest_value_around_it() {
        let document = Document::read("a.yaml", "# comment\na:\n  - b: 1\n  - c: 2\n").unwrap();
        assert_eq!(["/a/1/c/d/e", "/a/5", "/z"].map(|pointer| document.line(pointer)), [4, 2, 2]);
        assert_eq!(Document::read("a.yaml", "").unwrap().line("/a"), 1);
    }
}
