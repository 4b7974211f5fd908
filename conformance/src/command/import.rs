//! `conformance import`: merges pages of a vendor into a document, and shows the changes.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use clap::Args;

use super::diff;
use super::documents::{ConfigArgs, bytes, check_operation, read};
use super::error::CommandError;
use super::output::{print, write};
use crate::diff::Diff;
use crate::document::{Document, Kind, OpenApiSource, ReadError};
use crate::import::{Import, date, readme};
use crate::provider::Provider;
use crate::style::counted;

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  conformance import upload-media.md get-job.md --into openapi/pyannote.yaml
  conformance import request_upload_url.rst --into openapi/cielo24/

A page replaces the operations and components that it states; everything else in
the document stays. Pages that contradict each other are refused. After an error
nothing is written. If a README.md has a row for the document, the row gets the
new date and SHA-256 digest.
Exit codes: 0 imported, or no changes; 2 usage, a page that cannot be read, a
contradiction, or a file that cannot be written.")]
pub(super) struct ImportArgs {
    /// Downloaded pages: .md with a fenced OpenAPI block, .yaml, .json, or .rst
    #[arg(required = true, value_name = "PAGE")]
    pages: Vec<PathBuf>,
    /// The document, which is created if it does not exist; for .rst pages their folder
    #[arg(long, value_name = "DOCUMENT")]
    into: PathBuf,
    #[command(flatten)]
    config: ConfigArgs,
}

/// A page. It is read only once, because it may be a pipe.
struct DownloadedPage<'a> {
    path: &'a Path,
    bytes: Vec<u8>,
    document: Document,
}

impl<'a> DownloadedPage<'a> {
    fn read(path: &'a Path) -> Result<Self, ReadError> {
        let bytes = bytes(path)?;
        let document = Document::read_with_files(&path.display().to_string(), &bytes)?;
        check_kind(&document)?;
        check_operation(&document)?;
        Ok(Self { path, bytes, document })
    }
}

/// Pages of Swagger 2.0 are not merged: their shared parts have other places than those of OpenAPI 3.
fn check_kind(document: &Document) -> Result<(), ReadError> {
    if document.kind != Kind::Swagger {
        return Ok(());
    }
    Err(ReadError {
        document: Arc::clone(&document.name),
        line: 1,
        message: "the page is Swagger 2.0, which is not merged; give the file itself to the other commands"
            .into(),
    })
}

/// The new text of a file.
struct Draft {
    path: PathBuf,
    text: String,
}

