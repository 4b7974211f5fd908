//! The matrix of one document as a table: a row for each operation, a column for each family, a square for each case.

use maud::{Markup, html};

use super::case::fragment;
use super::case_status::CaseStatus;
use crate::plan::source::Source;
use crate::report::matrix::{self, FLOW, MatrixRow};
use crate::result::{CaseResult, Run};

/// The table. Empty when no case of the document was run.
pub(super) fn markup(source: &Source, run: &Run) -> Markup {
    let rows = matrix::rows(source, run);
    let columns = columns(&rows);
    html! {
        @if !rows.is_empty() {
            div.scroll {
                table {
                    caption { strong { (source.provider.name) } " " code { (source.document.name) } }
                    thead {
                        tr {
                            th scope="col" { "operation" }
                            @for column in &columns { th scope="col" { (column) } }
                        }
                    }
                    tbody {
                        @for row in &rows {
                            tr {
                                th scope="row" { (row.operation) }
                                (cells(row, &columns))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The columns: first the statuses by number, then the other families in the order of the plan.
fn columns<'a>(rows: &'a [MatrixRow<'_>]) -> Vec<&'a str> {
    let mut columns: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().flat_map(|row| &row.cells) {
        if name != FLOW && !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    columns.sort_by_key(|name| name.parse::<u16>().unwrap_or(u16::MAX));
    columns
}

/// The cells of one row. The row of a flow has one cell that spans all columns.
fn cells(row: &MatrixRow<'_>, columns: &[&str]) -> Markup {
    let cell = |column: &str| row.cells.iter().find(|(name, _)| name == column);
    html! {
        @if let Some((_, results)) = cell(FLOW) {
            td colspan=(columns.len().max(1)) { (squares(results)) }
        } @else {
            @for column in columns {
                td { @if let Some((_, results)) = cell(column) { (squares(results)) } }
            }
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
