//! The matrix of one document as a table: a row an operation, a column a family, a square a case.

use maud::{Markup, html};

use super::fragment;
use super::standing::Standing;
use crate::plan::Source;
use crate::report::matrix::{self, FLOW, Row};
use crate::run::{CaseResult, Run};

/// The table; nothing for a document no case of which was run.
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

/// Every operation's columns: the statuses by number, then the other families, as they come.
fn columns<'a>(rows: &[Row<'a>]) -> Vec<&'a str> {
    let mut columns: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().flat_map(|row| &row.cells) {
        if *name != FLOW && !columns.contains(name) {
            columns.push(name);
        }
    }
    columns.sort_by_key(|name| name.parse::<u16>().unwrap_or(u16::MAX));
    columns
}

/// One row's cells; those of a flow, which has no columns, are one cell over them all.
fn cells(row: &Row<'_>, columns: &[&str]) -> Markup {
    let cell = |column: &str| row.cells.iter().find(|(name, _)| *name == column);
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
    let standing = Standing::of(result);
    let id = &result.case.id;
    let label = format!("{}: {id}", standing.word());
    html! {
        a.mark.square data-standing=(standing.word()) href={ "#" (fragment(id)) } aria-label=(label) {
            (standing.character())
        }
    }
}
