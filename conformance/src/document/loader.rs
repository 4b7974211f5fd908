//! Reads the files that a document refers to. They are all in the folder of the document.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::LineError;
use super::files::{FileError, KEY, SourceFile, joined, place_of};
use super::schema::collect_references;
use super::source;
use super::text::{self, MAX_BYTES};
use super::tree::{Tree, check_size};

/// The most files that a document refers to, directly or through others.
const MAX_FILES: usize = 1_000;

/// Lays the files that a document refers to beside its content. `name` is the name of the document, `folder` its folder. A file that
/// cannot be read is an error only where a reader follows its reference, because an example can have a key `$ref` that is no
/// reference.
pub(super) fn attach(tree: &mut Tree, name: &str, folder: &Path) {
    let file_name = Path::new(name).file_name().unwrap_or_default();
    tree.files.document = file_name.to_string_lossy().into_owned();
    let mut bytes_left = MAX_BYTES;
    let mut waiting = references("", &tree.value);
    while let Some(path) = waiting.pop() {
        if path == tree.files.document || tree.files.known.contains_key(&path) {
            continue;
        }
        if tree.files.known.len() == MAX_FILES {
            let why =
                format!("is one of more than {MAX_FILES} files, which is the maximum; put them together");
            tree.files.known.insert(path, Err(FileError::Refused(why)));
            return;
        }
        let shown: Arc<str> = Path::new(name).with_file_name(&path).to_string_lossy().into();
        let read = read(folder, &path, &shown, &mut bytes_left, tree.lines.len());
        let known = read.map(|(file, content)| {
            waiting.extend(references(&path, &content.value));
            graft(tree, &path, content);
            file
        });
        tree.files.known.insert(path, known);
    }
}

/// The paths of the files that a file refers to.
fn references(own: &str, value: &Value) -> Vec<String> {
    let mut references = Vec::new();
    collect_references(value, &mut references);
    let paths = references.into_iter().filter_map(|reference| reference.split('#').next());
    let mut found: Vec<String> =
        paths.filter(|path| !path.is_empty()).filter_map(|path| joined(own, path).ok()).collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.dedup();
    found
}

/// A file and its content.
fn read(
    folder: &Path,
    path: &str,
    name: &Arc<str>,
    bytes_left: &mut usize,
    values: usize,
) -> Result<(SourceFile, Tree), FileError> {
    let bytes = bytes(folder, path, *bytes_left)?;
    *bytes_left -= bytes.len();
    let parsed = text::decode(&bytes).and_then(|text| Ok((source::tree(&text, 0, &place_of(path))?, text)));
    let parsed = parsed.and_then(|(content, text)| {
        check_size(0, values + content.lines.len(), 1)?;
        Ok((SourceFile { name: name.clone(), text: text.into() }, content))
    });
    parsed.map_err(|error| FileError::Unreadable(LineError { document: Some(name.clone()), ..error }))
}

/// The bytes of a file within the folder. A link out of it is not followed.
fn bytes(folder: &Path, path: &str, most: usize) -> Result<Vec<u8>, FileError> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let unreadable = |error: std::io::Error| FileError::Refused(format!("cannot be read: {error}"));
    let root = fs::canonicalize(folder).map_err(unreadable)?;
    let file = fs::canonicalize(folder.join(path)).map_err(unreadable)?;
    if !file.starts_with(&root) {
        return Err(FileError::refused(
            "is a link out of the folder of the document; copy the file into the folder",
        ));
    }
    if !fs::metadata(&file).map_err(unreadable)?.is_file() {
        return Err(FileError::refused("is not a file; correct the path"));
    }
    let mut bytes = Vec::new();
    let read = File::open(&file).and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes));
    read.map_err(unreadable)?;
    if bytes.len() > most {
        let mib = MAX_BYTES / (1024 * 1024);
        return Err(FileError::Refused(format!(
            "makes the files of this document larger than {mib} MiB, which is the maximum; check that it is the right file"
        )));
    }
    Ok(bytes)
}

/// Lays the content of a file beside that of the document.
fn graft(tree: &mut Tree, path: &str, content: Tree) {
    tree.lines.extend(content.lines);
    let Value::Object(root) = &mut tree.value else { return };
    let files = root.entry(KEY).or_insert_with(|| Value::Object(Map::new()));
    if !files.is_object() {
        *files = Value::Object(Map::new());
    }
    files[path] = content.value;
}
