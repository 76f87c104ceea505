//! Bard as the real Statamic renders it: every row of its recorded answers, in both profiles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rhapsode::bard::blocks::{self, Block};
use rhapsode::bard::html::{self, Renderer};
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
    let shared = std::env::var_os("RHAPSODE_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join(shared);
    if shared.is_dir() {
        return Some(shared);
    }
    eprintln!("SKIPPED: {} is missing; set RHAPSODE_SHARED", shared.display());
    None
}

fn cases(shared: &Path) -> Vec<Case> {
    ["cases.json", "fuzz.json"]
        .iter()
        .flat_map(|file| {
            let text = fs::read_to_string(shared.join("oracle/bard").join(file)).expect("the oracle");
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
        for case in cases(&shared).iter().filter(|case| !exceptions.contains_key(&case.name)) {
            let Some(expected) = case.expected(profile) else { continue };
            let links = MapLinks::new(case.map.clone());
            let (html, oddities) = bard::html(&case.doc, &case.options(&links, profile));
            let expected = expected.as_str().map(without_unsafe_links);
            if html != expected || !harmful(&oddities).is_empty() {
                wrong.push(format!("{profile:?} {}\n  ours   {html:?}\n  theirs {expected:?}\n  {oddities:?}", case.name));
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
    for case in cases(&shared).iter().filter(|case| !exceptions.contains_key(&case.name)) {
        let Some(Value::Array(expected)) = &case.value else { continue };
        let links = MapLinks::new(case.map.clone());
        let ours = value(case, &links);
        assert_eq!(ours.len(), expected.len(), "{}", case.name);
        for (ours, theirs) in ours.iter().zip(expected) {
            // The fields of a declared set are another room's; those of an unknown one are raw.
            let is_declared = is_declared(case, ours["type"].as_str().unwrap_or_default());
            for (key, value) in ours.as_object().expect("a block") {
                let is_raw = matches!(key.as_str(), "type" | "id" | "text");
                assert!(!(is_raw || !is_declared) || theirs.get(key) == Some(value), "{}: {key}", case.name);
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
    let grouped = sets.values().filter_map(|group| group.get("sets")).filter_map(Value::as_object);
    let has_fields = |sets: &Map<String, Value>| sets.get(handle).is_some_and(|set| set.get("fields").is_some());
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
        assert!(names.contains(name.as_str()) && !reason.is_empty(), "{name}");
    }
}

#[test]
fn the_seed_article_renders_byte_for_byte() {
    let Some(shared) = shared() else { return };
    let expected = fs::read_to_string(shared.join("oracle/seed.article.html")).expect("the golden HTML");
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
    for file in fs::read_dir(shared.join("oracle/frontmatter")).expect("the front matter").flatten() {
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
        assert!(body.html.contains(&format!("<h{} id=\"", heading.level)), "{heading:?}");
    }
    for link in &body.links {
        assert_eq!(link.url.is_none(), matches!(link.state, LinkState::Missing | LinkState::Unsafe), "{link:?}");
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
    assert_eq!(body.html.len(), DEPTH * "<blockquote></blockquote>".len() + 4);
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

#[test]
fn links_that_a_browser_could_run_have_no_href() {
    let hrefs = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "java\tscript:alert(1)",
        "\u{1}javascript:alert(1)",
        "javascript\u{200b}:alert(1)",
        "&#106;avascript:alert(1)",
        "&#x6A;avascript&colon;alert(1)",
        "java&Tab;script:alert(1)",
        "vbscript:x",
        "data:text/html,<script>alert(1)</script>",
    ];
    for href in hrefs {
        let mark = json!({ "type": "link", "attrs": { "href": href } });
        let tree = json!([{ "type": "text", "text": "x", "marks": [mark] }]);
        let string = json!(format!("<a href=\"{href}\" title=\"t\">x</a>"));
        for profile in [Profile::V5, Profile::V6] {
            let options = Options { profile, ..Options::new(&()) };
            let (html, oddities) = bard::html(&tree, &options);
            assert_eq!((html.as_deref(), oddities[0].code), (Some("<a>x</a>"), "unsafe_link"), "{href:?}");
            assert_eq!(bard::html(&string, &options).0.as_deref(), Some("<a title=\"t\">x</a>"), "{href:?}");
        }
        assert_eq!(bard::body(&tree, &Options::new(&())).links[0].state, LinkState::Unsafe);
    }
}

#[test]
fn harmless_links_keep_their_href() {
    for href in ["/javascript:x", "#data:x", "https://x.y/?q=javascript:x", "javascripts", "mailto:data@x.y"] {
        let mark = json!({ "type": "link", "attrs": { "href": href } });
        let tree = json!([{ "type": "text", "text": "x", "marks": [mark] }]);
        let html = bard::html(&tree, &Options::new(&())).0;
        assert_eq!(html, Some(format!("<a href=\"{href}\">x</a>")));
    }
}

#[test]
fn statamic_6_drops_unknown_protocols_and_5_keeps_them() {
    for (href, is_kept) in [("foo:bar", false), ("h5:bar", true), ("XMPP:x", true), ("foo/bar:baz", true), (" ", false)] {
        assert_eq!(href::is_allowed(href), is_kept, "{href}");
    }
    let mark = json!({ "type": "link", "attrs": { "href": "foo:bar" } });
    let tree = json!([{ "type": "text", "text": "x", "marks": [mark] }]);
    let html = |profile| bard::html(&tree, &Options { profile, ..Options::new(&()) }).0;
    assert_eq!(html(Profile::V5).as_deref(), Some("<a href=\"foo:bar\">x</a>"));
    assert_eq!(html(Profile::V6).as_deref(), Some("<a>x</a>"));
}

#[test]
fn numbers_are_printed_as_php_prints_them() {
    let numbers = [
        ("1.5", "1.5"),
        ("0.1", "0.1"),
        ("1e25", "1.0E+25"),
        ("1.5e-7", "1.5E-7"),
        ("0.0001", "0.0001"),
        ("3.141592653589793", "3.1415926535898"),
        ("100000.0", "100000"),
        ("1e15", "1000000000000000"),
        ("123456789012345.5", "1.2345678901235E+14"),
        ("18446744073709551615", "1.844674407371E+19"),
        ("-0.0", "-0"),
    ];
    for (number, printed) in numbers {
        let text: Value = serde_json::from_str(number).expect("a number");
        let html = bard::html(&json!([{ "type": "text", "text": text }]), &Options::new(&())).0;
        assert_eq!(html.as_deref(), Some(printed));
    }
}

fn paragraph(text: &str) -> Value {
    json!({ "type": "paragraph", "content": [{ "type": "text", "text": text }] })
}

fn heading(text: &str) -> Value {
    json!({ "type": "heading", "attrs": { "level": 2 }, "content": [{ "type": "text", "text": text }] })
}

#[test]
fn heading_ids_are_unique_and_the_same_in_html_and_outline() {
    let tree = json!([heading("What's new?"), heading("What’s new"), heading("!"), heading("Whats new 2"), heading("Été")]);
    let options = Options { heading_ids: true, ..Options::new(&()) };
    let body = bard::body(&tree, &options);
    let ids: Vec<_> = body.headings.iter().map(|heading| heading.id.as_str()).collect();
    assert_eq!(ids, ["whats-new", "whats-new-2", "section", "whats-new-2-2", "été"]);
    assert!(body.html.contains("<h2 id=\"whats-new-2-2\">") && body.html.contains("<h2 id=\"&eacute;t&eacute;\">"));
    assert!(!bard::body(&tree, &Options::new(&())).html.contains("id="));
}

#[test]
fn an_html_string_gives_all_that_a_tree_gives() {
    let links = MapLinks::new(Some(json!({ "entry::x": "/x", "asset::a::b.png": { "url": "/b.png", "alt": "B" } })));
    let source = "<h2>One</h2><p>Two <b>three</b>&nbsp;<a href=\"statamic://entry::x?q#f\">four</a></p>\
                  <h2 id=\"own\">One</h2><ul><li>five<li>six</ul><img src=\"statamic://asset::a::b.png\">";
    let options = Options { heading_ids: true, save_html: true, ..Options::new(&links) };
    let body = bard::body(&json!(source), &options);
    assert!(body.html.starts_with("<h2 id=\"one\">One</h2><p>Two <b>three</b>&nbsp;<a href=\"/x?q#f\">four</a>"));
    assert!(body.html.contains("<h2 id=\"own\">One</h2>") && body.html.ends_with("<img src=\"/b.png\">"));
    assert_eq!(body.text, "One\n\nTwo three\u{a0}four\n\nOne\n\nfive\nsix");
    assert_eq!(body.markdown, "## One\n\nTwo **three**\u{a0}[four](/x?q#f)\n\n## One\n\n- five\n- six\n\n![B](/b.png)\n");
    assert_eq!(body.headings[1].id, "own");
    assert_eq!((body.words, body.reading_minutes), (7, 1));
    assert_eq!((body.links[0].kind, body.links[0].state), ("entry", LinkState::Ok));
    assert_eq!(body.images[0].src.as_deref(), Some("/b.png"));
}

#[test]
fn a_body_names_its_links_with_their_state() {
    let links = MapLinks::new(Some(json!({
        "entry::here": "/here", "entry::draft": { "url": "/d", "hidden": true }, "entry::nowhere": { "url": null },
    })));
    let expected = [
        ("statamic://entry::here#a", "entry", LinkState::Ok, Some("/here#a")),
        ("statamic://entry::draft", "entry", LinkState::Draft, Some("/d")),
        ("statamic://entry::nowhere", "entry", LinkState::NoRoute, None),
        ("statamic://term::tags::gone", "term", LinkState::Missing, None),
        ("https://x.y", "url", LinkState::External, Some("https://x.y")),
        ("/local", "url", LinkState::Ok, Some("/local")),
        ("mailto:a@b.c", "mail", LinkState::External, Some("mailto:a@b.c")),
        ("tel:1", "phone", LinkState::External, Some("tel:1")),
        ("#there", "anchor", LinkState::Ok, Some("#there")),
    ];
    for (href, kind, state, url) in expected {
        let mark = json!({ "type": "link", "attrs": { "href": href } });
        let tree = json!([{ "type": "paragraph", "content": [
            { "type": "text", "text": "a", "marks": [mark.clone()] },
            { "type": "text", "text": "b", "marks": [{ "type": "bold" }, mark] },
        ]}]);
        let body = bard::body(&tree, &Options::new(&links));
        let [link] = &body.links[..] else { panic!("{:?}", body.links) };
        assert_eq!((link.kind, link.state, link.url.as_deref(), link.text.as_str()), (kind, state, url, "ab"));
    }
}

#[test]
fn text_has_blocks_lines_and_tabs() {
    let item = |text| json!({ "type": "listItem", "content": [paragraph(text)] });
    let cell = |text| json!({ "type": "tableCell", "content": [paragraph(text)] });
    let tree = json!([
        { "type": "paragraph", "content": [
            { "type": "text", "text": " one\n two" }, { "type": "hardBreak" }, { "type": "text", "text": "three " },
        ]},
        { "type": "bulletList", "content": [item("four"), item("five")] },
        { "type": "table", "content": [
            { "type": "tableRow", "content": [cell(""), cell("six")] },
            { "type": "tableRow", "content": [cell("seven"), cell("eight")] },
        ]},
        { "type": "codeBlock", "content": [{ "type": "text", "text": "  nine\n\tten\n" }] },
        { "type": "set", "attrs": { "values": { "type": "quote", "quote": "eleven" } } },
    ]);
    let body = bard::body(&tree, &Options::new(&()));
    assert_eq!(body.text, "one two\nthree\n\nfour\nfive\n\n\tsix\nseven\teight\n\n  nine\n\tten");
    assert_eq!(
        body.markdown,
        "one two\\\nthree\n\n- four\n- five\n\n|  | six |\n| --- | --- |\n| seven | eight |\n\n\
         ```\n  nine\n\tten\n\n```\n"
    );
    assert_eq!(body.words, 10);
    assert_eq!(body.oddities, []);
}

#[test]
fn disabled_sets_join_what_stood_around_them() {
    let set = |enabled: bool| json!({ "type": "set", "attrs": { "enabled": enabled, "values": { "type": "s" } } });
    let tree = json!([paragraph("a"), set(false), paragraph("b"), set(true), paragraph("c")]);
    let blocks = blocks::split(&tree, &mut Vec::new());
    let [Block::Text(first), Block::Set(set), Block::Text(last)] = &blocks[..] else { panic!("{blocks:?}") };
    assert_eq!((first.len(), set.handle, last.len()), (2, "s", 1));
    assert!(blocks::has_sets(&tree));
}

#[test]
fn legacy_data_is_read_as_a_tree() {
    let legacy = json!([{ "type": "text", "text": "<p>Hi <b>you</b></p>" }, { "type": "image", "caption": "C" }]);
    let tree = blocks::modern(&legacy, |handle| handle == "image");
    let body = bard::body(&tree, &Options::new(&()));
    assert_eq!(body.html, "<p>Hi <strong>you</strong></p>");
    assert_eq!(blocks::modern(&legacy, |_| false).as_ref(), &legacy);
    let blocks = blocks::split(&tree, &mut Vec::new());
    assert!(matches!(blocks[1], Block::Set(set) if set.handle == "image" && set.values["caption"] == "C"));
}

#[test]
fn a_tree_is_told_from_other_lists() {
    assert!(bard::is_tree(&json!([paragraph("a"), { "type": "bullet_list", "content": [] }])));
    for other in [
        json!([]),
        json!("x"),
        json!([{ "type": "text", "text": "x", "id": "a" }]),
        json!([{ "type": "hero", "title": "x" }]),
        json!([paragraph("a"), 1]),
        json!({ "type": "paragraph" }),
    ] {
        assert!(!bard::is_tree(&other), "{other}");
    }
}

#[test]
fn rendering_appends_and_leaves_the_tree_as_it_was() {
    let tree = json!([paragraph("a")]);
    let before = tree.to_string();
    let mut out = "<main>".to_owned();
    html::render(&tree, &Options::new(&()), &mut out, &mut Vec::new());
    assert_eq!((out.as_str(), tree.to_string()), ("<main><p>a</p>", before));
}
