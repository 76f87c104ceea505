//! JSON with removable members: compiled once, cut to the request by copying, never parsed on the way out.
//!
//! A *template* is JSON text in which a member that a request may leave out stands between `\x01`, one byte for its
//! [`Kind`], and `\x02`, without a comma: `{"id":"a"\x01f"title":"A"\x02}`. JSON text never holds these two bytes raw
//! (RFC 8259 §7 escapes them in strings), so they need no escaping. Removable members come last in their object.

pub mod scan;

use std::ops::Range;

use serde_json::Value;

use super::{Output, Related, Target};

const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

/// Which choice of the request a removable member answers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A field, chosen with `fields=`.
    Field,
    /// A part of a body, chosen with `body=`.
    Part,
    /// A part of the SEO object, chosen with `seo=`.
    Seo,
    /// The id of a heading inside the text of a body's HTML, chosen with `heading_ids=`: no member, but treated alike.
    HeadingId,
    /// A place in the text of a body's Markdown where a set stands: nothing that could be sent, no member either.
    Set,
    /// Where a relation's object takes its target's `fields`, chosen with `include=`. The member's value names the
    /// target and is never sent itself.
    Related,
}

impl Kind {
    fn tag(self) -> char {
        match self {
            Self::Field => 'f',
            Self::Part => 'p',
            Self::Seo => 's',
            Self::HeadingId => 'h',
            Self::Set => 'b',
            Self::Related => 'r',
        }
    }

    fn of(tag: u8) -> Self {
        match tag {
            b'f' => Self::Field,
            b'p' => Self::Part,
            b'h' => Self::HeadingId,
            b'b' => Self::Set,
            b'r' => Self::Related,
            _ => Self::Seo,
        }
    }
}

/// Writes an object whose members are all removable.
pub fn object(members: &[(String, Output)], kind: Kind, template: &mut String) {
    template.push('{');
    for (key, value) in members {
        member(key, value, kind, template);
    }
    template.push('}');
}

/// Writes one removable member.
pub fn member(key: &str, value: &Output, kind: Kind, template: &mut String) {
    template.extend([OPEN, kind.tag()]);
    string(key, template);
    template.push(':');
    output(value, template);
    template.push(CLOSE);
}

/// The template of a text of which some ranges are removable; they do not overlap and stand in their order.
#[must_use]
pub fn text(text: &str, removable: &[Range<usize>], kind: Kind) -> String {
    let mut template = String::with_capacity(text.len() + text.len() / 8 + 2);
    let mut done = 0;
    template.push('"');
    for range in removable {
        escaped(&text[done..range.start], &mut template);
        template.extend([OPEN, kind.tag()]);
        escaped(&text[range.clone()], &mut template);
        template.push(CLOSE);
        done = range.end;
    }
    escaped(&text[done..], &mut template);
    template.push('"');
    template
}

/// Writes a value; the parts of the bodies in it are removable.
pub fn output(value: &Output, template: &mut String) {
    match value {
        Output::Json(value) => json(value, template),
        Output::Text(json) => template.push_str(json),
        Output::Related(related) => relation(related, template),
        Output::List(items) => separated('[', items, ']', template, output),
        Output::Object(members) => {
            separated('{', members, '}', template, |(key, value), template| {
                string(key, template);
                template.push(':');
                output(value, template);
            });
        }
        Output::Body(parts) => {
            template.push('{');
            for (part, value) in parts {
                member(part, value, Kind::Part, template);
            }
            template.push('}');
        }
    }
}

/// Writes a relation's object; that of an entry, term or asset ends with a mark that names it.
fn relation(related: &Related, template: &mut String) {
    json(&related.object, template);
    let name = match related.kind {
        Target::Entry => "entry",
        Target::Term => "term",
        Target::Asset => "asset",
        Target::User => return,
    };
    let id = related.object.get("id").and_then(Value::as_str);
    if let Some(id) = id.filter(|_| template.ends_with('}')) {
        template.pop();
        let target = Output::Json(format!("{name}::{id}").into());
        member("fields", &target, Kind::Related, template);
        template.push('}');
    }
}

/// Copies a template to `out` with those removable members that `keep` says; returns nothing lost but them.
pub fn cut(template: &str, keep: &dyn Fn(Kind, &str) -> bool, out: &mut String) {
    let mut rest = template;
    while let Some(marker) = rest.find([OPEN, CLOSE]) {
        out.push_str(&rest[..marker]);
        let opened = rest.as_bytes()[marker] == OPEN as u8;
        rest = &rest[marker + 1..];
        if opened {
            let kind = Kind::of(rest.as_bytes()[0]);
            rest = &rest[1..];
            let is_member = ![Kind::HeadingId, Kind::Set].contains(&kind);
            if !keep(kind, if is_member { key(rest) } else { "" }) {
                rest = after_close(rest);
            } else if is_member && !out.ends_with('{') {
                out.push(',');
            }
        }
    }
    out.push_str(rest);
}

