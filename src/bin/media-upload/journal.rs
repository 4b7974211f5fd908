//! A journal: what earlier runs have sent, so that a later run sends only the rest.
//!
//! It is a file of JSON Lines. The first line is the header, and each further line is a record. A record is on the disk before
//! the outcome is printed. One run at a time can use a journal: it holds a lock on the file.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fs4::{FileExt, TryLockError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::entry::hash;
use crate::fingerprint::{Digest, Fingerprint};
use crate::usage_error::UsageError;

const HEADER: &[u8] = b"{\"journal\":\"media-upload\",\"version\":1}\n";

/// What happened to the media of a destination.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Record {
    pub(crate) event: Event,
    /// The media URL or the job id. It identifies the media.
    pub(crate) destination: String,
    pub(crate) file: String,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) time: Timestamp,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Event {
    /// The upload began. If no other record follows, storage may or may not have the media.
    Started,
    /// Storage has the media.
    Stored,
    /// Storage does not have the media.
    Failed,
}

/// The last record of a destination, without what takes much memory: a journal may have millions of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) event: Event,
    pub(crate) digest: Digest,
    pub(crate) time: Timestamp,
}

/// An open journal.
#[derive(Debug)]
pub(crate) struct Journal {
    /// What earlier runs have recorded, by the hash of the destination.
    known: HashMap<u64, Known>,
    path: PathBuf,
    /// The file; an error if a write has failed, because a further record would follow an incomplete one.
    file: Mutex<Result<File, String>>,
}

impl Journal {
    /// Opens the journal at `path`, or begins it. An incomplete last line is removed: a run was killed while it wrote the line.
    pub(crate) fn open(path: &Path) -> Result<Self, UsageError> {
        let open = || {
            let file =
                OpenOptions::new().read(true).append(true).create(true).open(path).map_err(unusable)?;
            lock(&file)?;
            let (known, length) = read(&file)?;
            file.set_len(length).map_err(unusable)?;
            let journal = Self { known, path: path.to_owned(), file: Mutex::new(Ok(file)) };
            Ok((journal, length))
        };
        let (journal, length) =
            open().map_err(|text: String| UsageError(format!("the journal {}{text}", path.display())))?;
        if length == 0 {
            journal.write(HEADER).map_err(UsageError)?;
        }
        Ok(journal)
    }

    /// What earlier runs have recorded of `destination`.
    pub(crate) fn known(&self, destination: &str) -> Option<Known> {
        self.known.get(&hash([destination.as_bytes()])).copied()
    }

    /// Writes `record` to the disk. After an error, all further writes fail.
    pub(crate) fn append(&self, record: &Record) -> Result<(), String> {
        let mut line = serde_json::to_vec(record).map_err(|error| error.to_string())?;
        line.push(b'\n');
        self.write(&line)
    }

    /// An error if the journal can no longer be written.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.lock().as_ref().map(drop).map_err(String::clone)
    }

    fn lock(&self) -> MutexGuard<'_, Result<File, String>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, line: &[u8]) -> Result<(), String> {
        let mut file = self.lock();
        let written = file.as_mut().map_err(|text| text.clone()).and_then(|file| {
            let written = file.write_all(line).and_then(|()| file.sync_data());
            written.map_err(|error| format!("the journal {} cannot be written: {error}", self.path.display()))
        });
        if let Err(text) = &written {
            *file = Err(text.clone());
        }
        written
    }
}

fn unusable(error: io::Error) -> String {
    format!(" cannot be used: {error}")
}

fn lock(file: &File) -> Result<(), String> {
    FileExt::try_lock(file).map_err(|error| match error {
        TryLockError::WouldBlock => {
            " is in use by another run: wait for its end, or give another journal".to_owned()
        }
        TryLockError::Error(error) => unusable(error),
    })
}

