//! Bard: bytes that are JSON become a tree, other bytes an HTML string; every output is made of both.

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

fn every_output(input: &[u8], links: &MapLinks) {
    let value = serde_json::from_slice(input)
        .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(input)));
    let options = Options {
        profile: if input.len() % 2 == 0 {
            Profile::V5
        } else {
            Profile::V6
        },
        heading_ids: true,
        save_html: true,
        links,
    };
    let body = bard::body(&value, &options);
    assert!(
        body.html.len() < 4096 + input.len() * 24,
        "the HTML grows out of all proportion"
    );
    assert_eq!(body.words == 0, body.reading_minutes == 0);
    let _ = bard::html(&value, &options);
    let tree = blocks::modern(&value, |handle| handle == "image");
    let _ = blocks::split(&tree, &mut Vec::new());
    let _ = bard::is_tree(&value);
}
