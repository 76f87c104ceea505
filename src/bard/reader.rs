//! An HTML string becomes a tree, so that everything a body gives can be had of it too.
//!
//! In: HTML, however broken. Out: nodes such as Bard stores, never nested deeply. What has no node of its own in Bard
//! is read as its content. It resolves nothing.

use serde_json::{Map, Value, json};

use super::entities;
use super::tags::{Tag, Token, Tokens, heading_level};
use super::text::is_space;

/// Elements that lie deeper are read as their content.
const MAX_DEPTH: usize = 64;

/// The nodes of an HTML string.
#[must_use]
pub fn read(html: &str) -> Vec<Value> {
    let mut reader = Reader::default();
    for (token, _) in Tokens::new(html) {
        match token {
            Token::Text(text) => reader.text(text),
            Token::Open(tag) => reader.open(&tag),
            Token::Close(name) => reader.close(name),
            Token::Hidden => {}
        }
    }
    reader.close_above(0);
    reader.nodes
}

/// A node whose end has not been found yet.
struct Open {
    kind: &'static str,
    attrs: Map<String, Value>,
    content: Vec<Value>,
}

#[derive(Default)]
struct Reader {
    nodes: Vec<Value>,
    open: Vec<Open>,
    /// Tag names with the marks that they make, outermost first.
    marks: Vec<(&'static str, Value)>,
}

impl Reader {
    fn text(&mut self, text: &str) {
        let text = entities::decode(text);
        if self.is_in("codeBlock") {
            return self.code(&text);
        }
        if !self.takes_text() {
            if text.chars().all(is_space) {
                return;
            }
            self.push_open("paragraph", Map::new());
        }
        let node = self.marked(json!({ "type": "text", "text": text }));
        self.push(node);
    }

    /// The line end right after `<pre>` is no part of the code.
    fn code(&mut self, text: &str) {
        let is_first = self.open.last().is_some_and(|open| open.content.is_empty());
        let text = if is_first {
            text.strip_prefix('\n').unwrap_or(text)
        } else {
            text
        };
        self.push(json!({ "type": "text", "text": text }));
    }

    fn open(&mut self, tag: &Tag) {
        let name = tag.name.to_ascii_lowercase();
        match name.as_str() {
            "br" => self.push_inline(json!({ "type": "hardBreak" })),
            "img" => self.push_inline(image(tag)),
            "hr" => self.push_block(json!({ "type": "horizontalRule" })),
            "code" if self.is_in("codeBlock") => self.language(tag),
            _ => match (mark(&name), block(&name)) {
                (Some(kind), _) => self.open_mark(kind, tag),
                (None, Some(kind)) => self.open_block(kind, tag),
                (None, None) if is_section(&name) => self.close_leaf(),
                (None, None) => {}
            },
        }
    }

    fn close(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        if let Some(kind) = mark(&name) {
            if let Some(place) = self.marks.iter().rposition(|(open, _)| *open == kind) {
                self.marks.remove(place);
            }
        } else if let Some(kind) = block(&name) {
            if let Some(place) = self.open.iter().rposition(|open| open.kind == kind) {
                self.close_above(place);
            }
        } else if is_section(&name) {
            self.close_leaf();
        }
    }

    fn open_mark(&mut self, kind: &'static str, tag: &Tag) {
        let mark = match kind {
            "link" => {
                json!({ "type": kind, "attrs": attributes(tag, &["href", "rel", "target", "title"]) })
            }
            _ => json!({ "type": kind }),
        };
        self.marks.push((kind, mark));
    }

    fn open_block(&mut self, kind: &'static str, tag: &Tag) {
        self.close_leaf();
        let parents: &[&str] = match kind {
            "listItem" => &["bulletList", "orderedList"],
            "tableRow" => &["table"],
            "tableCell" | "tableHeader" => &["tableRow"],
            _ => &[],
        };
        if let Some(place) = self
            .open
            .iter()
            .rposition(|open| parents.contains(&open.kind))
        {
            self.close_above(place + 1);
        }
        if is_leaf(kind) || self.open.len() < MAX_DEPTH {
            self.push_open(kind, block_attributes(kind, tag));
        }
    }

