//! The tags of an HTML string, found as a browser finds them.
//!
//! In: HTML. Out: [`Token`]s whose texts are slices of it; put together they are the whole string. It builds no tree
//! and mends nothing.

use std::ops::Range;

/// Elements whose content is no HTML.
const RAW: [&str; 7] = [
    "script", "style", "textarea", "title", "xmp", "iframe", "noembed",
];

/// A piece of HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// Text, its entities as they stand.
    Text(&'a str),
    /// An opening tag.
    Open(Tag<'a>),
    /// The name in a closing tag.
    Close(&'a str),
    /// A comment, a doctype, the content of a script: anything that is not shown.
    Hidden,
}

/// An opening tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// As written.
    pub name: &'a str,
    /// Where in the string the name ends.
    pub name_end: usize,
    /// In order, duplicates included.
    pub attributes: Vec<Attribute<'a>>,
}

impl<'a> Tag<'a> {
    /// The value of an attribute, its entities as they stand. Of two with the same name the first counts.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        let named = |attribute: &&Attribute| attribute.name.eq_ignore_ascii_case(name);
        self.attributes
            .iter()
            .find(named)
            .map(|attribute| attribute.value)
    }

    /// 1 to 6 for `h1` to `h6`.
    #[must_use]
    pub fn heading_level(&self) -> Option<u8> {
        heading_level(self.name)
    }
}

/// 1 to 6 for `h1` to `h6`.
#[must_use]
pub fn heading_level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h' | b'H', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

/// An attribute of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// As written.
    pub name: &'a str,
    /// Without its quotes.
    pub value: &'a str,
    /// Where it stands in the string, with the white space in front of it.
    pub range: Range<usize>,
}

/// The tokens of a string, in order, each with its place.
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    source: &'a str,
    place: usize,
    /// The element whose content comes next and is no HTML.
    raw: Option<&'static str>,
}

impl<'a> Tokens<'a> {
    /// Starts at the beginning.
    #[must_use]
    pub fn new(source: &'a str) -> Self {
        Self {
            source,
            place: 0,
            raw: None,
        }
    }

    fn token(&mut self) -> Token<'a> {
        let rest = &self.source[self.place..];
        if let Some(name) = self.raw.take() {
            self.place += raw_length(rest, name);
            return Token::Hidden;
        }
        let after = rest.as_bytes().get(1).copied().unwrap_or_default();
        match after {
            _ if !rest.starts_with('<') => self.text(),
            b'a'..=b'z' | b'A'..=b'Z' => self.open(),
            b'/' if rest[2..].starts_with(|letter: char| letter.is_ascii_alphabetic()) => {
                self.close()
            }
            b'!' | b'?' | b'/' => self.hidden(),
            _ => self.text(),
        }
    }

    fn text(&mut self) -> Token<'a> {
        let rest = &self.source[self.place..];
        // A lone `<` is text.
        let start = usize::from(rest.starts_with('<'));
        let length = rest[start..]
            .find('<')
            .map_or(rest.len(), |place| start + place);
        self.place += length;
        Token::Text(&rest[..length])
    }

    fn hidden(&mut self) -> Token<'a> {
        let rest = &self.source[self.place..];
        let (end, length) = if rest.starts_with("<!--") {
            ("-->", 3)
        } else {
            (">", 1)
        };
        self.place += rest[2..]
            .find(end)
            .map_or(rest.len(), |place| 2 + place + length);
        Token::Hidden
    }

    fn close(&mut self) -> Token<'a> {
        let rest = &self.source[self.place + 2..];
        let name = &rest[..name_length(rest)];
        let end = rest.find('>').map_or(rest.len(), |place| place + 1);
        self.place += 2 + end;
        Token::Close(name)
    }

    fn open(&mut self) -> Token<'a> {
        let start = self.place + 1;
        let name = &self.source[start..][..name_length(&self.source[start..])];
        let name_end = start + name.len();
        let mut place = name_end;
        let mut attributes = Vec::new();
        loop {
            let rest = &self.source[place..];
            let skipped = rest
                .find(|letter| !is_space(letter) && letter != '/')
                .unwrap_or(rest.len());
            let from = place;
            place += skipped;
            match self.source.as_bytes().get(place) {
                None => {
                    // A tag that never ends is shown by no browser.
                    self.place = place;
                    return Token::Hidden;
                }
                Some(b'>') => break,
                Some(_) => {
                    let (name, value, length) = attribute(&self.source[place..]);
                    place += length;
                    attributes.push(Attribute {
                        name,
                        value,
                        range: from..place,
                    });
                }
            }
        }
        self.place = place + 1;
        self.raw = RAW.into_iter().find(|raw| name.eq_ignore_ascii_case(raw));
        Token::Open(Tag {
            name,
            name_end,
            attributes,
        })
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (Token<'a>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.place;
        if start >= self.source.len() {
            return None;
        }
        let token = self.token();
        Some((token, start..self.place))
    }
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

fn name_length(text: &str) -> usize {
    text.find(|letter| is_space(letter) || matches!(letter, '/' | '>'))
        .unwrap_or(text.len())
}

/// How long the content of a raw element is.
fn raw_length(text: &str, name: &str) -> usize {
    let mut place = 0;
    while let Some(found) = text[place..].find("</") {
        place += found;
        let after = text.as_bytes().get(place + 2..place + 2 + name.len());
        if after.is_some_and(|after| after.eq_ignore_ascii_case(name.as_bytes())) {
            return place;
        }
        place += 2;
    }
    text.len()
}

/// The name and value of the attribute that a text begins with, and how much of it that is.
fn attribute(text: &str) -> (&str, &str, usize) {
    let is_end = |letter: char| is_space(letter) || matches!(letter, '/' | '>' | '=');
    let first = text.chars().next().map_or(0, char::len_utf8);
    let name_end = text[first..]
        .find(is_end)
        .map_or(text.len(), |place| first + place);
    let name = &text[..name_end];
    let rest = text[name_end..].trim_start_matches(is_space);
    let Some(value) = rest.strip_prefix('=') else {
        return (name, "", name_end);
    };
    let value = value.trim_start_matches(is_space);
    let (value, rest) = attribute_value(value);
    (name, value, text.len() - rest.len())
}

/// An attribute's value and what follows it.
fn attribute_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = text
        .find(|letter| is_space(letter) || letter == '>')
        .unwrap_or(text.len());
    text.split_at(end)
}
