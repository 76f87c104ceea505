//! One condition of a filter: a name and a value become a test, and a test looks at one value (spec/statamic.md §4.4).
//!
//! It follows PHP's loose comparison where Statamic does; where Statamic answers with an error, so does this. It knows
//! nothing of parameters, permissions or items.

use std::cmp::Ordering;
use std::collections::HashSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regex::bytes::Regex;
use serde_json::Value;

use super::{moment, pattern, php};

/// The clock that `is_past` and its kin look at.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Now.
    pub now: Timestamp,
    /// The application's time zone: dates in filters are in it.
    pub zone: TimeZone,
}

/// A condition, ready to look at values.
#[derive(Debug)]
pub enum Test {
    /// Equal as text, whatever the case of ASCII.
    Equals(String),
    /// Unequal: texts as texts, anything else by type and value.
    Differs(Value),
    /// The JSON of a list or the text of anything else matches; not, if the flag is set.
    Like(Regex, bool),
    /// The text matches; not, if the flag is set.
    Matches(Regex, bool),
    /// One of these array keys; not, if the flag is set.
    In(HashSet<php::Key>, bool),
    /// A list that has one of these texts; not, if the flag is set.
    Overlaps(Vec<String>, bool),
    /// Loosely less or greater.
    Compares(Order, Value),
    /// Before or after a moment, which is text.
    Date(Ordering, String),
}

/// The four orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A value that a condition cannot look at: a list or map where one value is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit;

impl Test {
    /// The test of this name; `None` for an unknown name, which tests nothing; a message where the value is no good.
    pub fn new(name: &str, value: &Value, clock: &Clock) -> Result<Option<Self>, String> {
        let yes = php::is_true(value);
        let test = match name {
            "is" | "equals" => Self::equals(value)?,
            "not" | "isnt" | "aint" | "¯\\_(ツ)_/¯" => Self::Differs(value.clone()),
            "contains" => Self::like("%", value, "%", false)?,
            "doesnt_contain" => Self::like("%", value, "%", true)?,
            "starts_with" | "begins_with" => Self::like("", value, "%", false)?,
            "doesnt_start_with" | "doesnt_begin_with" => Self::like("", value, "%", true)?,
            "ends_with" => Self::like("%", value, "", false)?,
            "doesnt_end_with" => Self::like("%", value, "", true)?,
            "in" => Self::In(keys(value)?, false),
            "not_in" => Self::In(keys(value)?, true),
            "overlaps" => Self::Overlaps(texts(value)?, false),
            "doesnt_overlap" => Self::Overlaps(texts(value)?, true),
            "gt" | "greater_than" => Self::compares(Order::Greater, value)?,
            "lt" | "less_than" => Self::compares(Order::Less, value)?,
            "gte" | "greater_than_or_equal_to" => Self::compares(Order::GreaterOrEqual, value)?,
            "lte" | "less_than_or_equal_to" => Self::compares(Order::LessOrEqual, value)?,
            "matches" | "match" | "regex" => Self::matches(value, false)?,
            "doesnt_match" => Self::matches(value, true)?,
            "is_empty" | "is_blank" | "doesnt_exist" | "not_set" | "isnt_set" | "null" => {
                Self::empty(yes)
            }
            "exists" | "isset" => Self::empty(!yes),
            "is_after" | "is_future" => Self::date(Ordering::Greater, value, clock)?,
            "is_before" | "is_past" => Self::date(Ordering::Less, value, clock)?,
            _ => match shape(name) {
                Some(pattern) => Self::Matches(pattern::pcre(pattern)?, !yes),
                None => return Ok(None),
            },
        };
        Ok(Some(test))
    }

    /// Whether a value passes.
    pub fn passes(&self, value: &Value) -> Result<bool, Unfit> {
        match self {
            Self::Equals(expected) => Ok(php::text(value)
                .ok_or(Unfit)?
                .eq_ignore_ascii_case(expected)),
            Self::Differs(expected) => differs(value, expected),
            Self::Like(regex, negated) => {
                let text =
                    php::text(value).map_or_else(|| php::json(value), std::borrow::Cow::into_owned);
                Ok(regex.is_match(text.as_bytes()) != *negated)
            }
            Self::Matches(regex, negated) => {
                Ok(regex.is_match(php::text(value).ok_or(Unfit)?.as_bytes()) != *negated)
            }
            Self::In(keys, negated) => {
                Ok(php::key(value).is_some_and(|key| keys.contains(&key)) != *negated)
            }
            Self::Overlaps(texts, negated) => Ok(overlaps(value, texts)? != *negated),
            Self::Compares(order, other) => Ok(order.holds(value, other)),
            Self::Date(ordering, moment) => {
                compare_to_moment(value, moment).map(|found| found == *ordering)
            }
        }
    }

    fn equals(value: &Value) -> Result<Self, String> {
        Ok(Self::Equals(text(value)?))
    }

