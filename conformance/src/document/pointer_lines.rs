//! The line of each JSON pointer of a document.

use std::collections::HashMap;

use super::text::hash;

/// The line (from 1) of each JSON pointer. A large document has some hundred thousand pointers of about 100 bytes, so only a hash
/// of each is kept. That two pointers of one document have the same hash is less likely than one in a hundred million.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PointerLines(HashMap<u64, u32>);

impl PointerLines {
    /// The line of a pointer.
    pub fn get(&self, pointer: &str) -> Option<usize> {
        self.0.get(&hash(pointer)).map(|line| *line as usize)
    }

    /// The line of a pointer, or of its nearest ancestor with a known line; else 1.
    pub fn nearest(&self, pointer: &str) -> usize {
        let ends = std::iter::successors(Some(pointer.len()), |end| pointer[..*end].rfind('/'));
        ends.filter_map(|end| self.get(&pointer[..end])).next().unwrap_or(1)
    }

    /// Whether the pointer has a line.
    pub fn contains_key(&self, pointer: &str) -> bool {
        self.get(pointer).is_some()
    }

    /// Every line that a pointer has, in no order.
    pub fn values(&self) -> impl Iterator<Item = usize> {
        self.0.values().map(|line| *line as usize)
    }

    /// The number of pointers.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn insert(&mut self, pointer: &str, line: usize) {
        self.0.insert(hash(pointer), line.try_into().unwrap_or(u32::MAX));
    }

    /// Adds those of another file.
    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

#[cfg(test)]
mod tests {
    use super::PointerLines;

    #[test]
    fn a_pointer_without_a_line_has_the_line_of_its_ancestor() {
        let mut lines = PointerLines::default();
        for (pointer, line) in [("", 4), ("/a", 5), ("/a/b", 7)] {
            lines.insert(pointer, line);
        }
        let found = ["/a/b", "/a/b/c/d", "/a/bc", "/b", ""].map(|pointer| lines.nearest(pointer));
        assert_eq!(found, [7, 7, 5, 4, 4]);
        assert_eq!((lines.get("/a/b"), lines.get("/a/b/c")), (Some(7), None));
        assert_eq!(PointerLines::default().nearest("/a"), 1);
    }
}
