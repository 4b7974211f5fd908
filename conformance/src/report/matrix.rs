//! The matrix: a row an operation, a column a family of its cases.

use crate::plan::Source;
use crate::plan::call::id_part;
use crate::run::{CaseResult, Run};

/// The column of a flow's cases: it has no name, and no other.
pub(super) const FLOW: &str = "";

/// One operation's cases.
pub(super) struct Row<'a> {
    /// The operation's id, or `upload`.
    pub(super) operation: &'a str,
    /// The cases by their column, in the plan's order.
    pub(super) cells: Vec<(&'a str, Vec<&'a CaseResult>)>,
}

/// The rows of one document.
pub(super) fn rows<'a>(source: &Source, run: &'a Run) -> Vec<Row<'a>> {
    let own = run.results.iter().filter(|result| result.case.location.document == source.document.name);
    let rows = grouped(own, |result| result.case.operation.as_str());
    let row = |(operation, results): (&'a str, Vec<&'a CaseResult>)| Row {
        operation,
        cells: grouped(results.into_iter(), column),
    };
    rows.into_iter().map(row).collect()
}

/// The results by their key, both in the order they come in.
fn grouped<'a>(
    results: impl Iterator<Item = &'a CaseResult>,
    key: impl Fn(&'a CaseResult) -> &'a str,
) -> Vec<(&'a str, Vec<&'a CaseResult>)> {
    let mut groups: Vec<(&str, Vec<&CaseResult>)> = Vec::new();
    for result in results {
        let key = key(result);
        // Most often the last one: a plan has what belongs together side by side.
        match groups.iter_mut().rev().find(|(known, _)| *known == key) {
            Some((_, same)) => same.push(result),
            None => groups.push((key, vec![result])),
        }
    }
    groups
}

/// The column of a case: the step of its id behind the operation, which may have several itself.
fn column(result: &CaseResult) -> &str {
    let case = &result.case;
    let own = format!("{}/{}/", case.provider, id_part(&case.operation));
    let variation = case.id.strip_prefix(&own).filter(|_| case.media.is_none());
    variation.and_then(|variation| variation.split('/').next()).unwrap_or(FLOW)
}
