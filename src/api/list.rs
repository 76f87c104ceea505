//! What every list has in common: the envelope `{data, links, meta}`, and cursors.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::preview;
use super::problem::Error;
use super::query::Canonical;
use crate::store::list::{Key, Place};

/// How many a list gives where the request does not say.
pub const USUAL_LIMIT: i64 = 20;

/// Pages by number go no further than to this entry; cursors go everywhere.
pub const HIGHEST_OFFSET: i64 = 10_000;

/// How many a list gives at most.
pub const HIGHEST_LIMIT: i64 = 100;

/// Where a list goes on; each a path with its query, or null at an end.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// This page.
    #[serde(rename = "self")]
    pub here: String,
    /// The page after it.
    pub next: Option<String>,
    /// The page before it.
    pub prev: Option<String>,
}

/// What is to be said of a list.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// How many a page holds at most.
    pub limit: i64,
    /// The page's number; only where `page` asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<i64>,
    /// How many there are on all pages; only where `count=true` asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// The ids that nothing public has; only where `ids` asked for some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Vec<String>>,
}

/// A place in a list, on the side of a page's first or last entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The page lies before the place, not after it.
    pub before: bool,
    /// The place.
    pub place: Place,
}

impl Links {
    /// Values of the `Link` header.
    #[must_use]
    pub fn header(&self) -> Vec<String> {
        let ends = [("next", &self.next), ("prev", &self.prev)];
        ends.into_iter()
            .filter_map(|(rel, path)| path.as_ref().map(|path| format!("<{path}>; rel=\"{rel}\"")))
            .collect()
    }

    /// The links of a list whose pages differ in their cursor only.
    #[must_use]
    pub fn of(
        list: &Canonical,
        here: Option<&str>,
        next: Option<&str>,
        prev: Option<&str>,
    ) -> Self {
        Self::by("cursor", list, here, next, prev)
    }

    /// The links of a list whose pages differ in one parameter only.
    #[must_use]
    pub fn by(
        name: &str,
        list: &Canonical,
        here: Option<&str>,
        next: Option<&str>,
        prev: Option<&str>,
    ) -> Self {
        let page = |value: &str| preview::link(list.clone().with(name, Some(value)));
        let here = here.map_or_else(|| preview::link(list.clone()), page);
        Self {
            here,
            next: next.map(page),
            prev: prev.map(page),
        }
    }
}

/// The envelope around members that are JSON already.
#[must_use]
pub fn envelope(members: &[String], links: &Links, meta: &Meta) -> String {
    let (links, meta) = (serde_json::to_string(links), serde_json::to_string(meta));
    let (links, meta) = (
        links.expect("strings are JSON"),
        meta.expect("numbers are JSON"),
    );
    format!(
        "{{\"data\":[{}],\"links\":{links},\"meta\":{meta}}}",
        members.join(",")
    )
}

impl Cursor {
    /// The cursor as text that belongs to one list.
    #[must_use]
    pub fn write(&self, list: &str) -> String {
        let keys: Vec<Value> = self.place.keys.iter().map(json).collect();
        let parts = (digest(list), self.before, keys, &self.place.id);
        let json = serde_json::to_string(&parts).expect("strings are JSON");
        json.bytes().fold(
            String::with_capacity(json.len() * 2),
            |mut hexadecimal, byte| {
                write!(hexadecimal, "{byte:02x}").expect("writing to a String cannot fail");
                hexadecimal
            },
        )
    }

    /// The cursor of what follows a number, in a list whose places are numbers.
    #[must_use]
    pub fn behind(number: i64) -> Self {
        Self {
            before: false,
            place: Place {
                keys: vec![Key::Number(number)],
                id: String::new(),
            },
        }
    }

    /// The number that such a cursor holds.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn number(text: &str, list: &str) -> Result<i64, Error> {
        match Self::read(text, list)?.place.keys.as_slice() {
            [Key::Number(number)] => Ok(*number),
            _ => Err(wrong_cursor()),
        }
    }

    /// Reads a cursor of one list.
    ///
    /// # Errors
    /// If it is no cursor, or of another list.
    pub fn read(text: &str, list: &str) -> Result<Self, Error> {
        let bytes = hexadecimal(text).ok_or_else(wrong_cursor)?;
        let parts: (String, bool, Vec<Value>, String) =
            serde_json::from_slice(&bytes).map_err(|_| wrong_cursor())?;
        let (of, before, keys, id) = parts;
        let keys: Option<Vec<Key>> = keys.iter().map(key).collect();
        match keys {
            Some(keys) if of == digest(list) => Ok(Self {
                before,
                place: Place { keys, id },
            }),
            _ => Err(wrong_cursor()),
        }
    }
}

/// The error of a cursor that is none, or not of the list at hand.
#[must_use]
pub fn wrong_cursor() -> Error {
    Error::parameter(
        "cursor",
        "this is not a cursor of this list; take it from links.next or links.prev as it is",
    )
}

fn json(key: &Key) -> Value {
    match key {
        Key::Number(number) => (*number).into(),
        Key::Text(text) => text.as_str().into(),
    }
}

fn key(json: &Value) -> Option<Key> {
    match json {
        Value::String(text) => Some(Key::Text(text.clone())),
        number => number.as_i64().map(Key::Number),
    }
}

fn digest(list: &str) -> String {
    blake3::hash(list.as_bytes()).to_hex()[..8].to_owned()
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| {
            u8::from_str_radix(
                std::str::from_utf8(pair)
                    .ok()
                    .filter(|pair| pair.len() == 2)?,
                16,
            )
            .ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_by_its_own_list_only() {
        for key in [Key::Number(-3), Key::Text("é".into())] {
            let cursor = Cursor {
                before: true,
                place: Place {
                    keys: vec![key, Key::Text("posts".into())],
                    id: "a".into(),
                },
            };
            let text = cursor.write("/entries?sort=title");
            assert_eq!(Cursor::read(&text, "/entries?sort=title").unwrap(), cursor);
            assert!(Cursor::read(&text, "/entries?sort=date").is_err());
            assert!(Cursor::read(&text[2..], "/entries?sort=title").is_err());
        }
        assert!(
            ["", "zz", "6", "+1+1", "\u{e9}\u{e9}"]
                .iter()
                .all(|text| Cursor::read(text, "").is_err())
        );
    }
}
