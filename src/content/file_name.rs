//! What an entry's file name says: `2025-12-13-1530.slug.1.md` (spec/statamic.md §1.3).

use jiff::Span;
use jiff::civil::{Date, DateTime};

/// The date in front of a file name; the clock time is in the project's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileDate {
    /// Day and clock time; midnight where the name has no time.
    pub date: DateTime,
    /// Whether the name has hours and minutes.
    pub has_time: bool,
    /// Whether it has seconds as well.
    pub has_seconds: bool,
}

/// A file name in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// Not yet slugified.
    pub slug: String,
    /// `None`: the name does not start with a date and a dot.
    pub date: Option<FileDate>,
    /// The date as written is on no calendar (`2024-02-30`) and was counted on, as PHP does.
    pub overflows: bool,
}

/// Reads a file name, extension included.
#[must_use]
pub fn parse(name: &str) -> FileName {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut segments = stem.split('.');
    let first = segments.next().unwrap_or_default();
    let dated = segments
        .next()
        .and_then(|slug| Some((slug, digits(first)?)));
    match dated.and_then(|(slug, digits)| Some((slug, date(&digits)?))) {
        Some((slug, date)) => {
            let overflows = written(&date) != first;
            FileName {
                slug: slug.to_owned(),
                date: Some(date),
                overflows,
            }
        }
        None => FileName {
            slug: first.to_owned(),
            date: None,
            overflows: false,
        },
    }
}

/// The digits of `YYYY-MM-DD`, `YYYY-MM-DD-HHMM` or `YYYY-MM-DD-HHMMSS`.
fn digits(text: &str) -> Option<String> {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    let shapes = ["0000-00-00", "0000-00-00-0000", "0000-00-00-000000"];
    shapes
        .contains(&shape.as_str())
        .then(|| text.replace('-', ""))
}

/// Counts on where a part is too large: month 13 is the next January.
fn date(digits: &str) -> Option<FileDate> {
    let part = |from: usize, to: usize| digits.get(from..to).map_or(Ok(0), str::parse::<i32>).ok();
    let days = Span::new().months(part(4, 6)? - 1).days(part(6, 8)? - 1);
    let time = Span::new()
        .hours(part(8, 10)?)
        .minutes(part(10, 12)?)
        .seconds(part(12, 14)?);
    let year = i16::try_from(part(0, 4)?).ok()?;
    let start = Date::new(year, 1, 1)
        .ok()?
        .to_datetime(jiff::civil::Time::midnight());
    let date = start.checked_add(days).ok()?.checked_add(time).ok()?;
    Some(FileDate {
        date,
        has_time: digits.len() > 8,
        has_seconds: digits.len() > 12,
    })
}

fn written(date: &FileDate) -> String {
    let format = match (date.has_time, date.has_seconds) {
        (_, true) => "%Y-%m-%d-%H%M%S",
        (true, _) => "%Y-%m-%d-%H%M",
        _ => "%Y-%m-%d",
    };
    date.date.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn named(name: &str) -> (String, Option<DateTime>, bool) {
        let parsed = parse(name);
        (
            parsed.slug,
            parsed.date.map(|date| date.date),
            parsed.overflows,
        )
    }

    #[test]
    fn a_file_name_holds_date_and_slug() {
        assert_eq!(named("about.md"), ("about".into(), None, false));
        assert_eq!(named("1.about.md"), ("1".into(), None, false));
        assert_eq!(named("a.md.bak"), ("a".into(), None, false));
        assert_eq!(named("a"), ("a".into(), None, false));
        let noon = date(2024, 1, 15).at(12, 30, 0, 0);
        assert_eq!(
            named("2024-01-15-1230.a.1.md"),
            ("a".into(), Some(noon), false)
        );
        assert_eq!(named("2024-01-15.md"), ("2024-01-15".into(), None, false));
        assert_eq!(named("2024-1-5.a.md"), ("2024-1-5".into(), None, false));
    }

    #[test]
    fn a_date_that_does_not_exist_is_counted_on() {
        let midnight = |year, month, day| Some(date(year, month, day).at(0, 0, 0, 0));
        assert_eq!(
            named("2024-13-01.a.md"),
            ("a".into(), midnight(2025, 1, 1), true)
        );
        assert_eq!(
            named("2024-02-30.a.md"),
            ("a".into(), midnight(2024, 3, 1), true)
        );
        assert_eq!(
            named("2024-00-00.a.md"),
            ("a".into(), midnight(2023, 11, 30), true)
        );
    }
}
