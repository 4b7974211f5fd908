//! The matrix of one document as a table: a row for each operation, with a square for each case, by family.

use maud::{Markup, html};

use super::case::fragment;
use super::case_status::CaseStatus;
use crate::plan::source::Source;
use crate::report::matrix::{self, FLOW};
use crate::result::{CaseResult, Run};

/// The table. Empty when no case of the document was run. A family is not a column of its own: an API with many statuses would
/// need more columns than a screen has.
pub(super) fn markup(source: &Source, run: &Run) -> Markup {
    let rows = matrix::rows(source, run);
    html! {
        @if !rows.is_empty() {
            table.matrix {
                caption { strong { (source.provider.name) } " " code { (source.document.name) } }
                thead {
                    tr { th scope="col" { "operation" } th scope="col" { "cases" } }
                }
                tbody {
                    @for row in &rows {
                        tr {
                            th scope="row" { (row.operation) }
                            td { div.families { @for cell in &row.cells { (family(cell)) } } }
                        }
                    }
                }
            }
        }
    }
}

/// The cases of one family. A flow has no families, so its only one has no name.
fn family((name, results): &(String, Vec<&CaseResult>)) -> Markup {
    html! {
        div.family {
            @if name != FLOW { span.name { (name) } }
            (squares(results))
        }
    }
}

fn squares(results: &[&CaseResult]) -> Markup {
    html! { div.squares { @for result in results { (square(result)) } } }
}

fn square(result: &CaseResult) -> Markup {
    let status = CaseStatus::of(result);
    let id = &result.case.id;
    let label = format!("{}: {id}", status.word());
    html! {
        a.mark.square data-status=(status.word()) href={ "#" (fragment(id)) } aria-label=(label) {
            (status.character())
        }
    }
}