pub(super) fn run(arguments: &ImportArgs) -> Result<ExitCode, CommandError> {
    let _lock = lock(&arguments.into);
    let pages = arguments.pages.iter().map(|page| DownloadedPage::read(page)).collect::<Result<Vec<_>, _>>();
    let pages = pages.map_err(CommandError::usage)?;
    let (drafts, notes) = match pages.iter().filter(|page| page.document.kind == Kind::Rst).count() {
        0 => merged(arguments, &pages)?,
        count if count == pages.len() => (copied(arguments, pages)?, Vec::new()),
        _ => {
            return Err(CommandError::Usage(
                "the pages are of both kinds, OpenAPI and .rst; import each kind separately".into(),
            ));
        }
    };
    let changed: Vec<Draft> = drafts.into_iter().filter(Draft::differs).collect();
    if changed.is_empty() {
        print("no changes: the document already states what the pages state\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    let known = arguments.config.providers()?;
    let summary = changed.iter().map(|draft| summary(draft, &known)).collect::<Result<String, _>>()?;
    let (rows, steps) = rows(&changed)?;
    for draft in changed.iter().chain(&rows) {
        draft.check()?;
    }
    write_all(rows.iter().chain(&changed))?;
    let notes = notes.iter().map(|note| format!("note: {note}\n")).collect::<String>();
    print(&format!("{notes}{summary}{steps}"))?;
    Ok(ExitCode::SUCCESS)
}

/// Waits until no other import writes to the folder.
#[cfg(unix)]
fn lock(into: &Path) -> Option<fs::File> {
    let parent = into.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::File::open(if into.is_dir() { into } else { parent }).ok()?;
    rustix::fs::flock(&folder, rustix::fs::FlockOperation::LockExclusive).ok()?;
    Some(folder)
}

#[cfg(not(unix))]
fn lock(_: &Path) {}

/// Writes all files or none: if one cannot be written, the files before it are restored.
fn write_all<'a>(drafts: impl Iterator<Item = &'a Draft>) -> Result<(), CommandError> {
    let mut written: Vec<(&Path, Option<Vec<u8>>)> = Vec::new();
    for Draft { path, text } in drafts {
        let before = bytes(path).ok();
        if let Err(stop) = write(path, text) {
            for (path, before) in &written {
                match before {
                    Some(before) => write(path, before)?,
                    None => fs::remove_file(path).unwrap_or_default(),
                }
            }
            return Err(stop);
        }
        written.push((path, before));
    }
    Ok(())
}

/// Merges OpenAPI pages into one document.
fn merged(
    arguments: &ImportArgs,
    pages: &[DownloadedPage<'_>],
) -> Result<(Vec<Draft>, Vec<String>), CommandError> {
    let path = &arguments.into;
    let name = path.display().to_string();
    if !["yaml", "yml", "json"].iter().any(|ending| ends_in(path, ending)) {
        return Err(CommandError::Usage(format!(
            "'{name}' is not an OpenAPI document; name a .yaml or .json file after --into"
        )));
    }
    let sources: Vec<OpenApiSource> =
        pages.iter().filter_map(|page| page.document.openapi_source()).collect();
    let existing = match path.exists() {
        true => Some(read(path).map_err(CommandError::usage)?),
        false => None,
    };
    if existing.as_ref().is_some_and(|existing| existing.kind != Kind::OpenApi) {
        return Err(CommandError::Usage(format!(
            "'{name}' is not OpenAPI, but the pages are; name an OpenAPI document after --into"
        )));
    }
    let existing = existing.as_ref().and_then(Document::openapi_source);
    let import = Import::of(&name, existing.as_ref(), &sources).map_err(CommandError::Usage)?;
    Ok((vec![Draft { path: path.clone(), text: import.text }], import.notes))
}

/// Copies .rst pages as they are, under their own names or the given one.
fn copied(arguments: &ImportArgs, pages: Vec<DownloadedPage<'_>>) -> Result<Vec<Draft>, CommandError> {
    let into = &arguments.into;
    let is_folder = into.is_dir() || !ends_in(into, "rst");
    if !is_folder && arguments.pages.len() > 1 {
        let line = format!(
            "several pages cannot be written to one file '{}'; name a folder after --into",
            into.display()
        );
        return Err(CommandError::Usage(line));
    }
    if is_folder && !into.is_dir() {
        let line = format!(
            "'{}' is neither a folder nor an .rst file; name one of these after --into",
            into.display()
        );
        return Err(CommandError::Usage(line));
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for DownloadedPage { path: page, bytes, .. } in pages {
        let path = if is_folder { into.join(page.file_name().unwrap_or_default()) } else { into.clone() };
        if drafts.iter().any(|draft| draft.path == path) {
            return Err(CommandError::Usage(format!(
                "two pages would be written to '{}'; import one of them",
                path.display()
            )));
        }
        let text = String::from_utf8(bytes)
            .map_err(|error| CommandError::Usage(format!("{}: cannot be read: {error}", page.display())))?;
        let name = path.display().to_string();
        Document::read_with_files(&name, text.as_bytes()).map_err(CommandError::usage)?;
        drafts.push(Draft { path, text });
    }
    Ok(drafts)
}

/// The changes of a file, or the next step for a new file.
fn summary(draft: &Draft, known: &[Provider]) -> Result<String, CommandError> {
    let name = draft.path.display().to_string();
    let usage = |error: ReadError| CommandError::Usage(error.to_string());
    let new = Document::read_with_files(&name, draft.text.as_bytes()).map_err(usage)?;
    if !draft.path.exists() {
        let next = match new.kind {
            Kind::Rst => format!("next: add {name} to `documents` of its provider in conformance.yaml\n"),
            Kind::OpenApi | Kind::Swagger => String::new(),
        };
        return Ok(format!("{name}: new, with {}\n{next}", counted(new.operations.len(), "operation")));
    }
    let old = read(&draft.path).map_err(usage)?;
    let diff = Diff::of(&old, &new, known).map_err(CommandError::Usage)?;
    Ok(format!("{name}\n\n{}", diff::text(&diff)))
}

/// The tables of documents with updated rows, and the next steps for documents without a row.
fn rows(changed: &[Draft]) -> Result<(Vec<Draft>, String), CommandError> {
    let today = date::day(SystemTime::now());
    let mut tables: BTreeMap<PathBuf, String> = BTreeMap::new();
    let mut steps = String::new();
    for draft in changed {
        let bytes = draft.text.as_bytes();
        let mut without_row = None;
        for (path, file) in draft.tables() {
            let drafted = tables.get(&path).cloned();
            let Some(table) = drafted.map_or_else(|| table(&path), |table| Ok(Some(table)))? else {
                continue;
            };
            if let Some(updated) = readme::updated(&table, &file, &today, bytes) {
                tables.insert(path, updated);
                without_row = None;
                break;
            }
            if readme::is_table(&table) {
                without_row = Some((path, file));
            }
        }
        if let Some((path, file)) = without_row {
            let row = readme::row(&file, &today, bytes);
            steps.push_str(&format!("next: add this row to {}\n  {row}\n", path.display()));
        }
    }
    Ok((tables.into_iter().map(|(path, text)| Draft { path, text }).collect(), steps))
}

/// The text of a file that may contain a table of documents; none when there is no file.
fn table(path: &Path) -> Result<Option<String>, CommandError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CommandError::Usage(format!(
            "{}: cannot be read: {error}; nothing is written, because the file may have a row for the document",
            path.display()
        ))),
    }
}

