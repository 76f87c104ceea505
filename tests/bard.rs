//! Bard as the real Statamic renders it: every row of its recorded answers, in both profiles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rhapsode::bard::blocks::{self, Block};
use rhapsode::bard::html::Renderer;
use rhapsode::bard::map::MapLinks;
use rhapsode::bard::node::Siblings;
use rhapsode::bard::{self, LinkState, Oddity, Options, Profile, href};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Oddities that Statamic renders without complaint.
const HARMLESS: [&str; 3] = ["unsafe_link", "reference_suffix", "too_deep"];

#[derive(Deserialize)]
struct Case {
    name: String,
    doc: Value,
    #[serde(default)]
    config: Value,
    map: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    html: Option<Value>,
    html_v6: Option<Value>,
    value: Option<Value>,
    #[serde(default)]
    error: bool,
}

/// Tells `"html": null` from no `html`.
fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

impl Case {
    fn expected(&self, profile: Profile) -> Option<&Value> {
        match profile {
            Profile::V6 => self.html_v6.as_ref().or(self.html.as_ref()),
            Profile::V5 => self.html.as_ref(),
        }
    }

    fn has_sets(&self) -> bool {
        self.config["sets"].is_object()
    }

    fn options<'a>(&self, links: &'a MapLinks, profile: Profile) -> Options<'a> {
        Options {
            profile,
            save_html: self.config["save_html"] == json!(true) && !self.has_sets(),
            ..Options::new(links)
        }
    }
}

fn shared() -> Option<PathBuf> {
    let shared =
        std::env::var_os("RHAPSODE_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join(shared);
    if shared.is_dir() {
        return Some(shared);
    }
    eprintln!(
        "SKIPPED: {} is missing; set RHAPSODE_SHARED",
        shared.display()
    );
    None
}

fn cases(shared: &Path) -> Vec<Case> {
    ["cases.json", "fuzz.json"]
        .iter()
        .flat_map(|file| {
            let text =
                fs::read_to_string(shared.join("oracle/bard").join(file)).expect("the oracle");
            serde_json::from_str::<Vec<Case>>(&text).expect("a list of cases")
        })
        .collect()
}

fn exceptions() -> BTreeMap<String, String> {
    let text = include_str!("bard_exceptions.json");
    serde_json::from_str(text).expect("names and reasons")
}

/// The one deviation that is not an error: links whose protocol could run code have no `href`.
fn without_unsafe_links(html: &str) -> String {
    let mut kept = String::new();
    let mut rest = html;
    while let Some(place) = rest.find(" href=\"") {
        let value = &rest[place + 7..];
        let end = value.find('"').expect("a closing quote");
        let is_unsafe = href::is_unsafe(&value[..end]);
        kept.push_str(&rest[..if is_unsafe { place } else { place + 8 + end }]);
        rest = &value[end + 1..];
    }
    kept + rest
}

fn harmful(oddities: &[Oddity]) -> Vec<&'static str> {
    let codes = oddities.iter().map(|oddity| oddity.code);
    codes.filter(|code| !HARMLESS.contains(code)).collect()
}

