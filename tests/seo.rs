//! SEO of small projects on disk: here the vectors and the worked examples of spec/seo.md; its traps, the other addons,
//! the documents and the checks by other libraries stand in `seo/`.

#[path = "seo/choices.rs"]
mod choices;
#[path = "seo/dialects.rs"]
mod dialects;
#[path = "seo/documents.rs"]
mod documents;
#[path = "seo/node.rs"]
mod node;
#[path = "seo/traps_of_data.rs"]
mod traps_of_data;
#[path = "seo/traps_of_indexing.rs"]
mod traps_of_indexing;
#[path = "seo/traps_of_text.rs"]
mod traps_of_text;
#[path = "seo/tree.rs"]
mod tree;

use rhapsode::seo::input::{Forced, Indexing};
use rhapsode::seo::robots::{self, DecidedBy, State};
use rhapsode::seo::settings::Settings;
use rhapsode::seo::{Seo, text};
use serde_json::{Value, json};
use std::fs;
use tree::{Tree, copy, shared};

fn vectors() -> Option<Value> {
    let text = fs::read_to_string(shared()?.join("oracle/seo/vectors.json")).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

fn yaml(values: &Value) -> String {
    let lines = values
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| format!("{key}: {value}"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn robots_vectors() {
    let Some(vectors) = vectors() else { return };
    for row in vectors["robots"].as_array().unwrap() {
        let environment = row["environment"].as_str().unwrap();
        let is_closed = robots::environment_is_closed(environment, |_| row["global_flag"] == true);
        let forced = is_closed.then_some(Forced {
            by: DecidedBy::Environment,
            nofollow: true,
        });
        let indexing = Indexing {
            noindex: row["noindex"] == true,
            decided_by: DecidedBy::Entry,
        };
        let robots = robots::resolve(indexing, row["nofollow"] == true, &[], forced, true);
        assert_eq!(robots.content.as_deref(), row["content"].as_str(), "{row}");
    }
}

#[test]
fn noindex_vectors() {
    let Some(vectors) = vectors() else { return };
    for row in vectors["noindex"].as_array().unwrap() {
        let state = robots::state(&row["value"]).unwrap_or(State::Inherit);
        assert_eq!(
            format!("{state:?}").to_lowercase(),
            row["state"].as_str().unwrap(),
            "{row}"
        );
    }
}

#[test]
fn canonical_vectors() {
    let Some(vectors) = vectors() else { return };
    for row in vectors["canonical"].as_array().unwrap() {
        let tree = Tree::new()
            .post(&format!("title: T\n{}", yaml(&row["entry"])))
            .entry("pages", "other", "id: x\ntitle: X");
        let seo = tree
            .seo_globals(&json!({"sitemap_collections": ["posts"]}))
            .resolved();
        let warnings: Vec<Value> = seo
            .warnings
            .iter()
            .map(|warning| json!(warning)["code"].clone())
            .collect();
        let about_canonical: Vec<&Value> = warnings
            .iter()
            .filter(|code| code.as_str().unwrap().starts_with("canonical"))
            .collect();
        assert_eq!(json!(seo.canonical), row["canonical"], "{row}");
        assert_eq!(json!(seo.robots.content), row["robots"], "{row}");
        assert_eq!(
            json!(seo.sitemap.included),
            row["sitemap_included"],
            "{row}"
        );
        assert_eq!(json!(seo.sitemap.excluded_by), row["excluded_by"], "{row}");
        assert_eq!(json!(about_canonical), row["warnings"], "{row}");
    }
}

#[test]
fn title_vectors() {
    let Some(vectors) = vectors() else { return };
    for row in vectors["title"].as_array().unwrap() {
        let tree = Tree::new().post(&yaml(&row["entry"]));
        let tree = if row["globals"].is_null() {
            tree
        } else {
            tree.seo_globals(&row["globals"])
        };
        let seo = tree.resolved();
        assert_eq!(json!(seo.title), row["title"], "{row}");
        assert_eq!(json!(seo.og.title), row["og_title"], "{row}");
        assert_eq!(json!(seo.head.html.lines().next()), row["html"], "{row}");
    }
}

#[test]
fn text_and_truncation_vectors() {
    let Some(vectors) = vectors() else { return };
    for row in vectors["text"].as_array().unwrap() {
        assert_eq!(
            json!(text::plain(row["in"].as_str().unwrap())),
            row["plain"],
            "{row}"
        );
    }
    for row in vectors["truncate"].as_array().unwrap() {
        let out = text::truncate(row["in"].as_str().unwrap());
        assert_eq!(
            (json!(out), json!(out.chars().count())),
            (row["out"].clone(), row["len"].clone()),
            "{row}"
        );
    }
}

/// The whole object, its keys in the order of the specification.
fn assert_whole(seo: &Seo, example: &str) {
    let expected: Value = serde_json::from_str(example).unwrap();
    let ours = serde_json::to_value(seo).unwrap();
    assert_eq!(
        serde_json::to_string_pretty(&ours).unwrap(),
        serde_json::to_string_pretty(&expected).unwrap()
    );
}

#[test]
fn example_a_the_seed_alone_is_reproduced_whole() {
    let Some(shared) = shared() else { return };
    let seed = fs::read_to_string(shared.join("seeds/client-server-model.md")).unwrap();
    let tree = Tree::empty()
        .file("content/collections/anything/client-server-model.md", &seed)
        .base_url(None);
    let seo = tree.seo("7dc77816-0f92-4adb-80f6-6bc6e71453b8");
    assert_whole(
        &seo,
        &fs::read_to_string(shared.join("oracle/seo/example_a.json")).unwrap(),
    );
}

#[test]
fn example_b_with_globals_is_reproduced_whole() {
    let Some(shared) = shared() else { return };
    let mut tree = Tree::empty();
    copy(&shared.join("golden/synthetic/seed-heads/in"), &tree.root);
    for (path, meta) in [
        (
            "social_images/default-og.png",
            "data:\n  alt: 'Net Basics'\nsize: 1\nlast_modified: 1\nwidth: 1200\nheight: 630\nmime_type: image/png\n",
        ),
        (
            "images/logo.png",
            "data: {}\nsize: 1\nlast_modified: 1\nwidth: 512\nheight: 512\nmime_type: image/png\n",
        ),
    ] {
        let (container, name) = path.split_once('/').unwrap();
        tree = tree
            .file(&format!("public/{path}"), "")
            .file(&format!("public/{container}/.meta/{name}.yaml"), meta);
    }
    let tree = tree.settings(Settings {
        article_collections: vec!["posts".into()],
        ..Settings::default()
    });
    let seo = tree.seo("7dc77816-0f92-4adb-80f6-6bc6e71453b8");
    assert_whole(
        &seo,
        &fs::read_to_string(shared.join("oracle/seo/example_b.json")).unwrap(),
    );
}