/// The whole document that a template stands for, without what it has on request only.
#[must_use]
pub fn whole(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    cut(
        template,
        &|kind, _| ![Kind::HeadingId, Kind::Set, Kind::Related].contains(&kind),
        &mut out,
    );
    out
}

/// The raw JSON text of one member of a template that is one object, or `None` where it has no such member.
#[must_use]
pub fn find<'a>(template: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = template;
    loop {
        rest = &rest[rest.find(OPEN)? + 2..];
        let end = after_close(rest);
        if key(rest) == name {
            return Some(&rest[key(rest).len() + 3..rest.len() - end.len() - 1]);
        }
        rest = end;
    }
}

/// The pieces of a text between the sets that stand in it: one more than there are sets, in order.
pub fn between_sets(text: &str) -> impl Iterator<Item = String> {
    let inner = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let pieces = inner.unwrap_or_default().split("\u{1}b\u{2}");
    pieces.map(|piece| serde_json::from_str(&format!("\"{piece}\"")).unwrap_or_default())
}

/// The key a member starts with, as JSON writes it between its quotes.
fn key(member: &str) -> &str {
    let inner = &member[1..];
    let mut escaped = false;
    let end = inner.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    &inner[..end.unwrap_or(inner.len())]
}

/// What follows the end of the member that `rest` is inside of.
fn after_close(rest: &str) -> &str {
    let mut depth = 0;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            1 => depth += 1,
            2 if depth == 0 => return &rest[at + 1..],
            2 => depth -= 1,
            _ => {}
        }
    }
    ""
}

fn string(text: &str, template: &mut String) {
    template.push('"');
    escaped(text, template);
    template.push('"');
}

fn json(value: &Value, template: &mut String) {
    match value {
        Value::String(text) => string(text, template),
        other => {
            template.push_str(&serde_json::to_string(other).expect("a value is always JSON"));
        }
    }
}

/// Writes text as it stands between the quotes of a JSON string.
fn escaped(text: &str, template: &mut String) {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        template.push_str(text);
        return;
    }
    let json = serde_json::to_string(text).expect("text is always JSON");
    template.push_str(&json[1..json.len() - 1]);
}

fn separated<T>(
    open: char,
    items: &[T],
    close: char,
    template: &mut String,
    write: impl Fn(&T, &mut String),
) {
    template.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            template.push(',');
        }
        write(item, template);
    }
    template.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn template() -> String {
        let body = Output::Body(vec![
            ("raw", Output::Text("[{\"a\":1}]".into())),
            ("html", Output::Json(json!("<p>\u{1}\u{2}</p>"))),
        ]);
        let members = vec![
            ("title".to_owned(), Output::Json(json!("T \"x\""))),
            ("article".to_owned(), body.clone()),
            (
                "rows".to_owned(),
                Output::List(vec![
                    Output::Object(vec![("body".into(), body)]),
                    Output::Json(json!(null)),
                ]),
            ),
        ];
        let mut template = String::new();
        object(&members, Kind::Field, &mut template);
        template
    }

    #[test]
    fn the_whole_is_plain_json() {
        let value: serde_json::Value = serde_json::from_str(&whole(&template())).unwrap();
        assert_eq!(
            value,
            json!({"title": "T \"x\"", "article": {"raw": [{"a": 1}], "html": "<p>\u{1}\u{2}</p>"},
                "rows": [{"body": {"raw": [{"a": 1}], "html": "<p>\u{1}\u{2}</p>"}}, null]})
        );
    }

    #[test]
    fn members_that_are_not_kept_leave_no_trace() {
        let mut out = String::new();
        cut(
            &template(),
            &|kind, key| {
                if kind == Kind::Field {
                    key != "title"
                } else {
                    key == "html"
                }
            },
            &mut out,
        );
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(
            value,
            json!({"article": {"html": "<p>\u{1}\u{2}</p>"}, "rows": [{"body": {"html": "<p>\u{1}\u{2}</p>"}}, null]})
        );
    }

    #[test]
    fn removable_text_stands_inside_of_a_string() {
        let html = "<h2 id=\"a\">A</h2>";
        let template = text(html, std::slice::from_ref(&(3..10)), Kind::HeadingId);
        assert_eq!(whole(&template), "\"<h2>A</h2>\"");
        let mut with_ids = String::new();
        cut(&template, &|_, _| true, &mut with_ids);
        assert_eq!(serde_json::from_str::<String>(&with_ids).unwrap(), html);
    }

    #[test]
    fn a_member_is_found_by_its_name() {
        assert_eq!(find(&template(), "title"), Some("\"T \\\"x\\\"\""));
        assert_eq!(find(&template(), "html"), None);
    }

    #[test]
    fn a_text_is_cut_at_its_sets() {
        let template = text("\"a\"\nb", &[0..0, 4..4, 4..4], Kind::Set);
        let pieces: Vec<String> = between_sets(&template).collect();
        assert_eq!(pieces, ["", "\"a\"\n", "", "b"]);
        assert_eq!(whole(&template), "\"\\\"a\\\"\\nb\"");
        assert_eq!(between_sets("null").collect::<String>(), "");
    }
}
