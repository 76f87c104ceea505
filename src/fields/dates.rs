//! The date fieldtype, and dates on their way out (spec/statamic.md §3.7).

use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit, Zoned, ZonedRound};
use serde_json::{Map, Value};

use super::{Context, Output, Shape, php, php_date, untouched};
use crate::bard::Profile;
use crate::content::blueprint::Field;

/// A date, or the two ends of a range.
#[must_use]
pub fn date(raw: Option<&Value>, field: &Field, context: &Context<'_>) -> Output {
    let Some(raw) = raw.filter(|raw| php::truthy(Some(raw))) else {
        return Output::NULL;
    };
    let is_range = field.config.get("mode").and_then(Value::as_str) == Some("range");
    match raw {
        Value::Object(ends) if is_range => Output::Json(range(ends, field, context)),
        Value::Object(ends) => ends
            .get("start")
            .map_or(Output::NULL, |start| single(start, field, context)),
        single_date => single(single_date, field, context),
    }
}

fn single(raw: &Value, field: &Field, context: &Context<'_>) -> Output {
    if let Some(date) = kept(raw, field, context) {
        return Output::Json(print(date.timestamp(), context.shape));
    }
    context.note(
        "bad_date",
        format!(
            "{}: {raw} is no date that could be read; it is served as it is",
            field.handle
        ),
    );
    untouched(Some(raw), context)
}

/// The moment that a raw value names, as precisely as the field keeps it.
#[must_use]
pub fn kept(raw: &Value, field: &Field, context: &Context<'_>) -> Option<Zoned> {
    cut(&read(raw, field, context)?, field, context.profile())
}

fn range(ends: &Map<String, Value>, field: &Field, context: &Context<'_>) -> Value {
    let end = |name: &str| {
        let date = read(ends.get(name)?, field, context)?;
        Some(print(date.start_of_day().ok()?.timestamp(), context.shape))
    };
    let members = ["start", "end"].map(|name| (name.to_owned(), end(name).unwrap_or_default()));
    Value::Object(Map::from_iter(members))
}

/// The moment that a raw value names: a number of seconds, or a text in the project's time zone.
fn read(raw: &Value, field: &Field, context: &Context<'_>) -> Option<Zoned> {
    let zone = &context.view.site.settings.timezone;
    let format = field.config.get("format").and_then(Value::as_str);
    match raw {
        Value::Number(seconds) => moment(seconds.as_i64()?, zone),
        Value::String(text) => format
            .and_then(|format| php_date::by_format(text, format, zone))
            .or_else(|| php_date::free(text, zone)),
        _ => None,
    }
}

fn moment(seconds: i64, zone: &TimeZone) -> Option<Zoned> {
    Some(Timestamp::from_second(seconds).ok()?.to_zoned(zone.clone()))
}

/// Cuts what the field does not keep: in profile 5 the time, if it is not enabled; in profile 6 only if the format has
/// none; the seconds in both.
fn cut(date: &Zoned, field: &Field, profile: Profile) -> Option<Zoned> {
    let enabled = |key: &str| php::truthy(field.config.get(key));
    let format = field.config.get("format").and_then(Value::as_str);
    let keeps_time = match profile {
        Profile::V5 => enabled("time_enabled"),
        Profile::V6 => format.is_none_or(|format| format.contains(['H', 'G', 'h', 'g', 'U'])),
    };
    if !keeps_time {
        date.start_of_day().ok()
    } else if enabled("time_seconds_enabled") {
        Some(date.clone())
    } else {
        date.round(
            ZonedRound::new()
                .smallest(Unit::Minute)
                .mode(jiff::RoundMode::Trunc),
        )
        .ok()
    }
}

/// A moment as each API writes it: always UTC.
#[must_use]
pub fn print(moment: Timestamp, shape: Shape) -> Value {
    let text = match shape {
        Shape::Statamic => format!("{}Z", moment.strftime("%Y-%m-%dT%H:%M:%S.%6f")),
        Shape::Native => moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    };
    text.into()
}

/// Seconds since 1970 as each API writes them.
#[must_use]
pub fn print_seconds(seconds: i64, shape: Shape) -> Value {
    Timestamp::from_second(seconds).map_or(Value::Null, |moment| print(moment, shape))
}
