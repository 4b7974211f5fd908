//! The matrix: a row for each operation, with a cell for each family of cases.

use crate::plan::source::Source;
use crate::result::{CaseResult, Run};

/// The name of the only cell of a flow: a flow has no families.
pub(super) const FLOW: &str = "";

/// The cases of one operation or flow.
pub(super) struct MatrixRow<'a> {
    /// The id of the operation, or `upload`.
    pub(super) operation: &'a str,
    /// The results by family, in the order of the plan.
    pub(super) cells: Vec<(String, Vec<&'a CaseResult>)>,
}

/// The rows of one document.
pub(super) fn rows<'a>(source: &Source, run: &'a Run) -> Vec<MatrixRow<'a>> {
    let own = run.results.iter().filter(|result| result.case.is_of(source));
    let rows = grouped(own, |result| result.case.operation.as_str());
    let row = |(operation, results): (&'a str, Vec<&'a CaseResult>)| MatrixRow {
        operation,
        cells: grouped(results.into_iter(), |result| result.case.family.to_string()),
    };
    rows.into_iter().map(row).collect()
}

/// Groups results by a key. The order of the results stays.
pub(super) fn grouped<'a, K: PartialEq>(
    results: impl Iterator<Item = &'a CaseResult>,
    key: impl Fn(&'a CaseResult) -> K,
) -> Vec<(K, Vec<&'a CaseResult>)> {
    let mut groups: Vec<(K, Vec<&CaseResult>)> = Vec::new();
    for result in results {
        let key = key(result);
        // The last group usually matches, because a plan lists the cases of a group together.
        match groups.iter_mut().rev().find(|(known, _)| *known == key) {
            Some((_, same)) => same.push(result),
            None => groups.push((key, vec![result])),
        }
    }
    groups
}
