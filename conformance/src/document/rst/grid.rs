//! Grid tables of two columns, of which the right one may be a grid itself.
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
//! People draw these by hand: a border a little out of its column is found and noted.

use std::collections::BTreeSet;

use super::line::{Line, dedented};

/// How far from its column a border may stand and still be found.
const TOLERANCE: usize = 3;
/// How many borders a line of a table may have; ours have four.
const MAX_BORDERS: usize = 16;
/// How wide a table may be drawn.
const MAX_WIDTH: usize = 1000;
/// A table, and the tables in its right column.
const MAX_DEPTH: usize = 2;

/// A table's rows below its header, and what is odd about its drawing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Grid<'a> {
    pub(super) rows: Vec<Row<'a>>,
    /// Line and text.
    pub(super) oddities: BTreeSet<(usize, &'static str)>,
}

/// One row: what it is about, and what is said about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row<'a> {
    pub(super) line: usize,
    /// The left cell.
    pub(super) name: Vec<Line<'a>>,
    pub(super) details: Details<'a>,
}

/// The right cell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Details<'a> {
    Text(Vec<Line<'a>>),
    Rows(Vec<Row<'a>>),
}

/// Reads a table from its lines, borders included.
pub(super) fn grid<'a>(lines: &[Line<'a>]) -> Grid<'a> {
    let mut grid = Grid::default();
    if let Some(last) = lines.last().filter(|line| !is_border(line.text)) {
        grid.oddities.insert((last.number, "the table does not end with a border"));
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
        self.oddities.insert((line.number, "the row is not closed by `|` at its right end"));
        line.with_text(text)
    }

    /// The rows that whole borders divide the lines into.
    fn rows(&mut self, lines: &[Line<'a>], columns: &[usize], depth: usize) -> Vec<Row<'a>> {
        let bands = lines.split(|line| is_border(line.text)).filter(|band| !band.is_empty());
        bands.map(|band| self.row(band, columns, depth)).collect()
    }

    /// A row, cut at the first column in which all its lines have a border.
    fn row(&mut self, band: &[Line<'a>], columns: &[usize], depth: usize) -> Row<'a> {
        let line = band[0].number;
        let Some((column, cuts)) = cut(band, columns) else {
            return Row { line, name: cell(band), details: Details::Text(Vec::new()) };
        };
        if cuts.iter().any(|cut| !cut.is_in_column) {
            self.oddities.insert((line, "a border of this row is out of its column"));
        }
        let (left, right): (Vec<_>, Vec<_>) = band
            .iter()
            .zip(&cuts)
            .map(|(line, cut)| (line.text.split_at(cut.at), line))
            .map(|((left, right), line)| (line.with_text(left), line.with_text(right)))
            .unzip();
        let inner: Vec<_> = columns
            .iter()
            .filter_map(|other| other.checked_sub(column))
            .filter(|column| *column > 0)
            .collect();
        let is_grid = right.iter().any(|line| is_border(line.text)) || cut(&right, &inner).is_some();
        let details = if is_grid && depth < MAX_DEPTH {
            Details::Rows(self.rows(&right, &inner, depth + 1))
        } else {
            Details::Text(cell(&right))
        };
        Row { line, name: cell(&left), details }
    }
}

/// A border over the whole width of what is looked at.
fn is_border(text: &str) -> bool {
    let text = text.trim_end();
    text.len() > 1 && text.starts_with('+') && text.chars().all(|c| "+-=".contains(c))
}

/// The columns in which borders cross, from the left, the leftmost excepted.
fn crossings(lines: &[Line<'_>]) -> Vec<usize> {
    let mut columns = BTreeSet::new();
    for line in lines.iter().filter(|line| line.text.contains("+-") || line.text.contains("+=")) {
        let line = line.text.chars().take(MAX_WIDTH).enumerate().skip(1);
        columns.extend(line.filter(|(_, c)| *c == '+').map(|(column, _)| column).take(MAX_BORDERS));
    }
    columns.into_iter().take(MAX_BORDERS).collect()
}

/// Where a line is cut in two.
struct Cut {
    /// In bytes.
    at: usize,
    is_in_column: bool,
}

/// The first of the columns near which every line has a border, and where it is.
fn cut(lines: &[Line<'_>], columns: &[usize]) -> Option<(usize, Vec<Cut>)> {
    columns.iter().find_map(|column| {
        let cuts = lines.iter().map(|line| border_near(line.text, *column)).collect::<Option<_>>()?;
        Some((*column, cuts))
    })
}

/// The border nearest to a column, not further away than is tolerated.
fn border_near(text: &str, column: usize) -> Option<Cut> {
    let window = text.char_indices().enumerate().skip(column.saturating_sub(TOLERANCE).max(1));
    let window = window.take_while(|(other, _)| *other <= column + TOLERANCE);
    let borders = window.filter(|(_, (_, c))| matches!(c, '|' | '+'));
    let (found, (at, _)) = borders.min_by_key(|(other, _)| other.abs_diff(column))?;
    Some(Cut { at, is_in_column: found == column })
}

/// A cell's lines without the border to their left.
fn cell<'a>(lines: &[Line<'a>]) -> Vec<Line<'a>> {
    let inside = |line: &Line<'a>| line.with_text(line.text.strip_prefix(['|', '+']).unwrap_or(line.text));
    dedented(&lines.iter().map(inside).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::super::line::{joined, numbered};
    use super::*;

    /// Rows as `name: text` or `name: [key: text, ...]`, then what is odd.
    fn read(text: &str) -> (Vec<String>, Vec<(usize, &'static str)>) {
        let lines = numbered(text);
        let grid = grid(&lines);
        (grid.rows.iter().map(shown).collect(), grid.oddities.into_iter().collect())
    }

    fn shown(row: &Row<'_>) -> String {
        let details = match &row.details {
            Details::Text(lines) => joined(lines),
            Details::Rows(rows) => format!("[{}]", rows.iter().map(shown).collect::<Vec<_>>().join(", ")),
        };
        format!("{}@{}: {details}", joined(&row.name), row.line)
    }

    #[test]
    fn the_right_column_may_be_a_grid_or_text() {
        let (rows, oddities) = read(
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
        assert_eq!(oddities, []);
    }

    #[test]
    fn borders_out_of_their_column_and_open_ends_are_read_and_noted() {
        let (rows, oddities) = read(
            "+------+-----+-----+\n\
             | a   | Key  | One |\n\
             |      +-----+-----+\n\
             |      | Ex   | 1\n\
             +------+-----+-----+\n\
             | b    | Key | two |",
        );
        assert_eq!(rows, ["a@2: [Key@2: One, Ex@4: 1]", "b@6: [Key@6: two]"]);
        assert_eq!(
            oddities,
            [
                (2, "a border of this row is out of its column"),
                (4, "a border of this row is out of its column"),
                (4, "the row is not closed by `|` at its right end"),
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
    fn a_row_over_the_whole_width_has_no_details() {
        let (rows, _) = read("+---+---+\n| a | b |\n+---+---+\n| whole |\n+-------+");
        assert_eq!(rows, ["a@2: b", "whole@4: "]);
    }
}
