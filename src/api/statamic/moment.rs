//! Dates in a query: what a visitor writes in `is_after` and its kin, as the text that dates have in filters.
//!
//! In: a text, the clock, the application's time zone. Out: `YYYY-MM-DD HH:MM:SS` in that zone. The formats are those
//! that front ends send; anything else is refused.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Zoned};

/// The clock's text in the application's time zone.
pub fn now(now: Timestamp, zone: &TimeZone) -> String {
    text(now.to_zoned(zone.clone()).datetime())
}

/// The text of a date that was written as ISO 8601, with slashes, as `@seconds`, as a word (`now`, `today`, `tomorrow`,
/// `yesterday`) or relative to now (`-2 weeks`); `None` for anything else.
pub fn parse(written: &str, now: Timestamp, zone: &TimeZone) -> Option<String> {
    let written = written.trim();
    let now = now.to_zoned(zone.clone());
    let moment = word(written, &now)
        .or_else(|| instant(written, zone))
        .or_else(|| civil(written))
        .or_else(|| relative(written, &now));
    moment.map(text)
}

fn text(moment: DateTime) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn word(written: &str, now: &Zoned) -> Option<DateTime> {
    let today = now.date();
    let day = match written.to_ascii_lowercase().as_str() {
        "now" => return Some(now.datetime()),
        "today" | "midnight" => today,
        "tomorrow" => today.tomorrow().ok()?,
        "yesterday" => today.yesterday().ok()?,
        _ => return None,
    };
    Some(day.at(0, 0, 0, 0))
}

/// Year, month and day with `-` or `/`, or day, month and year with `.` or `-`; then perhaps a time.
fn civil(written: &str) -> Option<DateTime> {
    let (day, time) = written.split_once([' ', 'T']).unwrap_or((written, "00:00"));
    let separator = ['-', '/', '.']
        .into_iter()
        .find(|separator| day.contains(*separator))?;
    let parts: Vec<&str> = day.split(separator).collect();
    let [first, month, last] = parts.as_slice() else {
        return None;
    };
    let (year, day) = if first.len() == 4 && separator != '.' {
        (first, last)
    } else {
        (last, first)
    };
    if separator == '/' && first.len() != 4 || year.len() != 4 {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some(date.to_datetime(time.trim().parse::<Time>().ok()?))
}

/// A moment with its own offset, or seconds since 1970 after an `@`.
fn instant(written: &str, zone: &TimeZone) -> Option<DateTime> {
    let moment = match written.strip_prefix('@') {
        Some(seconds) => Timestamp::from_second(seconds.parse().ok()?).ok()?,
        None => written.parse().ok()?,
    };
    Some(moment.to_zoned(zone.clone()).datetime())
}

/// `+1 day`, `-2 weeks`, `3 months ago`, and several of them.
fn relative(written: &str, now: &Zoned) -> Option<DateTime> {
    let spaced = written
        .to_ascii_lowercase()
        .replace('+', " + ")
        .replace('-', " - ");
    let mut words = spaced.split_ascii_whitespace().peekable();
    let mut moment = now.clone();
    let mut negative = false;
    while let Some(word) = words.next() {
        match word {
            "+" => negative = false,
            "-" => negative = true,
            amount => {
                let amount: i64 = amount.parse().ok()?;
                let span = span(amount, words.next()?)?;
                let ago = words.next_if_eq(&"ago").is_some();
                let span = if negative == ago { span } else { span.negate() };
                moment = moment.checked_add(span).ok()?;
            }
        }
    }
    Some(moment.datetime())
}

fn span(amount: i64, unit: &str) -> Option<Span> {
    let none = 0.seconds();
    let span = match unit.strip_suffix('s').unwrap_or(unit) {
        "second" | "sec" => none.try_seconds(amount),
        "minute" | "min" => none.try_minutes(amount),
        "hour" => none.try_hours(amount),
        "day" => none.try_days(amount),
        "week" => none.try_weeks(amount),
        "month" => none.try_months(amount),
        "year" => none.try_years(amount),
        _ => return None,
    };
    span.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(written: &str) -> Option<String> {
        parse(
            written,
            "2026-11-22T12:30:00Z".parse().unwrap(),
            &TimeZone::UTC,
        )
    }

    #[test]
    fn the_usual_formats_are_read() {
        for (written, expected) in [
            ("2024-01-15", "2024-01-15 00:00:00"),
            ("2024/1/5 7:30", ""),
            ("2024-01-15 07:30", "2024-01-15 07:30:00"),
            ("15.01.2024", "2024-01-15 00:00:00"),
            ("2024-01-15T10:00:00+02:00", "2024-01-15 08:00:00"),
            ("@0", "1970-01-01 00:00:00"),
            ("today", "2026-11-22 00:00:00"),
            ("-1 week", "2026-11-15 12:30:00"),
            ("2 days ago", "2026-11-20 12:30:00"),
            ("abc", ""),
        ] {
            assert_eq!(parsed(written).unwrap_or_default(), expected, "{written}");
        }
    }

    #[test]
    fn dates_are_in_the_zone_of_the_application() {
        let zone = TimeZone::get("America/New_York").unwrap();
        assert_eq!(
            now("2026-01-01T00:00:00Z".parse().unwrap(), &zone),
            "2025-12-31 19:00:00"
        );
    }
}
