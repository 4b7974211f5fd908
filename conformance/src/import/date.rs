//! The date of an import.

use std::time::SystemTime;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The date in UTC, as `2026-11-21` (ISO 8601).
pub fn day(time: SystemTime) -> String {
    // "Sun, 06 Nov 1994 08:49:37 GMT"
    let date = httpdate::fmt_http_date(time);
    let words: Vec<&str> = date.split(' ').collect();
    let word = |index: usize| words.get(index).copied().unwrap_or_default();
    let month = 1 + MONTHS.iter().position(|name| *name == word(2)).unwrap_or_default();
    format!("{}-{month:02}-{}", word(3), word(1))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::day;

    #[test]
    fn a_day_is_written_in_iso_8601() {
        assert_eq!(day(SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)), "1994-11-06");
        assert_eq!(day(SystemTime::UNIX_EPOCH + Duration::from_secs(1_735_689_599)), "2024-12-31");
    }
}
