//! Grid tables of two columns, of which the right one may be a grid itself.

use super::line::{Line, dedented};

/// How far from its column a border may stand and still be found.
const TOLERANCE: usize = 3;
/// How many borders a table may have; ours have four.
const MAX_BORDERS: usize = 16;
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
    let body = without_right_border(lines, &mut grid.oddities);
    if lines.last().is_some_and(|line| !is_border(line.text)) {
        let line = lines.last().map_or(0, |line| line.number);
        grid.oddities
            .push((line, "the table does not end with a border"));
    }
    let below_header = body
        .iter()
        .position(is_header_border)
        .map_or(0, |border| border + 1);
    grid.rows = rows(
        &body[below_header..],
        &borders(&body),
        1,
        &mut grid.oddities,
    );
    grid
}

fn without_right_border<'a>(
    lines: &[Line<'a>],
    oddities: &mut Vec<(usize, &'static str)>,
) -> Vec<Line<'a>> {
    let strip = |line: &Line<'a>| {
        let text = line.text.trim_end();
        match text.strip_suffix(['|', '+']) {
            Some(text) if !text.is_empty() => line.with_text(text),
            _ => {
                oddities.push((line.number, "the row is not closed by `|` at its right end"));
                line.with_text(text)
            }
        }
    };
    lines.iter().map(strip).collect()
}

fn is_header_border(line: &Line<'_>) -> bool {
    is_border(line.text) && line.text.contains('=')
}

/// A border over the whole width of what is looked at.
fn is_border(text: &str) -> bool {
    let text = text.trim_end();
    text.starts_with('+') && text.len() > 1 && text.chars().all(|c| "+-=".contains(c))
}

/// The columns in which borders cross, from the left, the leftmost excepted.
fn borders(lines: &[Line<'_>]) -> Vec<usize> {
    let mut columns = Vec::new();
    for line in lines
        .iter()
        .filter(|line| line.text.contains("+-") || line.text.contains("+="))
    {
        let crossings = line
            .text
            .chars()
            .enumerate()
            .filter(|(column, c)| *column > 0 && *c == '+');
        for (column, _) in crossings.take(MAX_BORDERS) {
            if let Err(place) = columns.binary_search(&column) {
                columns.insert(place, column);
            }
        }
        columns.truncate(MAX_BORDERS);
    }
    columns
}

/// The rows that full borders divide the lines into.
fn rows<'a>(
    lines: &[Line<'a>],
    borders: &[usize],
    depth: usize,
    oddities: &mut Vec<(usize, &'static str)>,
) -> Vec<Row<'a>> {
    lines
        .split(|line| is_border(line.text))
        .filter(|band| !band.is_empty())
        .map(|band| row(band, borders, depth, oddities))
        .collect()
}

fn row<'a>(
    band: &[Line<'a>],
    borders: &[usize],
    depth: usize,
    oddities: &mut Vec<(usize, &'static str)>,
) -> Row<'a> {
    let line = band[0].number;
    let Some((column, cuts)) = borders
        .iter()
        .find_map(|column| Some((*column, cuts(band, *column)?)))
    else {
        return Row {
            line,
            name: cell(band.iter().map(|line| line.with_text(inside(line.text)))),
            details: Details::Text(Vec::new()),
        };
    };
    let halves = band
        .iter()
        .zip(&cuts)
        .map(|(line, cut)| (line, line.text.split_at(*cut)));
    let name = cell(
        halves
            .clone()
            .map(|(line, (left, _))| line.with_text(inside(left))),
    );
    let right: Vec<_> = halves
        .map(|(line, (_, right))| line.with_text(right))
        .collect();
    if band
        .iter()
        .zip(&cuts)
        .any(|(line, cut)| byte_of(line.text, column) != Some(*cut))
    {
        oddities.push((line, "a border of this row is out of its column"));
    }
    let inner: Vec<_> = borders
        .iter()
        .filter_map(|border| border.checked_sub(column))
        .filter(|column| *column > 0)
        .collect();
    let is_grid = depth < MAX_DEPTH && right.iter().any(|line| is_border(line.text));
    let details = if is_grid
        || (depth < MAX_DEPTH && inner.iter().any(|column| cuts_exist(&right, *column)))
    {
        Details::Rows(rows(&right, &inner, depth + 1, oddities))
    } else {
        Details::Text(cell(
            right.iter().map(|line| line.with_text(inside(line.text))),
        ))
    };
    Row {
        line,
        name,
        details,
    }
}

fn cuts_exist(lines: &[Line<'_>], column: usize) -> bool {
    cuts(lines, column).is_some()
}

/// Where, in bytes, each line has its border near a column; `None` unless every line has one.
fn cuts(lines: &[Line<'_>], column: usize) -> Option<Vec<usize>> {
    lines.iter().map(|line| cut(line.text, column)).collect()
}

fn cut(text: &str, column: usize) -> Option<usize> {
    let near = (0..=TOLERANCE)
        .flat_map(|off| [column.checked_sub(off), Some(column + off)])
        .flatten();
    near.filter(|column| *column > 0)
        .filter_map(|column| byte_of(text, column))
        .find(|byte| text[*byte..].starts_with(['|', '+']))
}

/// The byte at which a column begins.
fn byte_of(text: &str, column: usize) -> Option<usize> {
    text.char_indices().nth(column).map(|(byte, _)| byte)
}

/// A cell's text on one line: what follows its left border.
fn inside(text: &str) -> &str {
    text.strip_prefix(['|', '+']).unwrap_or(text)
}

fn cell<'a>(lines: impl Iterator<Item = Line<'a>>) -> Vec<Line<'a>> {
    dedented(&lines.collect::<Vec<_>>())
}
