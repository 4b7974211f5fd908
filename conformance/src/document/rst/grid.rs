//! Grid tables with two columns. The right column may contain a table.
//!
//! ```text
//! +------+-------------------------+
//! | Name | Details                 |
//! +======+=============+===========+
//! | v    | Description | ...       |
//! |      +-------------+-----------+
//! |      | Example     | ``v=1``   |
//! +------+-------------+-----------+
//! ```
//!
//! Pages have hand-drawn tables, so a border that is slightly out of its column is accepted and noted.

use std::collections::BTreeSet;

use super::line::{Line, dedented};

/// The maximum distance of a border from its column, in characters.
const TOLERANCE: usize = 3;
/// The maximum number of borders in a line of a table. Published tables have four.
const MAX_BORDERS: usize = 16;
/// The maximum width of a table, in characters.
const MAX_WIDTH: usize = 1000;
/// The maximum nesting: a table, and the tables in its right column.
const MAX_DEPTH: usize = 2;

/// The rows below the header of a table, and the defects of its drawing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Grid<'a> {
    pub(super) rows: Vec<GridRow<'a>>,
    /// The line and description of each defect.
    pub(super) defects: BTreeSet<(usize, &'static str)>,
}

/// A row: a name and its details.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct GridRow<'a> {
    pub(super) line: usize,
    /// The left cell.
    pub(super) name: Vec<Line<'a>>,
    pub(super) details: Details<'a>,
}

/// The right cell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Details<'a> {
    Text(Vec<Line<'a>>),
    Rows(Vec<GridRow<'a>>),
}

/// Reads a table from its lines, including borders.
pub(super) fn grid<'a>(lines: &[Line<'a>]) -> Grid<'a> {
    let mut grid = Grid::default();
    if let Some(last) = lines.last().filter(|line| !is_border(line.text)) {
        grid.defects.insert((last.number, "the table does not end with a border"));
    }
    let lines: Vec<_> = lines.iter().map(|line| grid.without_right_border(line)).collect();
    let header = lines.iter().position(|line| is_border(line.text) && line.text.contains('='));
    let body = &lines[header.map_or(0, |border| border + 1)..];
    grid.rows = grid.rows(body, &crossings(&lines), 1);
    grid
}

