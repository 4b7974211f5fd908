//! One of several parts of a list, for a batch that runs on several machines.

use std::str::FromStr;

use crate::entry::Entry;

/// One part of a list. Each entry is in exactly one of the parts, and which one depends on nothing but the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Partition {
    /// From 0.
    index: u64,
    count: u64,
}

impl Partition {
    pub(crate) fn has(self, entry: &Entry) -> bool {
        entry.hash() % self.count == self.index
    }

    /// The part of this task of a Slurm array or a Kubernetes indexed job. `variable` reads the environment.
    fn of_task(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let number = |name: &str| match variable(name) {
            Some(value) => {
                value.parse::<u64>().map_err(|_| format!("{name} must be a number, not {value:?}"))
            }
            None => Err(format!("{name} is not set")),
        };
        if variable("SLURM_ARRAY_TASK_ID").is_some() {
            let (id, first) = (number("SLURM_ARRAY_TASK_ID")?, number("SLURM_ARRAY_TASK_MIN")?);
            let (last, count) = (number("SLURM_ARRAY_TASK_MAX")?, number("SLURM_ARRAY_TASK_COUNT")?);
            // An array that has only some of its tasks, because they run again, would split the list in another way.
            if first > 1 || last + 1 != first + count {
                return Err(
                    "the Slurm array must be 0 to N-1 or 1 to N: give the part as --partition K/N".to_owned()
                );
            }
            return Self::new(id - first, count);
        }
        if variable("JOB_COMPLETION_INDEX").is_some() {
            return Self::new(number("JOB_COMPLETION_INDEX")?, number("JOB_COMPLETIONS")?);
        }
        Err("there is no task of a Slurm array or of a Kubernetes indexed job: give the part as --partition K/N".to_owned())
    }

    fn new(index: u64, count: u64) -> Result<Self, String> {
        if index < count {
            return Ok(Self { index, count });
        }
        Err(format!("there is no part {} of {count}: the first part is 1 and the last is {count}", index + 1))
    }
}

/// `K/N`, part K of N from 1; or `auto`.
impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "auto" {
            return Self::of_task(|name| std::env::var(name).ok());
        }
        let parts =
            text.split_once('/').and_then(|(part, count)| Some((part.parse().ok()?, count.parse().ok()?)));
        match parts {
            Some((part @ 1_u64.., count)) => Self::new(part - 1, count),
            _ => Err("give K/N, for example 1/4 for the first of four parts, or auto".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_is_in_exactly_one_part() {
        let parts: Vec<Partition> = (1..=4).map(|part| format!("{part}/4").parse().unwrap()).collect();
        let mut sizes = [0; 4];
        for number in 0..1000 {
            let entry = Entry::new(format!("{number}.wav"), None);
            let owners: Vec<usize> = (0..4).filter(|&part| parts[part].has(&entry)).collect();
            let [owner] = owners[..] else { panic!("{owners:?}") };
            sizes[owner] += 1;
        }
        assert!(sizes.iter().all(|size| (200..300).contains(size)), "{sizes:?}");
    }

    #[test]
    fn a_task_knows_its_part_from_the_environment() {
        for (environment, expected) in [
            (
                "SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=3 SLURM_ARRAY_TASK_COUNT=4",
                Ok((0, 4)),
            ),
            (
                "SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=4 SLURM_ARRAY_TASK_COUNT=4",
                Ok((3, 4)),
            ),
            (
                "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_MAX=3 SLURM_ARRAY_TASK_COUNT=1",
                Err("must be 0 to N-1"),
            ),
            (
                "SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=5 SLURM_ARRAY_TASK_COUNT=3",
                Err("must be 0 to N-1"),
            ),
            ("SLURM_ARRAY_TASK_ID=x", Err("SLURM_ARRAY_TASK_ID must be a number, not \"x\"")),
            ("JOB_COMPLETION_INDEX=1 JOB_COMPLETIONS=2", Ok((1, 2))),
            ("JOB_COMPLETION_INDEX=1", Err("JOB_COMPLETIONS is not set")),
            ("JOB_COMPLETION_INDEX=2 JOB_COMPLETIONS=2", Err("there is no part 3 of 2")),
            ("PATH=/", Err("give the part as --partition K/N")),
        ] {
            let variable = |name: &str| {
                let mut pairs = environment.split(' ').filter_map(|pair| pair.split_once('='));
                pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
            };
            match (Partition::of_task(variable), expected) {
                (Ok(Partition { index, count }), Ok(expected)) => assert_eq!((index, count), expected),
                (Err(text), Err(expected)) => assert!(text.contains(expected), "{text}"),
                (outcome, _) => panic!("{environment}: {outcome:?}"),
            }
        }
    }

    #[test]
    fn other_parts_are_errors() {
        for text in ["", "0/4", "5/4", "1", "1/0", "-1/4", "a/b", "1/4/2"] {
            text.parse::<Partition>().unwrap_err();
        }
    }
}
