//! A manifest: a table of recordings, in CSV or JSON Lines.

use std::fs::File;
use std::path::Path;

use serde::Deserialize;

use crate::arguments::UsageError;
use crate::entry::{BadLine, Entries, Entry};
use crate::lines::Lines;

/// A row of a manifest of pyannoteAI.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PyannoteRow {
    file: String,
    url: Option<String>,
    content_type: Option<String>,
}

/// A row of a manifest of cielo24.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cielo24Row {
    file: String,
    job_id: String,
    content_type: Option<String>,
}

/// A row that becomes an entry.
trait Row: for<'de> Deserialize<'de> + Into<Entry> + 'static {}

impl Row for PyannoteRow {}

impl Row for Cielo24Row {}

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

/// The entries of a manifest with the columns `file`, `url` and `content_type`.
pub(crate) fn pyannote(path: &Path) -> Result<Entries, UsageError> {
    open::<PyannoteRow>(path)
}

/// The entries of a manifest with the columns `file`, `job_id` and `content_type`.
pub(crate) fn cielo24(path: &Path) -> Result<Entries, UsageError> {
    open::<Cielo24Row>(path)
}

fn open<T: Row>(path: &Path) -> Result<Entries, UsageError> {
    let unreadable = |error| UsageError(format!("{} cannot be read: {error}", path.display()));
    let open = || File::open(path).map_err(unreadable);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => csv::<T>(open()?, path),
        Some("jsonl" | "ndjson") => Ok(json_lines::<T>(open()?, path)),
        _ => Err(UsageError(format!(
            "{} is not a manifest: its name must end with .csv for CSV, or with .jsonl or .ndjson for JSON Lines",
            path.display()
        ))),
    }
}

fn json_lines<T: Row>(file: File, path: &Path) -> Entries {
    let mut lines = Lines::new(file, path, b'\n');
    Box::new(std::iter::from_fn(move || {
        let line = lines.by_ref().find(|line| !line.as_ref().is_ok_and(|line| line.trim_ascii().is_empty()))?;
        let row = line.and_then(|line| serde_json::from_slice::<T>(&line).map_err(|error| lines.bad(error)));
        Some(row.map(Into::into))
    }))
}

fn csv<T: Row>(file: File, path: &Path) -> Result<Entries, UsageError> {
    let path = path.to_owned();
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(file);
    let bad = move |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        BadLine::new(&path, line, csv_problem(error))
    };
    // A wrong column is told once and not for each row.
    let headers = reader.headers().map_err(|error| UsageError(bad(&error).to_string()))?.clone();
    check_headers::<T>(&headers).map_err(|text| UsageError(format!("{}: {text}", "manifest")))?;
    Ok(Box::new(reader.into_deserialize::<T>().map(move |row| row.map(Into::into).map_err(|error| bad(&error)))))
}
