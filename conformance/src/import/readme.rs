//! The table of documents in a README.md: the source of each document, the date of its import, and its SHA-256 digest.

use sha2::{Digest, Sha256};

/// The parts of a row between bars: four cells, and the parts outside the outer bars.
const PARTS: usize = 6;

/// The text with the new date and digest of a file; none when it has no row for the file.
pub fn updated(readme: &str, file: &str, date: &str, bytes: &[u8]) -> Option<String> {
    let mut found = false;
    let lines = readme.split_inclusive('\n').map(|line| {
        let cells: Vec<&str> = line.split('|').collect();
        if cells.len() != PARTS || cells[1].trim().trim_matches('`') != file {
            return line.to_owned();
        }
        found = true;
        let (date, digest) = (format!(" {date} "), format!(" `{}` ", digest(bytes)));
        [cells[0], cells[1], cells[2], &date, &digest, cells[5]].join("|")
    });
    let text: String = lines.collect();
    found.then_some(text)
}

/// Whether a string has a table of documents.
pub fn is_table(readme: &str) -> bool {
    readme.lines().any(|line| line.split('|').count() == PARTS && line.contains("sha256"))
}

/// A new row for a file.
pub fn row(file: &str, date: &str, bytes: &[u8]) -> String {
    format!("| `{file}` | SOURCE | {date} | `{}` |", digest(bytes))
}

/// The SHA-256 digest of a file, in hexadecimal.
fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::updated;

    #[test]
    fn only_the_row_of_the_file_gets_a_new_date_and_digest() {
        let readme = "# T\n\n| file | from | taken | sha256 |\n|---|---|---|---|\n| `a.yaml` | x | 2020-01-01 | `00` |\n| `b` | | | |\nend";
        let expected = readme.replace(
            "2020-01-01 | `00`",
            "2026-02-03 | `e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`",
        );
        assert_eq!(updated(readme, "a.yaml", "2026-02-03", b""), Some(expected));
        assert_eq!(updated(readme, "c", "2026-02-03", b""), None);
    }
}