impl Draft {
    fn differs(&self) -> bool {
        bytes(&self.path).ok().is_none_or(|bytes| bytes != self.text.as_bytes())
    }

    /// Refuses a read-only file before anything is written.
    fn check(&self) -> Result<(), CommandError> {
        let is_read_only = self.path.metadata().is_ok_and(|metadata| metadata.permissions().readonly());
        match is_read_only {
            true => Err(CommandError::Usage(format!(
                "{}: is read-only, nothing is written; make it writable or name another document",
                self.path.display()
            ))),
            false => Ok(()),
        }
    }

    /// The files that may have a row for this file, and the name of this file there.
    fn tables(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        let mut folder = self.path.parent();
        let mut name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for _ in 0..2 {
            let Some(here) = folder else { break };
            found.push((here.join("README.md"), name.clone()));
            let Some(step) = here.file_name() else { break };
            name = format!("{}/{name}", step.to_string_lossy());
            folder = here.parent();
        }
        found
    }
}

fn ends_in(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_written_before_a_failure_are_restored() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("there.rst"), "old").unwrap();
        let draft = |name| Draft { path: path(name), text: "new".to_owned() };
        let drafts = ["there.rst", "new.rst", "no-such-folder/page.rst"].map(draft);
        assert!(
            matches!(write_all(drafts.iter()), Err(CommandError::Usage(line)) if line.contains("no-such-folder"))
        );
        assert_eq!(fs::read(path("there.rst")).unwrap(), b"old");
        assert!(!path("new.rst").exists());
        write_all(drafts[..2].iter()).unwrap();
        assert_eq!(fs::read(path("new.rst")).unwrap(), b"new");
    }
}