/// The last record of each destination, and the length of the complete lines. An error begins with the number of a line.
fn read(file: &File) -> Result<(HashMap<u64, Known>, u64), String> {
    let mut known = HashMap::new();
    if !file.metadata().map_err(unusable)?.is_file() {
        return Err(" is not a regular file".to_owned());
    }
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    (&mut reader).take(HEADER.len() as u64).read_to_end(&mut line).map_err(unusable)?;
    if !HEADER.starts_with(&line) {
        return Err(":1: this is not a journal of media-upload: give another file".to_owned());
    }
    if line.len() < HEADER.len() {
        return Ok((known, 0));
    }
    let mut length = HEADER.len() as u64;
    for number in 2_u64.. {
        line.clear();
        reader.read_until(b'\n', &mut line).map_err(unusable)?;
        if line.last() != Some(&b'\n') {
            break;
        }
        let Record { event, destination, fingerprint, time, .. } = serde_json::from_slice(&line)
            .map_err(|error| format!(":{number}: the record is damaged, remove this line: {error}"))?;
        known.insert(hash([destination.as_bytes()]), Known { event, digest: fingerprint.digest(), time });
        length += line.len() as u64;
    }
    Ok((known, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn record(event: Event, destination: &str, bytes: u64) -> Record {
        let text = format!("{{\"bytes\":{bytes},\"modified\":null}}");
        let fingerprint = serde_json::from_str(&text).unwrap();
        Record {
            event,
            destination: destination.to_owned(),
            file: "a.wav".to_owned(),
            fingerprint,
            time: Timestamp::UNIX_EPOCH,
        }
    }

    fn known(record: &Record) -> Option<Known> {
        Some(Known { event: record.event, digest: record.fingerprint.digest(), time: record.time })
    }

    #[test]
    fn the_last_record_of_each_destination_is_known_to_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let journal = Journal::open(&path).unwrap();
        let records =
            [record(Event::Started, "1", 5), record(Event::Stored, "1", 5), record(Event::Failed, "2", 7)];
        records.iter().for_each(|record| journal.append(record).unwrap());
        drop(journal);
        let journal = Journal::open(&path).unwrap();
        let expected = [known(&records[1]), known(&records[2]), None];
        assert_eq!(["1", "2", "3"].map(|destination| journal.known(destination)), expected);
    }

    /// A run can be killed after any byte of a write.
    #[test]
    fn a_journal_cut_at_any_byte_keeps_each_complete_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let journal = Journal::open(&path).unwrap();
        let records = [record(Event::Stored, "1", 5), record(Event::Stored, "2", 7)];
        records.iter().for_each(|record| journal.append(record).unwrap());
        drop(journal);
        let whole = fs::read(&path).unwrap();
        for length in 0..=whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let journal = Journal::open(&path).unwrap();
            let complete = whole[..length].iter().filter(|byte| **byte == b'\n').count();
            for (index, record) in records.iter().enumerate() {
                let expected = if index + 1 < complete { known(record) } else { None };
                assert_eq!(journal.known(&record.destination), expected, "{length}");
            }
            journal.append(&records[0]).unwrap();
            drop(journal);
            assert_eq!(Journal::open(&path).unwrap().known("1"), known(&records[0]));
        }
    }

    #[test]
    fn another_file_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for content in [&b"RIFF1234"[..], b"{\"journal\":\"media-upload\",\"version\":2}\n", b"{}", b"\n"] {
            fs::write(&path, content).unwrap();
            let error = Journal::open(&path).unwrap_err();
            assert!(
                error.0.ends_with("/file:1: this is not a journal of media-upload: give another file"),
                "{error:?}"
            );
            assert_eq!(fs::read(&path).unwrap(), content);
        }
        fs::write(&path, [HEADER, b"{}\n"].concat()).unwrap();
        assert!(Journal::open(&path).unwrap_err().0.contains("/file:2: the record is damaged"));
        assert!(Journal::open(folder.path()).unwrap_err().0.contains("cannot be used"));
    }

    #[test]
    fn two_runs_cannot_use_one_journal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let first = Journal::open(&path).unwrap();
        assert!(Journal::open(&path).unwrap_err().0.contains("is in use by another run"));
        drop(first);
        Journal::open(&path).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn after_a_failed_write_nothing_more_is_written() {
        let file = OpenOptions::new().append(true).open("/dev/full").unwrap();
        let journal = Journal { known: HashMap::new(), path: "journal".into(), file: Mutex::new(Ok(file)) };
        let error = journal.append(&record(Event::Stored, "1", 5)).unwrap_err();
        assert!(
            error.starts_with("the journal journal cannot be written: No space left on device"),
            "{error}"
        );
        assert_eq!(journal.append(&record(Event::Stored, "2", 5)), Err(error));
    }
}
