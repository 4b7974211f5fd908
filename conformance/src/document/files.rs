//! The files that a document refers to. Their content is laid beside that of the document, under one key of its top level, so that
//! one JSON pointer names any place.

use std::collections::BTreeMap;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::error::LineError;
use super::pointer::{escape, of_fragment, unescape};

/// The key of the top level that has the content of the files, by path.
pub(super) const KEY: &str = "x-referenced-files";

/// The longest path of a file, in bytes. The path is a part of the pointer of each value in the file.
const MAX_PATH: usize = 255;

/// A file that a document refers to.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The name shown to the user: the path from the folder of the document, after the path of that folder.
    pub name: Arc<str>,
    /// The text, without byte order mark and with `\n` line ends.
    pub text: Arc<str>,
}

/// Why a file is not used.
#[derive(Clone, Debug)]
pub(super) enum FileError {
    /// The place in the file that cannot be read.
    Unreadable(LineError),
    /// What is wrong with the reference, to follow it in a sentence.
    Refused(String),
}

impl FileError {
    pub(super) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

/// The files that a document refers to.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    /// The path of the document itself in its folder; empty when it is not read from one.
    pub(super) document: String,
    /// The files by their path from the folder of the document.
    pub(super) known: BTreeMap<String, Result<SourceFile, FileError>>,
}

impl Files {
    /// The name of the file that a pointer leads into; none for the document itself.
    pub(super) fn name_of(&self, pointer: &str) -> Option<&Arc<str>> {
        let file = self.known.get(&path_of(pointer)?)?.as_ref();
        file.ok().map(|file| &file.name)
    }

    /// The path and the text of each file.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.known.iter().filter_map(|(path, file)| Some((path.as_str(), &*file.as_ref().ok()?.text)))
    }

    /// The files that could be read.
    pub(super) fn sources(self) -> BTreeMap<String, SourceFile> {
        self.known.into_iter().filter_map(|(path, file)| Some((path, file.ok()?))).collect()
    }

    /// The target of a `$ref` that stands at the pointer `from`: the path of its file, empty for the document itself, and its pointer.
    pub(super) fn target(&self, from: &str, reference: &str) -> Result<(String, String), FileError> {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let within = of_fragment(fragment);
        if !within.is_empty() && !within.starts_with('/') {
            return Err(FileError::refused(
                "names an anchor, which is not supported; use a JSON pointer (`#/...`)",
            ));
        }
        let own = path_of(from).unwrap_or_default();
        let file = if path.is_empty() { own } else { self.followed(&own, path)? };
        let pointer = if file.is_empty() { within } else { format!("{}{within}", place_of(&file)) };
        Ok((file, pointer))
    }

    /// The path of the file that a reference in the file `own` names.
    fn followed(&self, own: &str, path: &str) -> Result<String, FileError> {
        let file = joined(own, path)?;
        if file == self.document {
            return Ok(String::new());
        }
        match self.known.get(&file) {
            Some(Ok(_)) => Ok(file),
            Some(Err(error)) => Err(error.clone()),
            None => Err(FileError::refused(
                "points to another file, and this document is not read from a folder; copy the content into this document",
            )),
        }
    }
}

/// The pointer of the content of a file.
pub(super) fn place_of(path: &str) -> String {
    format!("/{KEY}/{}", escape(path))
}

/// The path of the file that a pointer leads into; none for the document itself.
pub(super) fn path_of(pointer: &str) -> Option<String> {
    let within = pointer.strip_prefix('/')?.strip_prefix(KEY)?.strip_prefix('/')?;
    Some(unescape(within.split('/').next().unwrap_or_default()))
}

/// The path from the folder of the document that a reference in the file `own` names.
pub(super) fn joined(own: &str, reference: &str) -> Result<String, FileError> {
    let reference = percent_decode_str(reference).decode_utf8_lossy();
    let scheme = reference.split_once(':').map_or("", |(scheme, _)| scheme);
    if reference.starts_with("//") || scheme.len() > 1 && scheme.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(FileError::refused(
            "is a URL, which is not read; put the file beside the document and refer to it by its path",
        ));
    }
    if reference.starts_with('/') || reference.contains(['\\', '\0']) || !scheme.is_empty() {
        return Err(FileError::refused(
            "is not a relative path with `/`; use the path from the file that has it",
        ));
    }
    let mut parts: Vec<&str> = own.split('/').collect();
    parts.pop();
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_none() => {
                return Err(FileError::refused(
                    "leaves the folder of the document; only files in that folder are read",
                ));
            }
            ".." => {}
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    match path.len() {
        0..=MAX_PATH => Ok(path),
        length => Err(FileError::Refused(format!(
            "has a path of {length} bytes; at most {MAX_PATH} are supported; use shorter names"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_relative_to_its_file_and_stays_in_the_folder() {
        let path = |own: &str, reference: &str| joined(own, reference).ok();
        assert_eq!(path("", "pet.yaml").as_deref(), Some("pet.yaml"));
        assert_eq!(path("a/b.yaml", "./c%20d.yaml").as_deref(), Some("a/c d.yaml"));
        assert_eq!(path("a/b.yaml", "../c.yaml").as_deref(), Some("c.yaml"));
        for outside in [
            "../c.yaml",
            "a/../../c.yaml",
            "/etc/passwd",
            "https://a.example/b",
            "file:///etc/passwd",
            "//a/b",
            "c:\\d",
        ] {
            assert_eq!(path("", outside), None, "{outside}");
        }
    }

    #[test]
    fn a_pointer_into_a_file_names_the_file() {
        assert_eq!(path_of(&format!("{}/type", place_of("a/b.yaml"))).as_deref(), Some("a/b.yaml"));
        assert_eq!(path_of("/components/schemas/A"), None);
    }
}
