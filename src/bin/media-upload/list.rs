//! The list of recordings to upload: arguments, a list of files, or a manifest.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::entry::Entry;
use crate::usage_error::UsageError;

/// Standard input, in place of a file.
pub(crate) const STDIN: &str = "-";

/// The cap on one entry of a list, in bytes. Paths are far shorter on each system.
const MAX_ENTRY: u64 = 64 * 1024;

/// Entries in order, or the message of an error. They are read while earlier ones are uploaded, so a list of any length takes
/// the same memory.
pub(crate) type Entries = Box<dyn Iterator<Item = Result<Entry, String>> + Send>;

/// Where the entries come from.
#[derive(Debug)]
pub(crate) enum List {
    Arguments(Vec<Entry>),
    /// A file with the path of a recording in each line. The byte is the end of a line.
    Files(PathBuf, u8),
    /// A table of recordings, in CSV or JSON Lines.
    Manifest(PathBuf, Columns),
}

/// The columns of a manifest.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Columns {
    /// `file`, `url` and `content_type`.
    Pyannote,
    /// `file`, `job_id` and `content_type`.
    Cielo24,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PyannoteRow {
    file: String,
    url: Option<String>,
    content_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cielo24Row {
    file: String,
    job_id: String,
    content_type: Option<String>,
}

impl From<PyannoteRow> for Entry {
    fn from(row: PyannoteRow) -> Self {
        Self { file: row.file.into(), destination: row.url, content_type: row.content_type }
    }
}

impl From<Cielo24Row> for Entry {
    fn from(row: Cielo24Row) -> Self {
        Self { file: row.file.into(), destination: Some(row.job_id), content_type: row.content_type }
    }
}

impl List {
    /// Whether the list can be read more than once.
    pub(crate) fn is_repeatable(&self) -> bool {
        match self {
            Self::Arguments(_) => true,
            Self::Files(path, _) | Self::Manifest(path, _) => path.is_file(),
        }
    }

    /// Whether standard input is one of the recordings.
    pub(crate) fn has_stdin(&self) -> bool {
        matches!(self, Self::Arguments(entries) if entries.iter().any(|entry| entry.file.as_os_str() == STDIN))
    }

    /// Begins to read the list.
    pub(crate) fn entries(&self) -> Result<Entries, UsageError> {
        Ok(match self {
            Self::Arguments(entries) => Box::new(entries.clone().into_iter().map(Ok)),
            Self::Files(path, end) => lines(path, *end, |line| Ok(Entry::new(path_of(line)?, None)))?,
            Self::Manifest(path, Columns::Pyannote) => manifest::<PyannoteRow>(path)?,
            Self::Manifest(path, Columns::Cielo24) => manifest::<Cielo24Row>(path)?,
        })
    }
}

fn manifest<T: DeserializeOwned + Into<Entry> + Send + 'static>(path: &Path) -> Result<Entries, UsageError> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => csv::<T>(path),
        Some("jsonl" | "ndjson") => lines(path, b'\n', |line| {
            serde_json::from_slice::<T>(&line).map(Into::into).map_err(|error| error.to_string())
        }),
        _ => Err(UsageError(format!(
            "{} is not a manifest: its name must end with .csv for CSV, or with .jsonl or .ndjson for JSON Lines",
            path.display()
        ))),
    }
}

fn csv<T: DeserializeOwned + Into<Entry> + Send + 'static>(path: &Path) -> Result<Entries, UsageError> {
    let (bounded, budget) = Bounded::new(open(path)?);
    let path = path.to_owned();
    let rows =
        csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(bounded).into_deserialize::<T>();
    let entries = rows.map(move |row| {
        budget.store(MAX_ENTRY, Ordering::Relaxed);
        row.map(Into::into).map_err(|error| {
            let line = error.position().map_or(1, csv::Position::line);
            at(&path, line, csv_problem(&error))
        })
    });
    Ok(Box::new(entries))
}