    fn language(&mut self, tag: &Tag) {
        let class = tag.attribute("class").unwrap_or_default();
        let language = class
            .split(is_space)
            .find_map(|class| class.strip_prefix("language-"));
        if let (Some(language), Some(open)) = (language, self.open.last_mut()) {
            open.attrs
                .insert("language".into(), entities::decode(language).into());
        }
    }

    fn push_open(&mut self, kind: &'static str, attrs: Map<String, Value>) {
        self.open.push(Open {
            kind,
            attrs,
            content: Vec::new(),
        });
    }

    fn push(&mut self, node: Value) {
        match self.open.last_mut() {
            Some(open) => open.content.push(node),
            None => self.nodes.push(node),
        }
    }

    fn push_inline(&mut self, node: Value) {
        let node = self.marked(node);
        self.push(node);
    }

    fn push_block(&mut self, node: Value) {
        self.close_leaf();
        self.push(node);
    }

    fn marked(&self, mut node: Value) -> Value {
        if !self.marks.is_empty() {
            node["marks"] = self.marks.iter().map(|(_, mark)| mark.clone()).collect();
        }
        node
    }

    /// Ends what holds text and no blocks.
    fn close_leaf(&mut self) {
        if self.takes_text() || self.is_in("codeBlock") {
            self.close_above(self.open.len() - 1);
        }
    }

    fn close_above(&mut self, place: usize) {
        while self.open.len() > place {
            let Some(open) = self.open.pop() else { return };
            self.push(node(open));
        }
    }

    fn is_in(&self, kind: &str) -> bool {
        self.open.last().is_some_and(|open| open.kind == kind)
    }

    fn takes_text(&self) -> bool {
        self.is_in("paragraph") || self.is_in("heading")
    }
}

fn node(open: Open) -> Value {
    let mut node = json!({ "type": open.kind });
    if !open.attrs.is_empty() {
        node["attrs"] = Value::Object(open.attrs);
    }
    if !open.content.is_empty() {
        node["content"] = Value::Array(open.content);
    }
    node
}

fn mark(name: &str) -> Option<&'static str> {
    Some(match name {
        "a" => "link",
        "b" | "strong" => "bold",
        "i" | "em" => "italic",
        "u" => "underline",
        "s" | "strike" | "del" => "strike",
        "code" => "code",
        "sub" => "subscript",
        "sup" => "superscript",
        "small" => "small",
        _ => return None,
    })
}

fn block(name: &str) -> Option<&'static str> {
    Some(match name {
        "p" => "paragraph",
        "ul" => "bulletList",
        "ol" => "orderedList",
        "li" => "listItem",
        "blockquote" => "blockquote",
        "pre" => "codeBlock",
        "table" => "table",
        "tr" => "tableRow",
        "td" => "tableCell",
        "th" => "tableHeader",
        _ if heading_level(name).is_some() => "heading",
        _ => return None,
    })
}

/// Elements that Bard has no node for and that begin a block of their own.
fn is_section(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "header"
            | "main"
            | "nav"
            | "section"
            | "summary"
            | "tbody"
            | "tfoot"
            | "thead"
    )
}

fn is_leaf(kind: &str) -> bool {
    matches!(kind, "paragraph" | "heading" | "codeBlock")
}

fn block_attributes(kind: &str, tag: &Tag) -> Map<String, Value> {
    match kind {
        "heading" => Map::from_iter([("level".to_owned(), tag.heading_level().into())]),
        "orderedList" => attributes(tag, &["start"]),
        "tableCell" | "tableHeader" => attributes(tag, &["colspan", "rowspan"]),
        _ => Map::new(),
    }
}

/// Where Bard saves HTML it writes an asset's reference with the scheme of a link.
fn image(tag: &Tag) -> Value {
    let mut attrs = attributes(tag, &["src", "alt"]);
    if let Some(Value::String(src)) = attrs.get_mut("src")
        && let Some(reference) = src.strip_prefix(super::href::SCHEME)
    {
        *src = reference.to_owned();
    }
    json!({ "type": "image", "attrs": attrs })
}

fn attributes(tag: &Tag, names: &[&str]) -> Map<String, Value> {
    let present = names.iter().filter_map(|name| {
        let value = entities::decode(tag.attribute(name)?);
        Some(((*name).to_owned(), value.into()))
    });
    present.collect()
}
