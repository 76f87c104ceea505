//! Dates as PHP reads them: `createFromFormat` and, where that fails, the free forms that content files hold.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// The free forms, in the order in which they are tried.
const FORMATS: [&str; 14] = [
    "Y-m-d",
    "Y-m-d H:i",
    "Y-m-d H:i:s",
    "Y-m-d\\TH:i",
    "Y-m-d\\TH:i:s",
    "Y/m/d",
    "m/d/Y",
    "m/d/Y H:i",
    "F j, Y",
    "j F Y",
    "F j Y",
    "Y-m-d g:i A",
    "d-m-Y",
    "d.m.Y",
];

/// Reads a text by a PHP format (`d/m/Y H:i`). What the format does not name is the start of the day. `None` where the
/// text is not of that form, to its last character.
#[must_use]
pub fn by_format(text: &str, format: &str, zone: &TimeZone) -> Option<Zoned> {
    let mut reader = Reader {
        rest: text,
        ..Reader::default()
    };
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => reader.literal(letters.next()?)?,
            letter => reader.part(letter)?,
        }
    }
    reader.rest.is_empty().then(|| reader.finish(zone))?
}

/// Reads a text of any usual form: ISO 8601 with or without time and offset, `January 5, 2024`, `5 January 2024`,
/// `01/05/2024` (month first), `@0`.
#[must_use]
pub fn free(text: &str, zone: &TimeZone) -> Option<Zoned> {
    let text = text.trim();
    if let Some(seconds) = text.strip_prefix('@') {
        return Some(
            Timestamp::from_second(seconds.parse().ok()?)
                .ok()?
                .to_zoned(zone.clone()),
        );
    }
    if let Ok(moment) = text.replacen(' ', "T", 1).parse::<Timestamp>() {
        return Some(moment.to_zoned(zone.clone()));
    }
    FORMATS
        .iter()
        .find_map(|format| by_format(text, format, zone))
}

#[derive(Default)]
struct Reader<'t> {
    rest: &'t str,
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    hour: Option<i8>,
    minute: Option<i8>,
    second: Option<i8>,
    afternoon: Option<bool>,
    timestamp: Option<i64>,
}

impl<'t> Reader<'t> {
    fn part(&mut self, letter: char) -> Option<()> {
        match letter {
            'd' | 'j' => self.day = Some(self.number(2)?),
            'm' | 'n' => self.month = Some(self.number(2)?),
            'Y' => self.year = Some(self.number(4)?),
            'y' => self.year = Some(two_digit_year(self.number(2)?)),
            'H' | 'G' | 'h' | 'g' => self.hour = Some(self.number(2)?),
            'i' => self.minute = Some(self.number(2)?),
            's' => self.second = Some(self.number(2)?),
            'A' | 'a' => self.afternoon = Some(self.word()?.eq_ignore_ascii_case("pm")),
            'F' | 'M' => self.month = Some(month_named(self.word()?)?),
            'D' | 'l' | 'S' => drop(self.word()?),
            'U' => self.timestamp = Some(self.signed()?),
            '!' | '|' => {}
            other => self.literal(other)?,
        }
        Some(())
    }

    fn literal(&mut self, expected: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }

    fn number<N: std::str::FromStr>(&mut self, width: usize) -> Option<N> {
        let length = self
            .rest
            .bytes()
            .take(width)
            .take_while(u8::is_ascii_digit)
            .count();
        self.take(length).parse().ok()
    }

    fn signed(&mut self) -> Option<i64> {
        let sign = usize::from(self.rest.starts_with('-'));
        let length = sign
            + self
                .rest
                .bytes()
                .skip(sign)
                .take_while(u8::is_ascii_digit)
                .count();
        self.take(length).parse().ok()
    }

    fn word(&mut self) -> Option<&'t str> {
        let length = self
            .rest
            .bytes()
            .take_while(u8::is_ascii_alphabetic)
            .count();
        (length > 0).then(|| self.take(length))
    }

    fn take(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn finish(&self, zone: &TimeZone) -> Option<Zoned> {
        if let Some(seconds) = self.timestamp {
            return Some(Timestamp::from_second(seconds).ok()?.to_zoned(zone.clone()));
        }
        let hour = match (self.hour.unwrap_or_default(), self.afternoon) {
            (12, Some(false)) => 0,
            (hour, Some(true)) if hour < 12 => hour + 12,
            (hour, _) => hour,
        };
        let time = Time::new(
            hour,
            self.minute.unwrap_or_default(),
            self.second.unwrap_or_default(),
            0,
        )
        .ok()?;
        let date = overflowing(self.year?, self.month.unwrap_or(1), self.day.unwrap_or(1))?;
        DateTime::from_parts(date, time).to_zoned(zone.clone()).ok()
    }
}

/// The 30th of February is the 1st or 2nd of March, as in PHP.
fn overflowing(year: i16, month: i8, day: i8) -> Option<Date> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    Date::new(year, month, 1)
        .ok()?
        .checked_add(jiff::Span::new().days(day - 1))
        .ok()
}

fn two_digit_year(year: i16) -> i16 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

fn month_named(name: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.to_ascii_lowercase();
    let index = MONTHS
        .iter()
        .position(|month| *month == name || name.len() == 3 && month.starts_with(&name))?;
    i8::try_from(index + 1).ok()
}
