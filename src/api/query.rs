//! The grammar of query strings: what is given, under which name, with which value; all else is an error that says what
//! would be right. Also the one spelling of a query under which its answer is cached and linked to.

use std::collections::HashSet;
use std::fmt::Write;

use super::problem::{Error, Parameter};

/// Stands among known parameters for all whose name begins with `filter[`.
pub const FILTERS: &str = "filter[…]";

/// The parameters of one request, each known and given once.
#[derive(Debug)]
pub struct Parameters {
    given: Vec<(String, String)>,
}

impl Parameters {
    /// Reads a query string.
    ///
    /// # Errors
    /// If a parameter is not among the known ones, is given twice, or is no UTF-8.
    pub fn parse(query: &str, known: &[&str]) -> Result<Self, Error> {
        let mut given: Vec<(String, String)> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name =
                decode(name).ok_or_else(|| Error::parameter(name, "the name is not UTF-8"))?;
            let is_filter = name.starts_with("filter[") && known.contains(&FILTERS);
            if !is_filter && !known.contains(&name.as_str()) {
                return Err(unknown(
                    &name,
                    format!("unknown parameter {name:?}"),
                    &name,
                    known,
                ));
            }
            if given.iter().any(|(other, _)| *other == name) {
                return Err(Error::parameter(&name, format!("{name} is given twice")));
            }
            let value = decode(value).ok_or_else(|| {
                Error::parameter(&name, format!("the value of {name} is not UTF-8"))
            })?;
            given.push((name, value));
        }
        Ok(Self { given })
    }

    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.given
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    /// Names and values of those that are filters.
    pub fn filters(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self
            .given
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        all.filter(|(name, _)| name.starts_with("filter["))
    }

    /// `true` or `false`; where it is not given, `false`.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn flag(&self, name: &str) -> Result<bool, Error> {
        Ok(self.one_of(name, &["true", "false"])? == Some("true"))
    }

    /// An error if two parameters are given that exclude each other.
    ///
    /// # Errors
    /// If any of `others` is given beside `name`.
    pub fn alone(&self, name: &str, others: &[&str]) -> Result<(), Error> {
        let given = |other: &&&str| {
            let is_filter = **other == FILTERS && self.filters().next().is_some();
            is_filter || self.get(other).is_some()
        };
        match others
            .iter()
            .find(given)
            .filter(|_| self.get(name).is_some())
        {
            Some(other) => Err(Error::parameter(
                other,
                format!("{other} cannot be given beside {name}"),
            )),
            None => Ok(()),
        }
    }

    /// A value that is one of those allowed.
    ///
    /// # Errors
    /// If it is given and is none of them.
    pub fn one_of(&self, name: &str, allowed: &[&str]) -> Result<Option<&str>, Error> {
        match self.get(name) {
            Some(value) if !allowed.contains(&value) => Err(unknown_value(name, value, allowed)),
            value => Ok(value),
        }
    }

    /// A whole number from `1` to `highest`.
    ///
    /// # Errors
    /// If it is given and is none.
    pub fn number(&self, name: &str, default: i64, highest: i64) -> Result<i64, Error> {
        let Some(value) = self.get(name) else {
            return Ok(default);
        };
        let number = value
            .parse()
            .ok()
            .filter(|number| (1..=highest).contains(number));
        number.ok_or_else(|| {
            Error::parameter(
                name,
                format!("{name} is a whole number from 1 to {highest}, not {value:?}"),
            )
        })
    }
}

/// The error of a value that is none of those allowed.
pub fn unknown_value<S: AsRef<str>>(param: &str, value: &str, allowed: &[S]) -> Error {
    unknown(
        param,
        format!("unknown value {value:?} of {param}"),
        value,
        allowed,
    )
}

/// The error of something that is none of those allowed, each named once, with what was probably meant.
pub fn unknown<S: AsRef<str>>(param: &str, detail: String, given: &str, allowed: &[S]) -> Error {
    let mut named = HashSet::new();
    let allowed: Vec<String> = allowed
        .iter()
        .map(AsRef::as_ref)
        .filter(|word| named.insert(*word))
        .map(str::to_owned)
        .collect();
    let did_you_mean = nearest(given, &allowed);
    Error::Parameter(Box::new(Parameter {
        param: param.to_owned(),
        detail,
        allowed,
        did_you_mean,
    }))
}

