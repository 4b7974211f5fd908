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
    pub(super) oddities: Vec<(usize, &'static str)>,
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
        grid.oddities.push((last.number, "the table does not end with a border"));
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
        self.oddities.push((line.number, "the row is not closed by `|` at its right end"));
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
            self.oddities.push((line, "a border of this row is out of its column"));
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
        let details = match is_grid && depth < MAX_DEPTH {
            true => Details::Rows(self.rows(&right, &inner, depth + 1)),
            false => Details::Text(cell(&right)),
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
    let mut columns = std::collections::BTreeSet::new();
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
