//! Lists of cases that a client is known to fail. The cases are played like any other and must fail. When one passes, its line
//! must be removed from the list.

use std::fmt;

use globset::GlobMatcher;

use super::glob;
use crate::plan::Plan;
use crate::result::{CaseResult, Run, Verdict};

/// A list, each line of which matches a planned case.
#[derive(Debug)]
pub struct KnownFailing {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    pattern: String,
    matcher: GlobMatcher,
    reason: String,
}

/// Why a list cannot be used.
#[derive(Debug)]
pub struct ListError {
    /// The line, counted from one.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.message)
    }
}

impl std::error::Error for ListError {}

impl KnownFailing {
    /// Reads a list. Each line is `case-id-or-glob  # reason`. Empty lines and lines that begin with `#` are ignored.
    ///
    /// # Errors
    ///
    /// The number of the first line that has no reason, has an invalid glob, repeats an earlier line, or matches no planned case.
    pub fn read(text: &str, plan: &Plan) -> Result<Self, ListError> {
        let mut entries: Vec<Entry> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let wrong = |message: String| ListError { line: index + 1, message };
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let entry = Entry::read(line).map_err(wrong)?;
            if entries.iter().any(|known| known.pattern == entry.pattern) {
                return Err(wrong(format!("'{}' is listed twice", entry.pattern)));
            }
            if !plan.cases.iter().any(|case| entry.matches(&case.id)) {
                let why = "no planned case has this id; `conformance plan` lists the ids";
                return Err(wrong(format!("'{}': {why}", entry.pattern)));
            }
            entries.push(entry);
        }
        Ok(Self { entries })
    }

    /// Whether a case is listed.
    pub fn has(&self, id: &str) -> bool {
        self.entry(id).is_some()
    }

    fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.matches(id))
    }

    /// Marks the listed cases of a run.
    pub fn mark(&self, run: &mut Run) {
        for result in &mut run.results {
            let Some(reason) = self.entry(&result.case.id).map(|entry| entry.reason.clone()) else {
                continue;
            };
            match result.verdict {
                Verdict::Fail => result.verdict = Verdict::KnownFailing(reason),
                _ => result.listed = Some(reason),
            }
        }
    }
}

impl Entry {
    fn read(line: &str) -> Result<Self, String> {
        let (pattern, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let reason = rest.trim_start().strip_prefix('#').map_or("", str::trim);
        if reason.is_empty() {
            return Err(format!("'{pattern}' has no reason; a line is: case-id-or-glob  # reason"));
        }
        let matcher = glob::matcher(pattern)?;
        Ok(Self { pattern: pattern.to_owned(), matcher, reason: reason.to_owned() })
    }

    fn matches(&self, id: &str) -> bool {
        self.pattern == id || self.matcher.is_match(id)
    }
}

/// A list of the failed cases of a run, with one line for each case. The user fills in the reasons.
pub fn list(run: &Run) -> String {
    let client = &run.client.client;
    let failed = run.results.iter().filter(|result| matches!(result.verdict, Verdict::Fail));
    let lines: String = failed.map(line).collect();
    format!(
        "# Cases that {} {} is known to fail. The suite plays them, and they must fail:\n\
         # remove the line of a case that passes. case-id-or-glob  # reason\n{lines}",
        client.name, client.version
    )
}

fn line(result: &CaseResult) -> String {
    let mut rules: Vec<&str> = result.findings.iter().map(|finding| finding.rule.id).collect();
    rules.sort_unstable();
    rules.dedup();
    format!("{}  # TODO: reason? It breaks {}\n", result.case.id, rules.join(", "))
}
