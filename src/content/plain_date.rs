//! Unquoted dates. They stay text here, but Symfony's parser makes Unix seconds of them, in UTC.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// The seconds since 1970 of a text that YAML 1.1 calls a timestamp: a date, or a date with a time to the second and,
/// if it likes, an offset.
#[must_use]
pub fn seconds(text: &str) -> Option<i64> {
    let date_ends = text.find(['T', 't', ' ', '\t']).unwrap_or(text.len());
    let (date, time) = text.split_at(date_ends);
    let date: jiff::civil::Date = padded(date)?.parse().ok()?;
    if time.is_empty() {
        return utc(date.at(0, 0, 0, 0));
    }
    let time = time.trim_start_matches(['T', 't', ' ', '\t']);
    let clock_ends = time.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.'));
    let (clock, offset) = time.split_at(clock_ends.unwrap_or(time.len()));
    let clock = clock
        .split('.')
        .next()
        .filter(|clock| clock.matches(':').count() == 2)?;
    let clock: jiff::civil::Time = format!("{clock:0>8}").parse().ok()?;
    Some(utc(date.to_datetime(clock))? - offset_seconds(offset.trim())?)
}

/// Whether the value stands behind its key without quotes.
#[must_use]
pub fn is_unquoted(key: &str, text: &str, yaml: &str) -> bool {
    yaml.lines().any(|line| {
        let value = line
            .strip_prefix(key)
            .and_then(|rest| rest.trim_start().strip_prefix(':'));
        value.is_some_and(|value| value.trim_start().starts_with(text))
    })
}

/// `2025-1-2` with its zeros; `None` where it is no date by its shape.
fn padded(date: &str) -> Option<String> {
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = year.len() == 4 && month.len() <= 2 && day.len() <= 2 && parts.next().is_none();
    let fits = fits && [year, month, day].into_iter().all(digits);
    fits.then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

fn utc(moment: DateTime) -> Option<i64> {
    let moment = Offset::UTC.to_timestamp(moment).ok()?;
    Some(Timestamp::as_second(moment))
}

/// `Z`, nothing, `+2`, `-05:30`.
fn offset_seconds(offset: &str) -> Option<i64> {
    if offset.is_empty() || offset == "Z" {
        return Some(0);
    }
    let (sign, rest) = offset.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None if rest.len() == 4 => rest.split_at(2),
        None => (rest, "0"),
    };
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    Some(sign * SignedDuration::from_mins(hours * 60 + minutes).as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_becomes_seconds_in_utc() {
        for (text, expected) in [
            ("2025-05-06", Some(1_746_489_600)),
            ("2025-5-6", Some(1_746_489_600)),
            ("2025-05-06T10:20:00Z", Some(1_746_526_800)),
            ("2025-05-06 10:20:00", Some(1_746_526_800)),
            ("2025-05-06 10:20:00.5 +02:00", Some(1_746_519_600)),
            ("2025-05-06 10:20", None),
            ("2025-13-06", None),
            ("2025-05-06x", None),
            ("12:30:00", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn only_a_value_without_quotes_is_plain() {
        let yaml = "a: 2025-05-06\nb: '2025-05-06'\n  c: 2025-05-06\n";
        let plain = |key| is_unquoted(key, "2025-05-06", yaml);
        assert!(plain("a") && !plain("b") && !plain("c"));
    }
}