#[test]
fn html_equals_statamics_in_both_profiles() {
    let Some(shared) = shared() else { return };
    let exceptions = exceptions();
    let mut compared = 0;
    let mut wrong = Vec::new();
    for profile in [Profile::V5, Profile::V6] {
        for case in cases(&shared)
            .iter()
            .filter(|case| !exceptions.contains_key(&case.name))
        {
            let Some(expected) = case.expected(profile) else {
                continue;
            };
            let links = MapLinks::new(case.map.clone());
            let (html, oddities) = bard::html(&case.doc, &case.options(&links, profile));
            let expected = expected.as_str().map(without_unsafe_links);
            if html != expected || !harmful(&oddities).is_empty() {
                wrong.push(format!(
                    "{profile:?} {}\n  ours   {html:?}\n  theirs {expected:?}\n  {oddities:?}",
                    case.name
                ));
            }
            compared += 1;
        }
    }
    println!("{compared} answers compared, {} differ", wrong.len());
    assert!(compared > 1800 && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn text_blocks_and_sets_equal_statamics() {
    let Some(shared) = shared() else { return };
    let exceptions = exceptions();
    let mut compared = 0;
    for case in cases(&shared)
        .iter()
        .filter(|case| !exceptions.contains_key(&case.name))
    {
        let Some(Value::Array(expected)) = &case.value else {
            continue;
        };
        let links = MapLinks::new(case.map.clone());
        let ours = value(case, &links);
        assert_eq!(ours.len(), expected.len(), "{}", case.name);
        for (ours, theirs) in ours.iter().zip(expected) {
            // The fields of a declared set are another room's; those of an unknown one are raw.
            let is_declared = is_declared(case, ours["type"].as_str().unwrap_or_default());
            for (key, value) in ours.as_object().expect("a block") {
                let is_raw = matches!(key.as_str(), "type" | "id" | "text");
                assert!(
                    theirs.get(key) == Some(value) || (is_declared && !is_raw),
                    "{}: {key}",
                    case.name
                );
            }
        }
        compared += 1;
    }
    println!("{compared} values compared");
    assert!(compared > 15);
}

/// A field's blocks with the raw values of their sets.
fn value(case: &Case, links: &MapLinks) -> Vec<Value> {
    let tree = blocks::modern(&case.doc, |handle| is_declared(case, handle));
    let mut renderer = Renderer::new(&case.options(links, Profile::V5));
    let mut values = Vec::new();
    for block in blocks::split(&tree, &mut Vec::new()) {
        match block {
            Block::Text(nodes) => {
                renderer.run(Siblings::of_run(&nodes));
                values.push(json!({ "type": "text", "text": std::mem::take(&mut renderer.html) }));
            }
            Block::Set(set) => {
                let mut value = set.values.clone();
                value.insert("id".into(), set.id.cloned().unwrap_or_default());
                values.push(Value::Object(value));
            }
        }
    }
    values
}

/// Whether the case's blueprint gives the set fields.
fn is_declared(case: &Case, handle: &str) -> bool {
    let empty = Map::new();
    let sets = case.config["sets"].as_object().unwrap_or(&empty);
    let grouped = sets
        .values()
        .filter_map(|group| group.get("sets"))
        .filter_map(Value::as_object);
    let has_fields = |sets: &Map<String, Value>| {
        sets.get(handle)
            .is_some_and(|set| set.get("fields").is_some())
    };
    has_fields(sets) || grouped.into_iter().any(has_fields)
}

#[test]
fn where_statamic_gives_up_we_render_and_report_an_oddity() {
    let Some(shared) = shared() else { return };
    let mut reported = 0;
    for case in cases(&shared).iter().filter(|case| case.error) {
        let links = MapLinks::new(case.map.clone());
        let (html, mut oddities) = bard::html(&case.doc, &case.options(&links, Profile::V6));
        let _ = blocks::split(&case.doc, &mut oddities);
        assert!(html.is_some(), "{}", case.name);
        assert!(!harmful(&oddities).is_empty(), "{}", case.name);
        reported += 1;
    }
    println!("{reported} rows with an error rendered and reported");
    assert!(reported > 20);
}

#[test]
fn every_exception_is_a_row_that_needs_it() {
    let Some(shared) = shared() else { return };
    let cases = cases(&shared);
    let exceptions = exceptions();
    let names: BTreeSet<_> = cases.iter().map(|case| case.name.as_str()).collect();
    assert!(exceptions.len() < 40);
    for (name, reason) in &exceptions {
        assert!(
            names.contains(name.as_str()) && !reason.is_empty(),
            "{name}"
        );
    }
}

#[test]
fn the_seed_article_renders_byte_for_byte() {
    let Some(shared) = shared() else { return };
    let expected =
        fs::read_to_string(shared.join("oracle/seed.article.html")).expect("the golden HTML");
    let (html, oddities) = bard::html(&seed(&shared), &Options::new(&()));
    assert_eq!(html.as_deref(), Some(expected.trim_end_matches('\n')));
    assert_eq!(oddities, []);
}

fn seed(shared: &Path) -> Value {
    let file = fs::read_to_string(shared.join("seeds/client-server-model.md")).expect("the seed");
    let front_matter = file.split("---\n").nth(1).expect("front matter");
    let mut entry: Value = serde_yaml::from_str(front_matter).expect("YAML");
    entry["article"].take()
}

/// Calls `see` with each value below `value` that has the shape of a Bard tree.
fn each_tree(value: &Value, see: &mut impl FnMut(&Value)) {
    if bard::is_tree(value) {
        see(value);
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| each_tree(item, see)),
        Value::Object(map) => map.values().for_each(|value| each_tree(value, see)),
        _ => {}
    }
}

#[test]
fn every_bard_field_of_the_real_sites_gives_a_whole_body() {
    let Some(shared) = shared() else { return };
    let mut seen = 0;
    for file in fs::read_dir(shared.join("oracle/frontmatter"))
        .expect("the front matter")
        .flatten()
    {
        let lines = fs::read_to_string(file.path()).expect("JSON lines");
        for line in lines.lines() {
            let entry: Value = serde_json::from_str(line).expect("JSON");
            each_tree(&entry["d"], &mut |tree| {
                check_body(tree);
                seen += 1;
            });
        }
    }
    println!("{seen} trees");
    assert!(seen > 500);
}

fn check_body(tree: &Value) {
    let options = Options {
        heading_ids: true,
        ..Options::new(&())
    };
    let body = bard::body(tree, &options);
    assert_eq!(body.words == 0, body.reading_minutes == 0);
    for heading in &body.headings {
        assert!(
            body.html.contains(&format!("<h{} id=\"", heading.level)),
            "{heading:?}"
        );
    }
    for link in &body.links {
        assert_eq!(
            link.url.is_none(),
            matches!(link.state, LinkState::Missing | LinkState::Unsafe),
            "{link:?}"
        );
    }
}

#[test]
fn no_depth_overflows_the_stack() {
    const DEPTH: usize = 100_000;
    let mut tree = json!([{ "type": "text", "text": "deep" }]);
    for _ in 0..DEPTH {
        let mut node = json!({ "type": "blockquote" });
        node["content"] = tree;
        tree = json!([]);
        tree.as_array_mut().expect("a list").push(node);
    }
    let body = bard::body(&tree, &Options::new(&()));
    assert_eq!(
        body.html.len(),
        DEPTH * "<blockquote></blockquote>".len() + 4
    );
    assert_eq!(body.text, "deep");
    assert!(body.markdown.ends_with("deep\n"));
    assert_eq!(body.oddities.len(), 1);
    take_apart(tree);
}

/// Drops a tree level by level, which `Value` itself would do by recursion.
fn take_apart(mut tree: Value) {
    while let Some(mut node) = tree.as_array_mut().and_then(Vec::pop) {
        tree = node.get_mut("content").map_or(Value::Null, Value::take);
    }
}
