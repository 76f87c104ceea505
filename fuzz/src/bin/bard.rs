//! Bard: bytes that are JSON become a tree, other bytes an HTML string; every output is made of both.

use std::sync::LazyLock;

use rhapsode::bard::map::MapLinks;
use rhapsode::bard::{self, Options, Profile, blocks};
use serde_json::{Value, json};

fn main() {
    let map = json!({
        "entry::63ca2f0b-84c0-46af-8e42-c36bb7a5387d": "/blog/browser",
        "asset::assets::img/a.jpg": { "url": "/assets/img/a.jpg", "alt": "Alt" },
    });
    let links = MapLinks::new(Some(map));
    let trees = rhapsode_fuzz::shared_files("oracle/bard", &["json"]);
    let mut seeds: Vec<_> = trees.iter().flat_map(|file| documents(file)).collect();
    seeds.extend(rhapsode_fuzz::shared_files("oracle", &["html"]));
    seeds.push(br#"[{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"bold"}]}]}]"#.to_vec());
    rhapsode_fuzz::run("bard", seeds, |input| every_output(input, &links));
}

/// The documents of a file of cases.
fn documents(file: &[u8]) -> Vec<Vec<u8>> {
    let cases: Vec<Value> = serde_json::from_slice(file).unwrap_or_default();
    cases
        .iter()
        .map(|case| case["doc"].to_string().into_bytes())
        .collect()
}

/// Bytes that are JSON are that tree; others are an HTML string, and the instructions for growing a tree.
fn every_output(input: &[u8], links: &MapLinks) {
    match serde_json::from_slice(input) {
        Ok(value) => check(&value, input.len(), links),
        Err(_) => {
            check(&String::from_utf8_lossy(input).into(), input.len(), links);
            check(&grown(input), input.len(), links);
        }
    }
}

fn check(value: &Value, length: usize, links: &MapLinks) {
    let options = Options {
        profile: if length.is_multiple_of(2) {
            Profile::V5
        } else {
            Profile::V6
        },
        heading_ids: true,
        save_html: true,
        links,
    };
    let body = bard::body(value, &options);
    assert!(
        body.html.len() < 4096 + length * 256,
        "the HTML grows out of all proportion"
    );
    assert_eq!(body.words == 0, body.reading_minutes == 0);
    let _ = bard::html(value, &options);
    let tree = blocks::modern(value, |handle| handle == "image");
    let _ = blocks::split(&tree, &mut Vec::new());
    let _ = bard::is_tree(value);
}

/// A tree of at most 100 levels: each byte begins a node, ends one, or gives it something.
fn grown(bytes: &[u8]) -> Value {
    let mut open = vec![json!({ "content": [] })];
    for pair in bytes.chunks(2) {
        let (action, choice) = (pair[0] % 8, usize::from(*pair.last().unwrap_or(&0)));
        match action {
            0..=2 if open.len() < 100 => open.push(json!({ "type": TYPES[choice % TYPES.len()] })),
            3 | 4 if open.len() > 1 => close(&mut open),
            5 => add(
                &mut open,
                "marks",
                json!({ "type": MARKS[choice % MARKS.len()], "attrs": { "href": odd(choice) } }),
            ),
            6 => set(&mut open, "text", odd(choice)),
            _ => set(&mut open, KEYS[choice % KEYS.len()], odd(choice / 2)),
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open[0]["content"].take()
}

const TYPES: [&str; 18] = [
    "text",
    "text",
    "text",
    "paragraph",
    "heading",
    "bullet_list",
    "orderedList",
    "listItem",
    "blockquote",
    "codeBlock",
    "hardBreak",
    "horizontalRule",
    "image",
    "table",
    "tableRow",
    "tableCell",
    "tableHeader",
    "set",
];
const MARKS: [&str; 10] = [
    "bold",
    "italic",
    "underline",
    "strike",
    "code",
    "subscript",
    "superscript",
    "small",
    "link",
    "unknown",
];
const KEYS: [&str; 6] = ["attrs", "content", "marks", "type", "index", "values"];

/// Values that are none too likely where they stand.
static ODD: LazyLock<Vec<Value>> = LazyLock::new(|| {
    vec![
        json!("a"),
        json!(" b "),
        json!("*_`~"),
        json!("]:"),
        json!("1. x"),
        json!("<b>&amp;"),
        json!(null),
        json!(2),
        json!(1e300),
        json!(true),
        json!([]),
        json!({}),
        json!(["x"]),
        json!("javascript:x"),
        json!("é\u{a0}—"),
        json!({ "level": 2, "src": "asset::assets::img/a.jpg", "textAlign": "right", "colwidth": [1, null], "start": 7 }),
        json!("statamic://entry::63ca2f0b-84c0-46af-8e42-c36bb7a5387d"),
        json!("|"),
        json!("\r\n"),
        json!("```"),
    ]
});

fn odd(choice: usize) -> Value {
    ODD[choice % ODD.len()].clone()
}

fn close(open: &mut Vec<Value>) {
    let node = open.pop().unwrap_or_default();
    add(open, "content", node);
}

fn add(open: &mut [Value], key: &str, value: Value) {
    if let Some(node) = open.last_mut() {
        match node[key].as_array_mut() {
            Some(items) => items.push(value),
            None => node[key] = Value::Array(vec![value]),
        }
    }
}

fn set(open: &mut [Value], key: &str, value: Value) {
    // The root keeps its list of nodes.
    if open.len() > 1
        && let Some(node) = open.last_mut()
    {
        node[key] = value;
    }
}
