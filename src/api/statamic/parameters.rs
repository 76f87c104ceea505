//! A query string as PHP and Laravel read it: brackets nest, values are trimmed, empty ones are null.
//!
//! In: the raw query. Out: [`Parameters`], in the order in which names were first given. It gives names no meaning.

/// PHP drops a parameter that is nested deeper (`max_input_nesting_level`).
const MAX_NESTING: usize = 64;

/// The parameters of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters(Vec<(String, Parameter)>);

/// The value of a parameter, or of a member of one.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// Empty.
    Null,
    /// A text, not empty.
    Text(String),
    /// `name[a]=…&name[]=…`
    Map(Vec<(String, Parameter)>),
}

impl Parameters {
    /// Reads a raw query string.
    pub fn parse(query: &str) -> Self {
        let mut parameters = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (top, path) = path(&decode(name));
            if !top.is_empty() && path.len() <= MAX_NESTING {
                insert(&mut parameters, top, &path, leaf(&decode(value)));
            }
        }
        Self(parameters)
    }

    /// The parameter of this name, if it was given and is not empty.
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value)
            .filter(|value| **value != Parameter::Null)
    }

    /// Whether it was given, empty or not.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// The parameter as text; `Err` where it is a map.
    pub fn text(&self, name: &str) -> Result<Option<&str>, NotText> {
        match self.get(name) {
            None | Some(Parameter::Null) => Ok(None),
            Some(Parameter::Text(text)) => Ok(Some(text)),
            Some(Parameter::Map(_)) => Err(NotText),
        }
    }

    /// These parameters written as a query string, in this order, each followed by `&`; empty ones are left out.
    pub fn write(&self, names: &[&str]) -> String {
        self.written(names, false)
    }

    /// The same with the empty ones: two queries that mean the same, and only those, have one such spelling.
    pub fn canonical(&self, names: &[&str]) -> String {
        self.written(names, true)
    }

    fn written(&self, names: &[&str], with_empty: bool) -> String {
        let mut out = String::new();
        for name in names {
            if let Some((_, value)) = self.0.iter().find(|(key, _)| key == name) {
                write(&encode(name), value, with_empty, &mut out);
            }
        }
        out
    }
}

/// A map where a text is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotText;

/// A name with brackets, taken apart: `a[b][]` is `a` and `b`, nothing.
fn path(name: &str) -> (String, Vec<String>) {
    let name = name.trim_start_matches(' ');
    let Some((top, rest)) = name
        .split_once('[')
        .filter(|(top, rest)| !top.is_empty() && rest.contains(']'))
    else {
        return (variable(name), Vec::new());
    };
    let mut path = Vec::new();
    let mut rest = Some(rest);
    while let Some((key, after)) = rest.and_then(|rest| rest.split_once(']')) {
        path.push(key.to_owned());
        rest = after.strip_prefix('[');
    }
    (variable(top), path)
}

/// PHP makes a name a variable's: dots, spaces and open brackets become underscores.
fn variable(name: &str) -> String {
    name.replace(['.', ' ', '['], "_")
}

fn leaf(value: &str) -> Parameter {
    let trimmed = value
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '\0' | '\u{feff}' | '\u{200b}'));
    if trimmed.is_empty() {
        Parameter::Null
    } else {
        Parameter::Text(trimmed.to_owned())
    }
}

fn insert(members: &mut Vec<(String, Parameter)>, key: String, path: &[String], value: Parameter) {
    let key = if key.is_empty() {
        next_index(members)
    } else {
        key
    };
    let at = members
        .iter()
        .position(|(name, _)| *name == key)
        .unwrap_or_else(|| {
            members.push((key, Parameter::Null));
            members.len() - 1
        });
    let slot = &mut members[at].1;
    match path.split_first() {
        None => *slot = value,
        Some((next, rest)) => {
            if !matches!(slot, Parameter::Map(_)) {
                *slot = Parameter::Map(Vec::new());
            }
            if let Parameter::Map(inner) = slot {
                insert(inner, next.clone(), rest, value);
            }
        }
    }
}

fn next_index(members: &[(String, Parameter)]) -> String {
    let largest = members
        .iter()
        .filter_map(|(key, _)| key.parse::<u64>().ok())
        .max();
    largest
        .map_or(0, |largest| largest.saturating_add(1))
        .to_string()
}

fn write(name: &str, value: &Parameter, with_empty: bool, out: &mut String) {
    match value {
        Parameter::Null if !with_empty => {}
        Parameter::Null => out.extend([name, "=&"]),
        Parameter::Text(text) => out.extend([name, "=", &encode(text), "&"]),
        Parameter::Map(members) => {
            for (key, value) in members {
                write(
                    &format!("{name}%5B{}%5D", encode(key)),
                    value,
                    with_empty,
                    out,
                );
            }
        }
    }
}

/// A segment of a path, decoded: a `+` is itself.
pub fn decode_path(segment: &str) -> String {
    decode(&segment.replace('+', "%2B"))
}

/// `urldecode`; bytes that are no UTF-8 are replaced.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let (decoded, after) = match (byte, after) {
            (b'+', _) => (b' ', after),
            (b'%', [high, low, after @ ..]) => match hex(*high).zip(hex(*low)) {
                Some((high, low)) => (high << 4 | low, after),
                None => (byte, &rest[1..]),
            },
            _ => (byte, after),
        };
        bytes.push(decoded);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// `rawurlencode`.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend(
                [byte >> 4, byte & 15]
                    .map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])),
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_nest_and_values_are_trimmed() {
        let parameters = Parameters::parse(
            "filter[title:is]=+a%20&filter[tags][]=x&filter[tags][]=y&limit=&a.b=1",
        );
        assert_eq!(
            parameters.write(&["filter", "limit", "a_b"]),
            "filter%5Btitle%3Ais%5D=a&filter%5Btags%5D%5B0%5D=x&filter%5Btags%5D%5B1%5D=y&a_b=1&"
        );
        assert_eq!(parameters.canonical(&["limit"]), "limit=&");
        assert_eq!(parameters.get("limit"), None);
        assert!(parameters.has("limit"));
    }

    #[test]
    fn the_last_of_two_values_counts() {
        assert_eq!(
            Parameters::parse("fields=a&fields=b").text("fields"),
            Ok(Some("b"))
        );
        assert_eq!(Parameters::parse("fields[]=a").text("fields"), Err(NotText));
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        assert_eq!(Parameters::parse("a=%zz%4").text("a"), Ok(Some("%zz%4")));
    }
}