/// The allowed word that is fewest edits away, if it is near enough to be what was meant.
fn nearest(given: &str, allowed: &[String]) -> Option<String> {
    let nearest = allowed
        .iter()
        .map(|word| (distance(given, word), word))
        .min()?;
    (nearest.0 <= given.chars().count().max(3) / 3).then(|| nearest.1.clone())
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one word to another, case aside.
fn distance(from: &str, to: &str) -> usize {
    let letters = |word: &str| word.to_lowercase().chars().collect::<Vec<_>>();
    let (from, to) = (letters(from), letters(to));
    let mut rows = vec![(0..=to.len()).collect::<Vec<usize>>()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

/// A path with a query in its one spelling: names in the order in which they are added, nothing escaped needlessly.
#[derive(Clone, Debug)]
pub struct Canonical {
    text: String,
    has_query: bool,
}

impl Canonical {
    /// Begins with a path whose variable parts are to be escaped.
    #[must_use]
    pub fn new(parts: &[&str]) -> Self {
        let mut text = String::new();
        for part in parts {
            text.push('/');
            escape(part, &mut text);
        }
        Self {
            text,
            has_query: false,
        }
    }

    /// Adds a parameter, if there is a value.
    #[must_use]
    pub fn with(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.text.push(if self.has_query { '&' } else { '?' });
            self.has_query = true;
            self.text.push_str(name);
            self.text.push('=');
            escape(value, &mut self.text);
        }
        self
    }

    /// The text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }
}

/// Writes text as part of a path or query: what may stand there stays, everything else is percent-encoded.
pub(super) fn escape(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~,:*@!$'()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a String cannot fail");
        }
    }
}

/// Undoes percent-encoding and `+`; `None` if what comes out is no UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => match after.get(..2).and_then(hexadecimal) {
                Some(byte) => {
                    bytes.push(byte);
                    rest = &after[2..];
                }
                None => bytes.push(b'%'),
            },
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).ok()
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits)
        .ok()
        .filter(|text| text.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u8::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoding_and_plus_are_undone_and_a_lone_percent_stays() {
        let given = Parameters::parse(
            "filter%5Bcollection%5D=a+b%C3%A9%2&sort",
            &["filter[collection]", "sort"],
        )
        .unwrap();
        assert_eq!(given.get("filter[collection]"), Some("a bé%2"));
        assert_eq!((given.get("sort"), given.get("limit")), (Some(""), None));
    }

    #[test]
    fn what_is_unknown_twice_or_no_utf_8_is_refused() {
        let refused = |query| {
            Parameters::parse(query, &["sort", "limit"])
                .unwrap_err()
                .to_string()
        };
        assert_eq!(refused("srot=a"), "unknown parameter \"srot\"");
        assert_eq!(refused("sort=a&sort=b"), "sort is given twice");
        assert_eq!(refused("sort=%FF"), "the value of sort is not UTF-8");
    }

    #[test]
    fn the_nearest_word_is_suggested_and_nothing_far_away() {
        let words = ["title".to_owned(), "-title".to_owned(), "date".to_owned()];
        assert_eq!(nearest("titel", &words).as_deref(), Some("title"));
        assert_eq!(nearest("titl", &words).as_deref(), Some("title"));
        assert_eq!(nearest("Title", &words).as_deref(), Some("title"));
        assert_eq!(nearest("-titles", &words).as_deref(), Some("-title"));
        assert_eq!(nearest("publisher", &words), None);
    }

    #[test]
    fn a_query_has_one_spelling() {
        let canonical = Canonical::new(&["entries", "a/b"])
            .with("site", None)
            .with("body", Some("html,raw"))
            .with("fields", Some("ü"));
        assert_eq!(
            canonical.into_text(),
            "/entries/a%2Fb?body=html,raw&fields=%C3%BC"
        );
    }
}
