//! A collection's route and an entry's values become its URI (spec/statamic.md §2.1).

use jiff::Zoned;

use super::slug::slugify_uri;

/// A value a route asks for.
#[derive(Clone, Debug)]
pub enum Variable {
    /// Stands in the URI as it is, before slugification.
    Text(String),
    /// The entry's date, for `format`.
    Date(Box<Zoned>),
}

/// A part of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part<'a> {
    Literal(&'a str),
    Variable {
        name: &'a str,
        format: Option<&'a str>,
    },
    /// `{{ depth == 1 ?= mount }}`: the variable, where another one has this value, or, without one, any value.
    Guarded {
        guard: &'a str,
        value: Option<&'a str>,
        name: &'a str,
    },
}

/// Renders a route. `variable` gives a value by name; what it does not know vanishes from the URI and is named in the
/// second half of the answer.
pub fn uri<'a>(
    route: &'a str,
    lang: &str,
    variable: &dyn Fn(&str) -> Option<Variable>,
) -> (String, Vec<&'a str>) {
    let mut text = String::new();
    let mut unknown = Vec::new();
    for part in parts(route) {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::Variable { name, format } => match variable(name) {
                Some(value) => text.push_str(&printed(&value, format)),
                None => unknown.push(name),
            },
            Part::Guarded { guard, value, name } => {
                if opens(variable(guard), value) {
                    text.push_str(
                        &variable(name)
                            .map(|value| printed(&value, None))
                            .unwrap_or_default(),
                    );
                }
            }
        }
    }
    (slugify_uri(&text, lang), unknown)
}

/// Whether a guard's value is the one it waits for, or there is one at all.
fn opens(found: Option<Variable>, value: Option<&str>) -> bool {
    let found = found.map(|found| printed(&found, None)).unwrap_or_default();
    value.map_or(!found.is_empty() && found != "0", |value| found == value)
}

fn printed(value: &Variable, format: Option<&str>) -> String {
    match value {
        Variable::Text(text) => text.clone(),
        Variable::Date(date) => php_date(date, format.unwrap_or("F jS, Y")),
    }
}

/// Splits a route: `{ name }` where it has no `{{`, else Antlers' `{{ name format="…" }}` and `{{ name | format('…') }}`.
fn parts(route: &str) -> Vec<Part<'_>> {
    let (open, close) = if route.contains("{{") {
        ("{{", "}}")
    } else {
        ("{", "}")
    };
    let mut parts = Vec::new();
    let mut rest = route;
    while let Some((before, tail)) = rest.split_once(open) {
        let Some((inside, after)) = tail.split_once(close) else {
            break;
        };
        parts.push(Part::Literal(before));
        parts.push(variable(inside.trim()));
        rest = after;
    }
    parts.push(Part::Literal(rest));
    parts
}

fn variable(inside: &str) -> Part<'_> {
    if let Some((guard, name)) = inside.split_once("?=") {
        let (guard, value) = guard
            .split_once("==")
            .map_or((guard, None), |(guard, value)| (guard, Some(value)));
        let value = value.map(|value| value.trim().trim_matches(['"', '\'']));
        return Part::Guarded {
            guard: guard.trim(),
            value,
            name: name.trim(),
        };
    }
    let end = inside
        .find(|character: char| character.is_whitespace() || character == '|')
        .unwrap_or(inside.len());
    let (name, options) = inside.split_at(end);
    Part::Variable {
        name,
        format: options
            .contains("format")
            .then(|| quoted(options))
            .flatten(),
    }
}

/// What stands between the first pair of quotes.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\''])?;
    let quote = text[start..].chars().next()?;
    text[start + 1..]
        .split_once(quote)
        .map(|(inside, _)| inside)
}

/// A date by PHP's format characters; those without a counterpart here stand for themselves.
#[must_use]
pub fn php_date(date: &Zoned, format: &str) -> String {
    let mut out = String::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.extend(characters.next()),
            'S' => out.push_str(ordinal_suffix(date.day())),
            _ => match strftime(character) {
                Some(directive) => out.push_str(&date.strftime(directive).to_string()),
                None => out.push(character),
            },
        }
    }
    out
}

fn strftime(php: char) -> Option<&'static str> {
    Some(match php {
        'Y' => "%Y",
        'y' => "%y",
        'm' => "%m",
        'n' => "%-m",
        'd' => "%d",
        'j' => "%-d",
        'H' => "%H",
        'G' => "%-H",
        'h' => "%I",
        'g' => "%-I",
        'i' => "%M",
        's' => "%S",
        'M' => "%b",
        'F' => "%B",
        'D' => "%a",
        'l' => "%A",
        'U' => "%s",
        'a' => "%P",
        'A' => "%p",
        _ => return None,
    })
}

fn ordinal_suffix(day: i8) -> &'static str {
    match day {
        11..=13 => "th",
        _ => match day % 10 {
            1 => "st",
            2 => "nd",
            3 => "rd",
            _ => "th",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri_of(route: &str) -> String {
        let date: Zoned = "2025-03-04T05:06:07[UTC]".parse().unwrap();
        let variable = |name: &str| match name {
            "slug" => Some(Variable::Text("a-b".into())),
            "title" => Some(Variable::Text("Über uns".into())),
            "parent_uri" => Some(Variable::Text(String::new())),
            "date" => Some(Variable::Date(Box::new(date.clone()))),
            _ => None,
        };
        uri(route, "en", &variable).0
    }

    #[test]
    fn a_route_becomes_a_uri() {
        for (route, expected) in [
            ("/posts/{slug}", "/posts/a-b"),
            ("{parent_uri}/{slug}", "/a-b"),
            ("/{ title }/{slug}.html", "/uber-uns/a-b.html"),
            ("/{nothing}/{slug}", "/a-b"),
            ("/{{ date format=\"Y/m\" }}/{{ slug }}", "/2025/03/a-b"),
            ("/{{ date | format('j') }}", "/4"),
            (
                "/{{ slug == 'a-b' ?= title }}/{{ slug == 'c' ?= nothing }}/{{ nothing ?= slug }}",
                "/uber-uns",
            ),
            ("no-slash/", "/no-slash"),
        ] {
            assert_eq!(uri_of(route), expected, "{route}");
        }
    }
}