    fn empty(wanted: bool) -> Self {
        if wanted {
            Self::Equals(String::new())
        } else {
            Self::Differs(Value::Null)
        }
    }

    fn like(before: &str, value: &Value, after: &str, negated: bool) -> Result<Self, String> {
        Ok(Self::Like(
            pattern::like(&format!("{before}{}{after}", text(value)?))?,
            negated,
        ))
    }

    fn matches(value: &Value, negated: bool) -> Result<Self, String> {
        if value.is_null() {
            return Err("a pattern is needed".into());
        }
        Ok(Self::Matches(pattern::pcre(&text(value)?)?, negated))
    }

    fn compares(order: Order, value: &Value) -> Result<Self, String> {
        if value.is_null() || php::is_array(value) {
            return Err("a value to compare with is needed".into());
        }
        Ok(Self::Compares(order, value.clone()))
    }

    /// A text is a date; `false` turns the order round; anything else means now.
    fn date(ordering: Ordering, value: &Value, clock: &Clock) -> Result<Self, String> {
        let ordering = if *value == Value::Bool(false) {
            ordering.reverse()
        } else {
            ordering
        };
        let moment = match value {
            Value::String(written) => {
                moment::parse(written, clock.now, &clock.zone).ok_or_else(|| {
                    format!("{written:?} is no date; write it as 2026-01-31 or 2026-01-31 12:00:00")
                })?
            }
            _ => moment::now(clock.now, &clock.zone),
        };
        Ok(Self::Date(ordering, moment))
    }
}

impl Order {
    fn holds(self, value: &Value, other: &Value) -> bool {
        let ordering = php::compare(value, other);
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// The pattern of a condition that asks for the shape of a text.
fn shape(name: &str) -> Option<&'static str> {
    Some(match name {
        "is_alpha" => "^[[:alpha:]]+$",
        "is_alpha_numeric" => "^[[:alnum:]]+$",
        "is_numeric" => "^[[:digit:]]*(?:[.][[:digit:]]+)?$",
        "is_url" => r"^https?:\/{2}[^ ]+$",
        "is_embeddable" => r"^https?:\/{2}[^ ]*(?:vimeo|you(?:tube|tu.be))[^\/]*\/[^ ]+$",
        "is_email" => "^[^ ]+@[^ ]+[.][^ ]+$",
        "is_numberwang" => "^(?:[179]|15|22|31|1002|2[.]3|109876567)$",
        _ => return None,
    })
}

fn text(value: &Value) -> Result<String, String> {
    php::text(value)
        .map(std::borrow::Cow::into_owned)
        .ok_or_else(|| "one value is needed, not a list".into())
}

/// The keys of an `in` list: a text is split at `|`, a number stands for itself.
fn keys(value: &Value) -> Result<HashSet<php::Key>, String> {
    match value {
        Value::Null => Ok(HashSet::new()),
        Value::String(list) => Ok(list.split('|').map(php::text_key).collect()),
        Value::Number(number) if !number.is_f64() => Ok(php::key(value).into_iter().collect()),
        Value::Array(_) | Value::Object(_) => Ok(texts(value)?
            .iter()
            .map(|text| php::text_key(text))
            .collect()),
        _ => Err("a list of texts or whole numbers is needed, as a|b".into()),
    }
}

/// The texts of a list: split at `|`, or given with brackets.
fn texts(value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::String(list) => Ok(list.split('|').map(str::to_owned).collect()),
        Value::Array(items) => items.iter().map(text).collect(),
        Value::Object(members) => members.values().map(text).collect(),
        _ => Ok(vec![text(value)?]),
    }
}

fn differs(value: &Value, expected: &Value) -> Result<bool, Unfit> {
    match value {
        Value::String(found) => Ok(!found.eq_ignore_ascii_case(&php::text(expected).ok_or(Unfit)?)),
        _ => Ok(value != expected),
    }
}

/// Whether one of the value's members (a value alone is its only member) is one of the texts; null has none.
fn overlaps(value: &Value, texts: &[String]) -> Result<bool, Unfit> {
    let among = |member: &Value| -> Result<bool, Unfit> {
        let text = php::text(member).ok_or(Unfit)?;
        Ok(texts.iter().any(|wanted| *wanted == text))
    };
    match value {
        Value::Null => Ok(false),
        Value::Array(members) => members
            .iter()
            .try_fold(false, |found, member| Ok(found | among(member)?)),
        Value::Object(members) => members
            .values()
            .try_fold(false, |found, member| Ok(found | among(member)?)),
        _ => among(value),
    }
}

/// A date is text; null and booleans compare with a moment as with `true`; numbers and lists cannot be compared.
fn compare_to_moment(value: &Value, moment: &str) -> Result<Ordering, Unfit> {
    match value {
        Value::Null | Value::Bool(_) => Ok(php::is_true(value).cmp(&true)),
        Value::String(text) => Ok(php::compare_texts(text, moment)),
        _ => Err(Unfit),
    }
}
