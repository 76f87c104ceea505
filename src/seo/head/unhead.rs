//! Tags as an input for `useHead()` of unhead.

use serde_json::{Map, Value, json};

use super::Tag;

/// The input: only what is to be rendered, and a title template that keeps the front end from adding its own.
#[must_use]
pub fn write(title: Option<&str>, lang: &str, tags: &[Tag], scripts: &[String]) -> Value {
    let (links, metas): (Vec<&Tag>, Vec<&Tag>) = tags
        .iter()
        .partition(|tag| matches!(tag, Tag::Canonical(_) | Tag::Alternate { .. }));
    let mut head = Map::new();
    if let Some(title) = title {
        head.insert("title".into(), title.into());
    }
    head.insert("htmlAttrs".into(), json!({"lang": lang}));
    insert(&mut head, "meta", metas.into_iter().map(member).collect());
    insert(&mut head, "link", links.into_iter().map(member).collect());
    insert(
        &mut head,
        "script",
        scripts.iter().enumerate().map(script).collect(),
    );
    head.insert("titleTemplate".into(), Value::Null);
    Value::Object(head)
}

fn insert(head: &mut Map<String, Value>, key: &str, members: Vec<Value>) {
    if !members.is_empty() {
        head.insert(key.into(), members.into());
    }
}

fn member(tag: &Tag) -> Value {
    match tag {
        Tag::Name(name, content) => json!({"name": name, "content": content}),
        Tag::Property(name, content) => json!({"property": name, "content": content}),
        Tag::Canonical(href) => json!({"rel": "canonical", "href": href}),
        Tag::Alternate { hreflang, href } => {
            json!({"rel": "alternate", "hreflang": hreflang, "href": href})
        }
    }
}

fn script((index, json): (usize, &String)) -> Value {
    json!({"type": "application/ld+json", "key": format!("seo-ld-{index}"), "innerHTML": json})
}
