//! The validity of a pre-signed URL, as its own parameters state it.

use std::time::{Duration, Instant, SystemTime};

use url::Url;

use crate::clock::Clock;
use crate::error::Error;
use crate::secret::PresignedUrl;

/// The time of day at the storage. It is taken from the `Date` of the storage's responses, because the clock of this machine may
/// be wrong.
pub(crate) struct StorageClock<'a> {
    clock: &'a dyn Clock,
    /// The latest `Date`, and when it arrived.
    date: Option<(SystemTime, Instant)>,
}

impl<'a> StorageClock<'a> {
    pub(crate) fn new(clock: &'a dyn Clock) -> Self {
        Self { clock, date: None }
    }

    /// Takes the time from a response of the storage.
    pub(crate) fn set(&mut self, error: &Error) {
        if let Some(date) = error.date() {
            self.date = Some((date, self.clock.now()));
        }
    }
}

/// The time in which a pre-signed URL may be used.
pub(crate) struct Validity {
    /// `None` if the URL does not state it.
    end: Option<SystemTime>,
    /// When the URL arrived, by the clock of this machine.
    arrived: SystemTime,
}

impl Validity {
    /// The validity of a URL that has just arrived.
    pub(crate) fn of(url: &PresignedUrl, clock: &dyn Clock) -> Self {
        Self { end: end(url), arrived: clock.wall_time() }
    }

    /// Returns whether the validity has ended. While the time at the storage is not known, the clock of this machine counts, unless
    /// it says that the URL had ended before it arrived: then the clock is wrong.
    pub(crate) fn is_over(&self, storage: &StorageClock<'_>) -> bool {
        let Some(end) = self.end else { return false };
        match storage.date {
            Some((date, arrived)) => end <= date + storage.clock.now().saturating_duration_since(arrived),
            None => self.arrived < end && end <= storage.clock.wall_time(),
        }
    }
}

/// The end of the validity: by AWS and Google Signature Version 4, by their older signatures (and CloudFront's), or by Azure's.
fn end(url: &PresignedUrl) -> Option<SystemTime> {
    let url = Url::parse(url.expose()).ok()?;
    let parameter = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
    };
    let seconds = |name: &str| parameter(name)?.parse().ok().map(Duration::from_secs);
    let signed = |date: &str, expires: &str| date_time(&parameter(date)?)?.checked_add(seconds(expires)?);
    let unix_time = || SystemTime::UNIX_EPOCH.checked_add(parameter("Signature").and(seconds("Expires"))?);
    let azure = || date_time(&parameter("sig").and(parameter("se"))?);
    signed("X-Amz-Date", "X-Amz-Expires")
        .or_else(|| signed("X-Goog-Date", "X-Goog-Expires"))
        .or_else(unix_time)
        .or_else(azure)
}

/// A date in UTC, with or without a time: `20260102T030405Z`, `2026-01-02T03:04:05Z`, `2026-01-02`. A fraction of a second is left
/// out.
fn date_time(text: &str) -> Option<SystemTime> {
    let text = text.strip_suffix('Z').unwrap_or(text).replace(['-', ':'], "");
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    let time = format!("{:0<6}", time.split('.').next()?);
    let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(date, 8) || !digits(&time, 6) {
        return None;
    }
    let number = |text: &str| text.parse::<u64>().ok();
    let days = days_since_1970(number(&date[..4])?, number(&date[4..6])?, number(&date[6..])?)?;
    let seconds = number(&time[..2])? * 3600 + number(&time[2..4])? * 60 + number(&time[4..])?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(days * 86_400 + seconds))
}

/// The number of days from 1970-01-01 to a date of the Gregorian calendar. No dependency of this crate has a calendar, and this is
/// all that is needed of one.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // A year that begins in March has its leap day at its end.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    Some((year * 365 + leap_days + (153 * month + 2) / 5 + day - 1) - DAYS_TO_1970)
}

/// The days from March 1 of year 0 to 1970-01-01.
const DAYS_TO_1970: u64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    fn end_of(query: &str) -> Option<u64> {
        let end = end(&PresignedUrl::new(&format!("https://storage.test/a?{query}")))?;
        Some(end.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn the_end_of_the_validity_is_read_from_the_url_of_each_vendor() {
        for (query, expected) in [
            ("X-Amz-Date=20260102T030405Z&X-Amz-Expires=60", Some(1_767_323_105)),
            ("x-amz-date=20260102T030405Z&x-amz-expires=60", Some(1_767_323_105)),
            ("X-Goog-Date=20240229T235959Z&X-Goog-Expires=1", Some(1_709_251_200)),
            ("AWSAccessKeyId=a&Signature=b&Expires=1767323105", Some(1_767_323_105)),
            ("sv=2022-11-02&se=2026-01-02T03%3A05%3A05Z&sig=a", Some(1_767_323_105)),
            ("se=2026-01-02T03%3A05%3A05.1234567Z&sig=a", Some(1_767_323_105)),
            ("se=2026-01-02T03%3A05Z&sig=a", Some(1_767_323_100)),
            ("se=2000-03-01&sig=a", Some(951_868_800)),
            // Without a signature, these parameters have another meaning.
            ("Expires=1767323105", None),
            ("se=2026-01-02", None),
            ("X-Amz-Date=20260102T030405Z", None),
            ("X-Amz-Date=20261302T030405Z&X-Amz-Expires=60", None),
            ("X-Amz-Date=2026é102T03040&X-Amz-Expires=60", None),
            ("X-Amz-Date=20260102T030405Z&X-Amz-Expires=18446744073709551615", None),
            ("se=2026-01-02T03%3A05%3A05%2B01%3A00&sig=a", None),
            ("", None),
        ] {
            assert_eq!(end_of(query), expected, "{query}");
        }
    }
}
