//! The tasks of a batch, from the entries of a list.

use std::collections::HashSet;
use std::sync::Arc;

use crate::entry::hash;
use crate::list::List;
use crate::partition::Partition;
use crate::service::{Service, Target, Task};
use crate::usage_error::UsageError;

/// The tasks of a batch.
pub(crate) struct Tasks {
    /// The number of tasks, if it is known in advance.
    pub(crate) count: Option<usize>,
    /// The tasks, or the message of an error, which is the last item.
    pub(crate) tasks: Box<dyn Iterator<Item = Result<Task, String>> + Send>,
}

/// The tasks of `list`. A list that can be read twice is checked before this returns. Other entries are checked when they are
/// read.
///
/// The check keeps about 20 bytes for each entry, to find destinations that are given twice.
pub(crate) fn tasks(
    service: &Arc<Service>,
    list: &List,
    partition: Option<Partition>,
) -> Result<Tasks, UsageError> {
    let is_checked = list.is_repeatable();
    let count = if is_checked { Some(check(service, list, partition)?) } else { None };
    let mut destinations = Destinations::default();
    let service = Arc::clone(service);
    let tasks = list.entries()?.map(move |entry| {
        let entry = entry?;
        let is_mine = partition.is_none_or(|partition| partition.has(&entry));
        let task = service.task(entry)?;
        if !is_checked {
            destinations.add(&service, &task.target)?;
        }
        Ok(is_mine.then_some(task))
    });
    let mut has_failed = false;
    let until_error = tasks.take_while(move |task| !std::mem::replace(&mut has_failed, task.is_err()));
    Ok(Tasks { count, tasks: Box::new(until_error.filter_map(Result::transpose)) })
}

/// Checks all entries of `list`, and counts those of the partition.
fn check(service: &Service, list: &List, partition: Option<Partition>) -> Result<usize, UsageError> {
    let mut destinations = Destinations::default();
    let mut count = 0;
    for entry in list.entries()? {
        let entry = entry.map_err(UsageError)?;
        count += usize::from(partition.is_none_or(|partition| partition.has(&entry)));
        let task = service.task(entry).map_err(UsageError)?;
        destinations.add(service, &task.target).map_err(UsageError)?;
    }
    Ok(count)
}

/// The destinations of a list, as hashes.
#[derive(Default)]
struct Destinations(HashSet<u64>);

impl Destinations {
    /// Adds the destination of a target; an error if an earlier one has it.
    fn add(&mut self, service: &Service, Target { file, destination }: &Target) -> Result<(), String> {
        if self.0.insert(hash([destination.as_bytes()])) {
            return Ok(());
        }
        Err(format!(
            "{}: an earlier file has the same {name} {destination}, so one would replace the other: give each file and each {name} once",
            file.display(),
            name = service.kind.destination
        ))
    }
}
