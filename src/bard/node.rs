//! A borrowed view of one node, made by a single pass over its keys, and of a list of siblings.
//!
//! In: any `serde_json::Value`. Out: [`Node`], [`Kind`], [`Siblings`]. Nothing is converted, so nothing can fail. It
//! knows the names that Statamic registers, not what is made of them.

use std::borrow::Cow;
use std::slice;

use serde_json::{Map, Value, map};

use super::php;

/// What a node is. Statamic renders any other type as its children and text alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are ProseMirror's own")]
pub enum Kind {
    Blockquote,
    BulletList,
    CodeBlock,
    HardBreak,
    Heading,
    HorizontalRule,
    Image,
    ListItem,
    OrderedList,
    Paragraph,
    Set,
    Table,
    TableCell,
    TableHeader,
    TableRow,
    Text,
    #[default]
    Other,
}

/// Types that other `ProseMirror` editors write and Statamic does not register.
const UNREGISTERED: [&str; 8] = [
    "details",
    "detailsContent",
    "detailsSummary",
    "doc",
    "mention",
    "taskItem",
    "taskList",
    "youtube",
];

impl Kind {
    /// The kind of a type name, in any of the spellings that old content has (`bullet_list`, `bullet-list`).
    #[must_use]
    pub fn named(name: &str) -> Self {
        match Self::exactly(name) {
            Self::Other => match php::camel(name) {
                Cow::Borrowed(_) => Self::Other,
                Cow::Owned(name) => Self::exactly(&name),
            },
            kind => kind,
        }
    }

    fn exactly(name: &str) -> Self {
        match name {
            "text" => Self::Text,
            "paragraph" => Self::Paragraph,
            "heading" => Self::Heading,
            "hardBreak" => Self::HardBreak,
            "bulletList" => Self::BulletList,
            "orderedList" => Self::OrderedList,
            "listItem" => Self::ListItem,
            "blockquote" => Self::Blockquote,
            "codeBlock" => Self::CodeBlock,
            "horizontalRule" => Self::HorizontalRule,
            "image" => Self::Image,
            "table" => Self::Table,
            "tableRow" => Self::TableRow,
            "tableCell" => Self::TableCell,
            "tableHeader" => Self::TableHeader,
            "set" => Self::Set,
            _ => Self::Other,
        }
    }
}

/// One node. A key that is missing or null is `None`, but for `marks`, where Statamic tells the two apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Node<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its attributes, of any shape.
    pub attrs: Option<&'a Value>,
    /// Its children, of any shape.
    pub content: Option<&'a Value>,
    /// Its marks, of any shape.
    pub marks: Option<&'a Value>,
    /// Its text, of any type.
    pub text: Option<&'a Value>,
    /// Where Statamic notes a set's place while it renders.
    pub index: Option<&'a Value>,
}

impl<'a> Node<'a> {
    /// Views any value as a node; what is no map has no kind, no children and no text.
    #[must_use]
    pub fn read(value: &'a Value) -> Self {
        let mut node = Self::default();
        let Value::Object(map) = value else {
            return node;
        };
        for (key, value) in map {
            let present = (!value.is_null()).then_some(value);
            match key.as_str() {
                "type" => node.kind = value.as_str().map_or(Kind::Other, Kind::named),
                "attrs" => node.attrs = present,
                "content" => node.content = present,
                "marks" => node.marks = Some(value),
                "text" => node.text = present,
                "index" => node.index = present,
                _ => {}
            }
        }
        node
    }

    /// One attribute, if the attributes are a map and it is there and not null.
    #[must_use]
    pub fn attr(&self, name: &str) -> Option<&'a Value> {
        attr(self.attrs, name)
    }

    /// The children, as far as there is anything to be taken for children.
    #[must_use]
    pub fn children(&self) -> Option<Siblings<'a>> {
        match self.content? {
            Value::String(_) => None,
            content => Some(Siblings::of_content(content)),
        }
    }

    /// The node's own text: shown where it has no children. Content that is a string counts as text.
    #[must_use]
    pub fn own_text(&self) -> Option<&'a Value> {
        match self.content {
            Some(content @ Value::String(_)) => Some(content),
            Some(_) => None,
            None => self.text,
        }
    }

    /// The level of a heading: 1 where Statamic would not take it for one of 1 to 6.
    #[must_use]
    pub fn level(&self) -> u8 {
        self.attr("level").and_then(php::heading_level).unwrap_or(1)
    }
}

/// One attribute of `attrs`, if that is a map and has it and it is not null.
#[must_use]
pub fn attr<'a>(attrs: Option<&'a Value>, name: &str) -> Option<&'a Value> {
    get(attrs?.as_object()?, name).filter(|value| !value.is_null())
}

/// The value of a key. In a small map, as nearly all are, looking at each key costs less than hashing one.
#[must_use]
pub fn get<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    const SMALL: usize = 12;
    if map.len() > SMALL {
        return map.get(name);
    }
    map.iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Nodes (or marks) that stand side by side.
#[derive(Clone, Debug)]
pub enum Siblings<'a> {
    /// A stored list.
    List(slice::Iter<'a, Value>),
    /// Picked out of a stored list.
    Run(slice::Iter<'a, &'a Value>),
    /// A map taken for a list.
    Map(map::Values<'a>),
    /// A single node where a list should be.
    One(Option<&'a Value>),
}

impl<'a> Siblings<'a> {
    /// The nodes of a whole Bard value. What is no list in PHP's eyes has none.
    #[must_use]
    pub fn of_root(value: &'a Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.iter()),
            Value::Object(map) if is_list(map) => Self::Map(map.values()),
            _ => Self::One(None),
        }
    }

    /// The nodes of a text block.
    #[must_use]
    pub fn of_run(run: &'a [&'a Value]) -> Self {
        Self::Run(run.iter())
    }

    /// What may be taken for the children of a node, or for its marks, where Statamic would have given up.
    #[must_use]
    pub fn of_content(value: &'a Value) -> Self {
        match value {
            Value::Object(map) if get(map, "type").is_some() => Self::One(Some(value)),
            Value::Object(map) => Self::Map(map.values()),
            _ => Self::of_root(value),
        }
    }
}

impl<'a> Iterator for Siblings<'a> {
    type Item = &'a Value;

    fn next(&mut self) -> Option<&'a Value> {
        match self {
            Self::List(items) => items.next(),
            Self::Run(items) => items.next().copied(),
            Self::Map(values) => values.next(),
            Self::One(value) => value.take(),
        }
    }
}

/// Whether PHP has the value as a list: a JSON list, or a map with the keys 0, 1, 2 and so on.
#[must_use]
pub fn is_list_value(value: &Value) -> bool {
    match value {
        Value::Array(_) => true,
        Value::Object(map) => is_list(map),
        _ => false,
    }
}

fn is_list(map: &Map<String, Value>) -> bool {
    map.keys()
        .enumerate()
        .all(|(position, key)| *key == position.to_string())
}

/// Whether a value has the shape of a node and a type that some `ProseMirror` editor writes.
#[must_use]
pub fn is_known(value: &Value) -> bool {
    let Some(map) = value.as_object() else {
        return false;
    };
    let Some(name) = get(map, "type").and_then(Value::as_str) else {
        return false;
    };
    let known = Kind::named(name) != Kind::Other || UNREGISTERED.contains(&&*php::camel(name));
    known && map.keys().all(|key| is_node_key(key))
}

fn is_node_key(key: &str) -> bool {
    matches!(key, "type" | "attrs" | "content" | "marks" | "text")
}
