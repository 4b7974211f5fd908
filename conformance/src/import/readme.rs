//! The table that says of each document where it is from, when it was taken, and its sum.

use sha2::{Digest, Sha256};

/// The table's cells in a line: what stands before and after the outer bars, and four between.
const CELLS: usize = 6;

/// The text with the date and sum of one file; none if it has no row for that file.
pub fn updated(readme: &str, file: &str, date: &str, bytes: &[u8]) -> Option<String> {
    let mut found = false;
    let lines = readme.split_inclusive('\n').map(|line| {
        let cells: Vec<&str> = line.split('|').collect();
        if cells.len() != CELLS || cells[1].trim().trim_matches('`') != file {
            return line.to_owned();
        }
        found = true;
        let (date, sum) = (format!(" {date} "), format!(" `{}` ", sum(bytes)));
        [cells[0], cells[1], cells[2], &date, &sum, cells[5]].join("|")
    });
    let text: String = lines.collect();
    found.then_some(text)
}

/// Whether a text has such a table at all.
pub fn is_table(readme: &str) -> bool {
    readme.lines().any(|line| line.split('|').count() == CELLS && line.contains("sha256"))
}

/// A row for a file that has none yet.
pub fn row(file: &str, date: &str, bytes: &[u8]) -> String {
    format!("| `{file}` | WHERE IT IS FROM | {date} | `{}` |", sum(bytes))
}

/// The SHA-256 of a file, in hexadecimal.
fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::updated;

    #[test]
    fn one_row_gets_its_date_and_sum_and_the_rest_stays() {
        let readme = "# T\n\n| file | from | taken | sha256 |\n|---|---|---|---|\n| `a.yaml` | x | 2020-01-01 | `00` |\n| `b` | | | |\nend";
        let expected = readme.replace(
            "2020-01-01 | `00`",
            "2026-02-03 | `e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`",
        );
        assert_eq!(updated(readme, "a.yaml", "2026-02-03", b""), Some(expected));
        assert_eq!(updated(readme, "c", "2026-02-03", b""), None);
    }
}
