//! `conformance import`: vendor pages into a document, and what that changes.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Args;

use super::output::write;
use super::{Stop, bytes, diff, print, read};
use crate::diff::Diff;
use crate::document::{Block, Document, Kind, ReadError};
use crate::import::{Import, date, readme};
use crate::provider;
use crate::style::counted;

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  conformance import upload-media.md get-job.md --into openapi/pyannote.yaml
  conformance import request_upload_url.rst --into openapi/cielo24/

A page replaces the operations and components that it states; what it does not
state stays. Pages that contradict each other are refused, and whatever goes
wrong, nothing is written. A README.md that has a row for the document gets the
day and the sum.
Exit codes: 0 imported, or nothing to do; 2 usage, a page that cannot be read, a
contradiction, or a file that cannot be written.")]
pub(super) struct Arguments {
    /// Pages as downloaded: .md with a fenced OpenAPI block, .yaml, .json, or .rst
    #[arg(required = true, value_name = "PAGE")]
    pages: Vec<PathBuf>,
    /// The document, which is made if it is not there; for .rst pages their folder
    #[arg(long, value_name = "DOCUMENT")]
    into: PathBuf,
}

/// A page, read once: it may be a pipe.
struct Page<'a> {
    path: &'a Path,
    bytes: Vec<u8>,
    document: Document,
}

impl<'a> Page<'a> {
    fn read(path: &'a Path) -> Result<Self, ReadError> {
        let bytes = bytes(path)?;
        let document = Document::read(&path.display().to_string(), &bytes)?;
        Ok(Self { path, bytes, document })
    }
}