fn csv_problem(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.kind().to_string(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("there are {len} values, but {expected_len} columns")
        }
        csv::ErrorKind::Io(error) => error.to_string(),
        csv::ErrorKind::Utf8 { .. } => "the text is not UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

/// The entry of each line that is not empty.
fn lines(
    path: &Path,
    end: u8,
    parse: impl Fn(Vec<u8>) -> Result<Entry, String> + Send + 'static,
) -> Result<Entries, UsageError> {
    let (bounded, budget) = Bounded::new(open(path)?);
    let lines = BufReader::new(bounded).split(end).zip(1_u64..);
    let path = path.to_owned();
    let entries = lines.filter_map(move |(line, number)| {
        budget.store(MAX_ENTRY, Ordering::Relaxed);
        let line = line.map_err(|error| error.to_string());
        if line.as_ref().is_ok_and(|line| line.trim_ascii().is_empty()) {
            return None;
        }
        Some(line.and_then(&parse).map_err(|text| at(&path, number, text)))
    });
    Ok(Box::new(entries))
}

fn open(path: &Path) -> Result<Box<dyn Read + Send>, UsageError> {
    if path.as_os_str() == STDIN {
        return Ok(Box::new(io::stdin()));
    }
    match File::open(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(UsageError(format!("{} cannot be read: {error}", path.display()))),
    }
}

fn at(path: &Path, line: u64, text: impl Display) -> String {
    format!("{}:{line}: {text}", path.display())
}

#[cfg(unix)]
fn path_of(line: Vec<u8>) -> Result<PathBuf, String> {
    use std::os::unix::ffi::OsStringExt;
    Ok(std::ffi::OsString::from_vec(line).into())
}

#[cfg(not(unix))]
fn path_of(line: Vec<u8>) -> Result<PathBuf, String> {
    let text = String::from_utf8(line).map_err(|_| "the path is not UTF-8".to_owned())?;
    Ok(text.trim_end_matches('\r').into())
}

/// A reader that fails when one entry takes too many bytes. Without it, a line that never ends would fill the memory.
struct Bounded<R> {
    inner: R,
    budget: Arc<AtomicU64>,
}

impl<R> Bounded<R> {
    /// The reader, and the number of bytes that it may still read for the present entry.
    fn new(inner: R) -> (Self, Arc<AtomicU64>) {
        let budget = Arc::new(AtomicU64::new(MAX_ENTRY));
        (Self { inner, budget: Arc::clone(&budget) }, budget)
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let budget = self.budget.load(Ordering::Relaxed);
        if budget == 0 {
            return Err(io::Error::other(format!("the entry has more than {MAX_ENTRY} bytes")));
        }
        let read = self.inner.read(buffer)?;
        self.budget.store(budget.saturating_sub(read as u64), Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// The entries of `content` in a file of that name, before the first error, and the message of that error.
    fn read(name: &str, content: impl AsRef<[u8]>, list: impl Fn(PathBuf) -> List) -> (Vec<Entry>, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let (mut good, mut error) = (Vec::new(), String::new());
        for entry in list(path).entries().unwrap() {
            match entry {
                Ok(entry) => good.push(entry),
                Err(text) => {
                    error = text.strip_prefix(folder.path().to_str().unwrap()).unwrap().to_owned();
                    break;
                }
            }
        }
        (good, error)
    }

    fn pyannote(path: PathBuf) -> List {
        List::Manifest(path, Columns::Pyannote)
    }

    fn cielo24(path: PathBuf) -> List {
        List::Manifest(path, Columns::Cielo24)
    }

    fn entry(file: &str, destination: &str, content_type: Option<&str>) -> Entry {
        let content_type = content_type.map(str::to_owned);
        Entry { content_type, ..Entry::new(file, Some(destination.to_owned())) }
    }

    #[test]
    fn csv_and_json_lines_have_the_same_columns() {
        let expected = vec![entry("a, b.wav", "media://a", Some("audio/wav")), Entry::new("c.wav", None)];
        let table = "file,url,content_type\n\"a, b.wav\",media://a,audio/wav\r\nc.wav,,\n";
        assert_eq!(read("list.csv", table, pyannote), (expected.clone(), String::new()));
        let lines = "{\"file\":\"a, b.wav\",\"url\":\"media://a\",\"content_type\":\"audio/wav\"}\n\n{\"file\":\"c.wav\"}";
        assert_eq!(read("list.jsonl", lines, pyannote), (expected, String::new()));
        let jobs = (vec![entry("a.wav", "17", None)], String::new());
        assert_eq!(read("list.csv", "job_id, file\n17,a.wav\n", cielo24), jobs);
    }

    #[test]
    fn a_bad_row_is_an_error_with_its_line() {
        for (name, content, list, good, message) in [
            ("a.csv", "file,ulr\na.wav,b\n", pyannote as fn(_) -> _, 0, "unknown field `ulr`"),
            (
                "a.csv",
                "file\na.wav\nb.wav,c\nd.wav\n",
                pyannote,
                1,
                "/a.csv:3: there are 2 values, but 1 columns",
            ),
            ("a.csv", "file\na.wav\n", cielo24, 0, "/a.csv:2: missing field `job_id`"),
            ("a.jsonl", "{\"file\":\"a\"}\nfile\n{\"file\":\"b\"}", pyannote, 1, "/a.jsonl:2: expected"),
            ("a.jsonl", "{\"file\":17}", pyannote, 0, "/a.jsonl:1: invalid type: integer `17`"),
        ] {
            let (entries, error) = read(name, content, list);
            assert_eq!(entries.len(), good, "{content}");
            assert!(error.contains(message), "{error}");
        }
        let (_, error) = read("a.csv", b"file\n\xff\n", pyannote);
        assert_eq!(error, "/a.csv:2: the text is not UTF-8");
    }

    #[test]
    fn an_entry_that_never_ends_is_an_error() {
        let files = |path| List::Files(path, b'\n');
        let message = "the entry has more than 65536 bytes";
        assert!(read("list", vec![b'x'; 100_000], files).1.ends_with(message));
        let table = format!("file\n\"{}", "x".repeat(100_000));
        assert!(read("list.csv", table, pyannote).1.ends_with(message));
    }

    #[test]
    fn a_list_of_files_has_one_in_each_line_or_between_null_bytes() {
        let names = |end| move |path| List::Files(path, end);
        let expected = (vec![Entry::new("a b.wav", None), Entry::new("c.wav", None)], String::new());
        assert_eq!(read("list", "a b.wav\n\nc.wav", names(b'\n')), expected);
        let expected = (vec![Entry::new("a\nb.wav", None), Entry::new("c.wav", None)], String::new());
        assert_eq!(read("list", "a\nb.wav\0c.wav\0", names(0)), expected);
    }

    #[test]
    fn a_list_that_cannot_be_read_is_an_error() {
        let absent = List::Files("/nonexistent/list".into(), b'\n').entries().err().unwrap();
        assert!(absent.0.starts_with("/nonexistent/list cannot be read: "), "{absent:?}");
        let wrong = pyannote("list.txt".into()).entries().err().unwrap();
        assert!(wrong.0.contains("must end with .csv"), "{wrong:?}");
    }
}