impl<'a> Grid<'a> {
    fn without_right_border(&mut self, line: &Line<'a>) -> Line<'a> {
        let text = line.text.trim_end();
        if let Some(text) = text.strip_suffix(['|', '+']).filter(|text| !text.is_empty()) {
            return line.with_text(text);
        }
        self.defects.insert((line.number, "the row has no `|` at its right end"));
        line.with_text(text)
    }

    /// Splits lines into rows at the borders.
    fn rows(&mut self, lines: &[Line<'a>], columns: &[usize], depth: usize) -> Vec<GridRow<'a>> {
        let bands = lines.split(|line| is_border(line.text)).filter(|band| !band.is_empty());
        bands.map(|band| self.row(band, columns, depth)).collect()
    }

    /// A row, split at the first column in which all its lines have a border.
    fn row(&mut self, band: &[Line<'a>], columns: &[usize], depth: usize) -> GridRow<'a> {
        let line = band[0].number;
        let Some((column, cuts)) = cut(band, columns) else {
            return GridRow { line, name: cell(band), details: Details::Text(Vec::new()) };
        };
        if cuts.iter().any(|cut| !cut.is_in_column) {
            self.defects.insert((line, "a border of this row is not aligned with its column"));
        }
        let halves = band.iter().zip(&cuts).map(|(line, cut)| {
            let (left, right) = line.text.split_at(cut.at);
            (line.with_text(left), line.with_text(right))
        });
        let (left, right): (Vec<_>, Vec<_>) = halves.unzip();
        let inner = columns.iter().map(|other| other.saturating_sub(column));
        let inner: Vec<_> = inner.filter(|column| *column > 0).collect();
        let is_grid = right.iter().any(|line| is_border(line.text)) || cut(&right, &inner).is_some();
        let details = if is_grid && depth < MAX_DEPTH {
            Details::Rows(self.rows(&right, &inner, depth + 1))
        } else {
            Details::Text(cell(&right))
        };
        GridRow { line, name: cell(&left), details }
    }
}

/// Whether a line is a border over its whole width.
fn is_border(text: &str) -> bool {
    let text = text.trim_end();
    text.len() > 1 && text.starts_with('+') && text.chars().all(|c| "+-=".contains(c))
}

/// The columns at which borders cross, from the left, without the leftmost.
fn crossings(lines: &[Line<'_>]) -> Vec<usize> {
    let mut columns = BTreeSet::new();
    for line in lines.iter().filter(|line| line.text.contains("+-") || line.text.contains("+=")) {
        let line = line.text.chars().take(MAX_WIDTH).enumerate().skip(1);
        columns.extend(line.filter(|(_, c)| *c == '+').map(|(column, _)| column).take(MAX_BORDERS));
    }
    columns.into_iter().take(MAX_BORDERS).collect()
}

/// The position at which a line is split.
struct Cut {
    /// In bytes.
    at: usize,
    is_in_column: bool,
}

/// The first column near which every line has a border, and the position in each line.
fn cut(lines: &[Line<'_>], columns: &[usize]) -> Option<(usize, Vec<Cut>)> {
    columns.iter().find_map(|column| {
        let cuts = lines.iter().map(|line| border_near(line.text, *column)).collect::<Option<_>>()?;
        Some((*column, cuts))
    })
}

/// The border nearest to a column, within the tolerance.
fn border_near(text: &str, column: usize) -> Option<Cut> {
    let window = text.char_indices().enumerate().skip(column.saturating_sub(TOLERANCE).max(1));
    let window = window.take_while(|(other, _)| *other <= column + TOLERANCE);
    let borders = window.filter(|(_, (_, c))| matches!(c, '|' | '+'));
    let (found, (at, _)) = borders.min_by_key(|(other, _)| other.abs_diff(column))?;
    Some(Cut { at, is_in_column: found == column })
}

/// The lines of a cell without the border on the left.
fn cell<'a>(lines: &[Line<'a>]) -> Vec<Line<'a>> {
    let inside = |line: &Line<'a>| line.with_text(line.text.strip_prefix(['|', '+']).unwrap_or(line.text));
    dedented(&lines.iter().map(inside).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::super::line::{joined, numbered};
    use super::*;

    /// Rows as `name: text` or `name: [key: text, ...]`, and the defects.
    fn read(text: &str) -> (Vec<String>, Vec<(usize, &'static str)>) {
        let lines = numbered(text);
        let grid = grid(&lines);
        (grid.rows.iter().map(shown).collect(), grid.defects.into_iter().collect())
    }

    fn shown(row: &GridRow<'_>) -> String {
        let details = match &row.details {
            Details::Text(lines) => joined(lines),
            Details::Rows(rows) => format!("[{}]", rows.iter().map(shown).collect::<Vec<_>>().join(", ")),
        };
        format!("{}@{}: {details}", joined(&row.name), row.line)
    }

    #[test]
    fn the_right_column_may_be_a_table_or_text() {
        let (rows, defects) = read(
            "+---+-----------+\n\
             | N | Details   |\n\
             +===+=====+=====+\n\
             | a | Key | One |\n\
             |   |     | two |\n\
             |   +-----+-----+\n\
             |   | Ex  | é=1 |\n\
             +---+-----+-----+\n\
             | b | only text |\n\
             +---+-----------+\n\
             | c | Key | One |\n\
             +---+-----+-----+",
        );
        assert_eq!(rows, ["a@4: [Key@4: One\ntwo, Ex@7: é=1]", "b@9: only text", "c@11: [Key@11: One]"]);
        assert_eq!(defects, []);
    }

    #[test]
    fn misaligned_and_missing_borders_are_accepted_and_noted() {
        let (rows, defects) = read(
            "+------+-----+-----+\n\
             | a   | Key  | One |\n\
             |      +-----+-----+\n\
             |      | Ex   | 1\n\
             +------+-----+-----+\n\
             | b    | Key | two |",
        );
        assert_eq!(rows, ["a@2: [Key@2: One, Ex@4: 1]", "b@6: [Key@6: two]"]);
        assert_eq!(
            defects,
            [
                (2, "a border of this row is not aligned with its column"),
                (4, "a border of this row is not aligned with its column"),
                (4, "the row has no `|` at its right end"),
                (6, "the table does not end with a border"),
            ]
        );
    }

    #[test]
    fn a_code_block_in_a_cell_keeps_its_indentation() {
        let (rows, _) = read(
            "+-----+----------+\n\
             | 200 | .. code::|\n\
             |     |          |\n\
             |     |   {      |\n\
             |     |     1    |\n\
             +-----+----------+",
        );
        assert_eq!(rows, ["200@2: .. code::\n\n  {\n    1"]);
    }

    #[test]
    fn a_row_across_both_columns_has_no_details() {
        let (rows, _) = read("+---+---+\n| a | b |\n+---+---+\n| whole |\n+-------+");
        assert_eq!(rows, ["a@2: b", "whole@4: "]);
    }
}