/// A text for a file, ready to be written.
struct Draft {
    path: PathBuf,
    text: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let _alone = alone(&arguments.into);
    let pages = arguments.pages.iter().map(|page| Page::read(page)).collect::<Result<Vec<_>, _>>();
    let pages = pages.map_err(|error| Stop::Usage(error.to_string()))?;
    let (drafts, notes) = match pages.iter().filter(|page| page.document.kind == Kind::Rst).count() {
        0 => merged(arguments, &pages)?,
        count if count == pages.len() => (kept(arguments, pages)?, Vec::new()),
        _ => {
            return Err(Stop::Usage(
                "some pages are OpenAPI and some .rst; import each kind by itself".into(),
            ));
        }
    };
    let changed: Vec<Draft> = drafts.into_iter().filter(Draft::differs).collect();
    if changed.is_empty() {
        print("nothing changed: the pages state what is there already\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    let told = changed.iter().map(told).collect::<Result<String, _>>()?;
    let (rows, steps) = rows(&changed)?;
    for draft in changed.iter().chain(&rows) {
        draft.check()?;
    }
    write_all(rows.iter().chain(&changed))?;
    let notes = notes.iter().map(|note| format!("note: {note}\n")).collect::<String>();
    print(&format!("{notes}{told}{steps}"))?;
    Ok(ExitCode::SUCCESS)
}

/// Waits until no other import works in the folder: what it writes must be what this one reads.
#[cfg(unix)]
fn alone(into: &Path) -> Option<fs::File> {
    let parent = into.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::File::open(if into.is_dir() { into } else { parent }).ok()?;
    rustix::fs::flock(&folder, rustix::fs::FlockOperation::LockExclusive).ok()?;
    Some(folder)
}

#[cfg(not(unix))]
fn alone(_: &Path) {}

/// Writes all of them, or none: where one cannot be written, those before it are put back.
fn write_all<'a>(drafts: impl Iterator<Item = &'a Draft>) -> Result<(), Stop> {
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

/// OpenAPI pages, merged into one document.
fn merged(arguments: &Arguments, pages: &[Page<'_>]) -> Result<(Vec<Draft>, Vec<String>), Stop> {
    let path = &arguments.into;
    let name = path.display().to_string();
    if !["yaml", "yml", "json"].iter().any(|ending| ends_in(path, ending)) {
        return Err(Stop::Usage(format!(
            "'{name}' is no place for OpenAPI pages; name a .yaml or .json document after --into"
        )));
    }
    let blocks: Vec<Block> = pages.iter().filter_map(|page| page.document.block()).collect();
    let existing = match path.exists() {
        true => Some(read(path).map_err(|error| Stop::Usage(error.to_string()))?),
        false => None,
    };
    if existing.as_ref().is_some_and(|existing| existing.kind != Kind::OpenApi) {
        return Err(Stop::Usage(format!("'{name}' is not OpenAPI, and the pages are")));
    }
    let existing = existing.as_ref().and_then(Document::block);
    let import = Import::of(&name, existing.as_ref(), &blocks).map_err(Stop::Usage)?;
    Ok((vec![Draft { path: path.clone(), text: import.text }], import.notes))
}

/// RST pages, each kept as it is, under its own name or the one given.
fn kept(arguments: &Arguments, pages: Vec<Page<'_>>) -> Result<Vec<Draft>, Stop> {
    let into = &arguments.into;
    let is_folder = into.is_dir() || !ends_in(into, "rst");
    if !is_folder && arguments.pages.len() > 1 {
        let line =
            format!("several pages cannot all be '{}'; name their folder after --into", into.display());
        return Err(Stop::Usage(line));
    }
    if is_folder && !into.is_dir() {
        let line =
            format!("'{}' is neither a folder nor an .rst file; .rst pages go into one", into.display());
        return Err(Stop::Usage(line));
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for Page { path: page, bytes, .. } in pages {
        let path = if is_folder { into.join(page.file_name().unwrap_or_default()) } else { into.clone() };
        if drafts.iter().any(|draft| draft.path == path) {
            return Err(Stop::Usage(format!(
                "two of the pages are called '{}'; import one of them",
                path.display()
            )));
        }
        let text = String::from_utf8(bytes)
            .map_err(|error| Stop::Usage(format!("{}: cannot be read: {error}", page.display())))?;
        let name = path.display().to_string();
        Document::read(&name, text.as_bytes()).map_err(|error| Stop::Usage(error.to_string()))?;
        drafts.push(Draft { path, text });
    }
    Ok(drafts)
}

/// What a draft changes, or that it is new and what has still to be done.
fn told(draft: &Draft) -> Result<String, Stop> {
    let name = draft.path.display().to_string();
    let usage = |error: ReadError| Stop::Usage(error.to_string());
    let new = Document::read(&name, draft.text.as_bytes()).map_err(usage)?;
    if !draft.path.exists() {
        let next = match new.kind {
            Kind::Rst => format!(
                "next: name {name} in DOCUMENTS of conformance/src/provider.rs, which builds it into the suite\n"
            ),
            Kind::OpenApi => String::new(),
        };
        return Ok(format!("{name}: new, with {}\n{next}", counted(new.operations.len(), "operation")));
    }
    let known = provider::known().map_err(Stop::Suite)?;
    let old = read(&draft.path).map_err(usage)?;
    let diff = Diff::of(&old, &new, &known).map_err(Stop::Usage)?;
    Ok(format!("{name}\n\n{}", diff::text(&diff)))
}

/// The tables with the documents' rows brought up to date, and what is to be done where there is no row.
fn rows(changed: &[Draft]) -> Result<(Vec<Draft>, String), Stop> {
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
            steps.push_str(&format!("next: give {} the row\n  {row}\n", path.display()));
        }
    }
    Ok((tables.into_iter().map(|(path, text)| Draft { path, text }).collect(), steps))
}

/// The text of a file that may hold a table, if it is there.
fn table(path: &Path) -> Result<Option<String>, Stop> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Stop::Usage(format!(
            "{}: cannot be read: {error}; nothing is written: it may hold the document's row",
            path.display()
        ))),
    }
}

impl Draft {
    fn differs(&self) -> bool {
        bytes(&self.path).ok().is_none_or(|bytes| bytes != self.text.as_bytes())
    }

    /// Refuses, before anything is written, a file that must not be.
    fn check(&self) -> Result<(), Stop> {
        let is_read_only = self.path.metadata().is_ok_and(|metadata| metadata.permissions().readonly());
        match is_read_only {
            true => Err(Stop::Usage(format!(
                "{}: is read-only; nothing is written: make it writable or name another document",
                self.path.display()
            ))),
            false => Ok(()),
        }
    }

    /// The tables that may have a row for this file, and its name there.
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
    fn what_was_written_before_a_failure_is_put_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("there.rst"), "old").unwrap();
        let draft = |name| Draft { path: path(name), text: "new".to_owned() };
        let drafts = ["there.rst", "new.rst", "no-such-folder/page.rst"].map(draft);
        assert!(
            matches!(write_all(drafts.iter()), Err(Stop::Usage(line)) if line.contains("no-such-folder"))
        );
        assert_eq!(fs::read(path("there.rst")).unwrap(), b"old");
        assert!(!path("new.rst").exists());
        write_all(drafts[..2].iter()).unwrap();
        assert_eq!(fs::read(path("new.rst")).unwrap(), b"new");
    }
}
