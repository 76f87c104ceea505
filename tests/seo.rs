//! SEO of small projects on disk: the vectors, the worked examples and the traps of spec/seo.md, by their numbers.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use rhapsode::seo::dialect::Dialect;
use rhapsode::seo::dialect::addon_files::AddonFiles;
use rhapsode::seo::input::{Forced, Indexing};
use rhapsode::seo::redirects::{self, Redirects};
use rhapsode::seo::robots::{self, DecidedBy, State};
use rhapsode::seo::settings::Settings;
use rhapsode::seo::sitemap_values::Excluded;
use rhapsode::seo::warning::Code;
use rhapsode::seo::{self, Project, Seo, robots_txt, sitemap, text};
use rhapsode::site::view::View;
use rhapsode::{content, fields, site};
use serde_json::{Value, json};

const EXPLICIT: &str =
    "index, follow, max-snippet:-1, max-image-preview:large, max-video-preview:-1";
const POST: &str = "the-client-server-model";
const POST_URL: &str = "https://www.example.com/posts/the-client-server-model";

fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("RHAPSODE_SHARED").map(PathBuf::from);
    let shared = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let is_there = shared.join("oracle/seo/vectors.json").is_file();
    if !is_there {
        println!(
            "skipped: {} has no oracle/seo/vectors.json",
            shared.display()
        );
    }
    is_there.then_some(shared)
}

/// A project on disk that goes away with the test.
struct Tree {
    root: PathBuf,
    base_url: Option<String>,
    environment: String,
    settings: Settings,
    addon_files: AddonFiles,
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Tree {
    fn empty() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "rhapsode-seo-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let root = std::env::temp_dir().join(name);
        fs::create_dir_all(root.join("content")).unwrap();
        Self {
            root,
            base_url: Some("https://www.example.com".into()),
            environment: "production".into(),
            settings: Settings::default(),
            addon_files: AddonFiles::new(),
        }
    }

    /// A project with the collections `posts` and `pages` and nothing in them.
    fn new() -> Self {
        Self::empty()
            .file(
                "content/collections/posts.yaml",
                "title: Posts\nroute: '/posts/{slug}'\n",
            )
            .file(
                "content/collections/pages.yaml",
                "title: Pages\nroute: '/{slug}'\n",
            )
    }

    fn file(self, path: &str, text: &str) -> Self {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// An entry of the collection `posts` with the slug `the-client-server-model`.
    fn post(self, front_matter: &str) -> Self {
        self.entry("posts", POST, front_matter)
    }

    fn entry(self, collection: &str, slug: &str, front_matter: &str) -> Self {
        let id = if front_matter.contains("id:") {
            String::new()
        } else {
            format!("id: {slug}\n")
        };
        self.file(
            &format!("content/collections/{collection}/{slug}.md"),
            &format!("---\n{id}{front_matter}\n---\n"),
        )
    }

    fn globals(self, set: &str, values: &Value) -> Self {
        self.file(
            &format!("content/globals/{set}.yaml"),
            &json!({"title": set, "data": values}).to_string(),
        )
    }

    fn seo_globals(self, values: &Value) -> Self {
        self.globals("seo", values)
    }

    fn environment(mut self, name: &str) -> Self {
        name.clone_into(&mut self.environment);
        self
    }

    fn base_url(mut self, url: Option<&str>) -> Self {
        self.base_url = url.map(str::to_owned);
        self
    }

    fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    fn addon_file(mut self, path: &str, values: Value) -> Self {
        let Value::Object(values) = values else {
            panic!("{path} is no mapping")
        };
        self.addon_files.insert(path.into(), values);
        self
    }

    fn link(&self) -> site::Site {
        let read = content::Settings {
            base_url: self.base_url.clone(),
            ..content::Settings::default()
        };
        let settings = site::Settings {
            base_url: self.base_url.clone(),
            api_url: None,
            profile: None,
            timezone: jiff::tz::TimeZone::UTC,
            app_name: None,
            environment: self.environment.clone(),
        };
        site::Site::link(content::read(&self.root, &read).unwrap(), settings)
    }

    fn project(&self, site: &site::Site) -> Project {
        Project::new(site, self.settings.clone(), &self.addon_files)
    }

    fn seo(&self, id: &str) -> Seo {
        let site = self.link();
        let entry = site
            .entry(id)
            .unwrap_or_else(|| panic!("no entry {id}; {:?}", site.content.problems));
        seo::entry(
            &View::new(&site, now(), &entry.site),
            entry,
            &self.project(&site),
        )
    }

    /// What the one post resolves to.
    fn resolved(&self) -> Seo {
        self.seo(POST)
    }
}

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn post(front_matter: &str) -> Seo {
    Tree::new().post(front_matter).resolved()
}

fn codes(seo: &Seo) -> Vec<Code> {
    seo.warnings.iter().map(|warning| warning.code).collect()
}

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

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::write(&target, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

#[test]
fn a_request_can_leave_out_each_member_and_each_form_of_the_head() {
    let seo = post("title: T");
    let template = seo::template(&seo);
    let whole: Value = serde_json::from_str(&fields::splice::whole(&template)).unwrap();
    assert_eq!(whole, serde_json::to_value(&seo).unwrap());
    let mut cut = String::new();
    fields::splice::cut(
        &template,
        &|_, key| matches!(key, "title" | "head" | "html"),
        &mut cut,
    );
    let cut: Value = serde_json::from_str(&cut).unwrap();
    assert_eq!(cut, json!({"title": "T", "head": {"html": seo.head.html}}));
}

#[test]
fn t01_ampersands_and_quotes_are_plain_in_json_and_escaped_once_in_html() {
    let globals = json!({"site_name": "S", "json_ld_type": "person", "person_name": "A & \"B\""});
    let seo = Tree::new()
        .seo_globals(&globals)
        .post("title: 'Tom & \"Jerry\"'")
        .resolved();
    assert_eq!(seo.og.title.as_deref(), Some("Tom & \"Jerry\""));
    assert!(
        seo.head
            .html
            .contains("<title>Tom &amp; \"Jerry\" | S</title>")
    );
    assert!(
        seo.head
            .html
            .contains("property=\"og:title\" content=\"Tom &amp; &quot;Jerry&quot;\"")
    );
    assert!(seo.head.html.contains(r#""name":"A \u0026 \"B\"""#));
}

#[test]
fn t02_entities_are_decoded_once_and_encoded_once() {
    let seo = post("title: 'Tom &amp; Jerry'");
    assert_eq!(seo.title.as_deref(), Some("Tom & Jerry"));
    assert!(seo.head.html.starts_with("<title>Tom &amp; Jerry</title>"));
}

#[test]
fn t03_a_doubly_encoded_text_is_decoded_once_only() {
    let seo = post("title: '&amp;lt;b&amp;gt;'\nseo_description: '&amp;lt;b&amp;gt;'");
    assert_eq!(
        (seo.title.as_deref(), seo.description.as_deref()),
        (Some("&lt;b&gt;"), Some("&lt;b&gt;"))
    );
}

#[test]
fn t04_a_tag_in_a_title_is_text_there_and_stripped_elsewhere() {
    let seo = post("title: 'The <div> element'");
    assert_eq!(
        (seo.title.as_deref(), seo.og.title.as_deref()),
        (Some("The <div> element"), Some("The element"))
    );
}

#[test]
fn t05_neither_a_title_nor_json_ld_ends_its_own_element() {
    let json_ld = "schema_jsonld: '{\"a\": \"</script><script>alert(1)</script>\"}'";
    let seo = post(&format!(
        "title: '</title><script>alert(1)</script>'\n{json_ld}"
    ));
    assert!(
        seo.head
            .html
            .contains("<title>&lt;/title&gt;&lt;script&gt;")
    );
    assert!(
        seo.head
            .html
            .contains(r#"{"a":"\u003c/script\u003e\u003cscript"#)
    );
    assert_eq!(seo.head.html.matches("<script").count(), 1);
}

#[test]
fn t06_typographic_characters_stay_and_no_break_spaces_become_spaces() {
    let seo = post("title: \"user\\u2011facing\\u00a0app – done\"");
    assert_eq!(seo.title.as_deref(), Some("user\u{2011}facing app – done"));
    assert!(seo.head.html.contains("user\u{2011}facing app – done"));
}

#[test]
fn t07_a_description_is_one_line_without_tags_and_its_markdown_is_text() {
    let seo = post("title: T\nseo_description: \"one\\n\\n<b>two</b> **three**\"");
    assert_eq!(seo.description.as_deref(), Some("one two **three**"));
}

#[test]
fn t08_stripped_block_elements_leave_a_space() {
    assert_eq!(
        text::plain("<p>a</p><p>b<br>c</p>").as_deref(),
        Some("a b c")
    );
    assert_eq!(text::plain("un<b>broken</b>").as_deref(), Some("unbroken"));
}

#[test]
fn t09_a_cut_counts_characters_of_the_decoded_text_and_breaks_none() {
    let cut = text::truncate(&"👩‍💻é ".repeat(60));
    assert!(cut.chars().count() <= 157 && cut.ends_with("..."), "{cut}");
    let seo = Tree::new()
        .seo_globals(&json!({"collection_defaults": [{"collection": "posts", "fallback": "field", "field_handle": "teaser"}]}))
        .post(&format!("title: T\nteaser: '{}'", "&amp; ".repeat(100)))
        .resolved();
    assert_eq!(seo.description.unwrap(), format!("{}&...", "& ".repeat(76)));
}

#[test]
fn t10_a_bard_field_as_fallback_gives_its_text() {
    let bard = "body:\n  - {type: heading, content: [{type: text, text: Head}]}\n  - {type: paragraph, content: [{type: text, text: 'a <b>'}, {type: hard_break}, {type: text, text: c}]}\n  - {type: set, attrs: {values: {type: x, text: no}}}";
    let globals = json!({"collection_defaults": [{"collection": ["posts"], "fallback": "field", "field_handle": "body"}]});
    let seo = Tree::new()
        .seo_globals(&globals)
        .post(&format!("title: T\n{bard}"))
        .resolved();
    assert_eq!(seo.description.as_deref(), Some("Head a <b> c"));
    assert_eq!(seo.sources.description.as_deref(), Some("entry.body"));
}

#[test]
fn t11_antlers_is_text_in_ordinary_fields_and_names_are_replaced_where_the_addon_does() {
    let row = |text: &str| json!({"site_name": "S", "change_page_title": [{"collection": "posts", "manipulate_title": "custom_text", "custom_text": text}]});
    let seo = Tree::new()
        .seo_globals(&row(
            "{{ slug }}/{{ site_name }}/{{ collection:title }}/{{ now format=\"Y\" }}",
        ))
        .post("title: '{{ title }}'")
        .resolved();
    assert_eq!(
        seo.title.as_deref(),
        Some("{{ title }} | the-client-server-model/S/Posts/ | S")
    );
    assert!(codes(&seo).contains(&Code::AntlersUnsupported));
    assert_eq!(seo.og.title.as_deref(), Some("{{ title }}"));
}

#[test]
fn t12_invalid_json_ld_is_left_out_with_a_warning() {
    for stored in ["'{broken: json,}'", "{code: null}", "'\"text\"'"] {
        let seo = post(&format!("title: T\nschema_jsonld: {stored}"));
        assert!(
            seo.json_ld.is_empty() && codes(&seo).contains(&Code::JsonLdInvalid),
            "{stored}"
        );
    }
    let seo = post(
        "title: T\nschema_jsonld: {code: '<script type=\"application/ld+json\">{\"@type\": \"A\", \"n\": \"{{ title }}\"}</script>', mode: javascript}",
    );
    assert_eq!(seo.json_ld, [json!({"@type": "A", "n": "T"})]);
    assert_eq!(
        post("title: T\nschema_jsonld: '[{\"@type\": \"A\"}]'").json_ld,
        [json!([{"@type": "A"}])]
    );
}

#[test]
fn t13_without_a_base_url_there_is_no_absolute_url_and_a_warning() {
    let seo = Tree::new().base_url(None).post("title: T").resolved();
    assert_eq!(
        (seo.canonical, seo.og.url, seo.sitemap.loc),
        (None, None, None)
    );
    assert!(
        seo.warnings
            .iter()
            .any(|warning| warning.code == Code::MissingBaseUrl)
    );
    assert_eq!(
        (seo.title.as_deref(), seo.sitemap.excluded_by),
        (Some("T"), Some(Excluded::NoUrl))
    );
}

#[test]
fn t14_a_base_url_keeps_its_path_and_loses_its_slash() {
    let seo = Tree::new()
        .base_url(Some("https://x.y/blog/"))
        .post("title: T")
        .resolved();
    assert_eq!(
        seo.canonical.as_deref(),
        Some("https://x.y/blog/posts/the-client-server-model")
    );
}

#[test]
fn t15_a_site_url_may_be_a_path_absolute_or_antlers() {
    let canonical = |url: &str| {
        let sites = format!("default:\n  name: S\n  url: '{url}'\n  locale: en_US\n");
        Tree::new()
            .file("resources/sites.yaml", &sites)
            .post("title: T")
            .resolved()
            .canonical
            .unwrap()
    };
    assert_eq!(canonical("/"), POST_URL);
    assert_eq!(
        canonical("/de/"),
        "https://www.example.com/de/posts/the-client-server-model"
    );
    assert_eq!(
        canonical("https://other.test/"),
        "https://other.test/posts/the-client-server-model"
    );
    assert_eq!(
        canonical("{{ config:app:url }}/en"),
        "https://www.example.com/en/posts/the-client-server-model"
    );
}

#[test]
fn t16_an_external_canonical_must_be_an_absolute_web_address() {
    for stored in [
        "/relative",
        "other.test/a",
        "javascript:alert(1)",
        "https://",
        "''",
        "'https://a b'",
    ] {
        let seo = post(&format!(
            "title: T\nseo_canonical_type: external\nseo_canonical_external: {stored}"
        ));
        assert!(
            seo.canonical.is_none() && codes(&seo).contains(&Code::CanonicalNotAbsolute),
            "{stored}"
        );
    }
}

#[test]
fn t17_a_canonical_to_nothing_is_none_and_not_the_home_page() {
    for target in ["gone", "draft"] {
        let tree = Tree::new().entry("pages", "draft", "title: D\npublished: false");
        let seo = tree
            .post(&format!(
                "title: T\nseo_canonical_type: current\nseo_canonical_current: {target}"
            ))
            .seo_globals(&json!({}))
            .resolved();
        assert!(
            seo.canonical.is_none() && codes(&seo).contains(&Code::CanonicalTargetMissing),
            "{target}"
        );
    }
}

#[test]
fn t18_noindex_leaves_no_canonical() {
    let seo = post(
        "title: T\nseo_noindex: noindex\nseo_canonical_type: external\nseo_canonical_external: https://o.test/",
    );
    assert_eq!(
        (seo.canonical.as_deref(), seo.sources.canonical.as_deref()),
        (None, None)
    );
}

#[test]
fn t19_a_canonical_elsewhere_keeps_a_page_out_of_the_sitemap() {
    let seo =
        post("title: T\nseo_canonical_type: external\nseo_canonical_external: https://o.test/");
    assert_eq!(seo.sitemap.excluded_by, Some(Excluded::CanonicalElsewhere));
    assert_eq!(
        (seo.canonical.as_deref(), seo.canonical_is_self),
        (Some("https://o.test/"), false)
    );
}

#[test]
fn t20_noindex_keeps_a_page_out_of_the_sitemap_and_out_of_no_robots_txt() {
    let tree = Tree::new().post("title: T\nseo_noindex: true");
    assert_eq!(tree.resolved().sitemap.excluded_by, Some(Excluded::Noindex));
    let site = tree.link();
    assert!(!robots_txt::of_project(&site, &tree.project(&site)).contains("Disallow"));
}

#[test]
fn t21_nofollow_alone_changes_nothing_else() {
    let seo = Tree::new()
        .post("title: T\nseo_nofollow: true")
        .seo_globals(&json!({"sitemap_collections": ["posts"]}))
        .resolved();
    assert_eq!(seo.robots.content.as_deref(), Some("nofollow"));
    assert_eq!(
        (seo.canonical.as_deref(), seo.sitemap.included),
        (Some(POST_URL), true)
    );
}

#[test]
fn t22_noindex_is_read_in_every_spelling() {
    let index = |stored: &str| {
        post(&format!("title: T\nseo_noindex: {stored}"))
            .robots
            .index
    };
    assert_eq!(
        ["true", "1", "'true'", "'1'", "yes", "NoIndex", "noindex"].map(index),
        [false; 7]
    );
    assert_eq!(
        [
            "false", "'false'", "0", "null", "''", "no", "inherit", "index", "maybe"
        ]
        .map(index),
        [true; 9]
    );
    assert!(codes(&post("title: T\nseo_noindex: maybe")).contains(&Code::UnknownValue));
}

fn with_collection_default(stored: &str) -> Seo {
    let globals =
        json!({"collection_indexing_defaults": [{"collection": "posts", "noindex": "noindex"}]});
    Tree::new()
        .seo_globals(&globals)
        .post(&format!("title: T\nseo_noindex: {stored}"))
        .resolved()
}

#[test]
fn t23_a_stored_false_inherits_the_collections_noindex() {
    let seo = with_collection_default("false");
    assert_eq!(
        (seo.robots.content.as_deref(), seo.robots.decided_by),
        (Some("noindex"), DecidedBy::Collection)
    );
    assert_eq!(
        (seo.canonical, seo.sitemap.excluded_by),
        (None, Some(Excluded::Noindex))
    );
    assert!(with_collection_default("index").robots.index);
}

#[test]
fn t24_a_stored_true_is_noindex_in_content_of_every_version() {
    let seo = with_collection_default("true");
    assert_eq!(
        (seo.robots.index, seo.robots.decided_by),
        (false, DecidedBy::Entry)
    );
}

#[test]
fn t25_an_unknown_environment_is_closed() {
    let seo = Tree::new()
        .environment("preview")
        .post("title: T")
        .resolved();
    assert_eq!(
        (seo.robots.content.as_deref(), seo.robots.decided_by),
        (Some("noindex, nofollow"), DecidedBy::Environment)
    );
    assert_eq!(seo.canonical.as_deref(), Some(POST_URL));
}

#[test]
fn t26_the_environment_is_the_servers_and_only_its_own_flag_counts() {
    let globals = json!({"noindex_local": true, "noindex_staging": true, "noindex_production": false, "environment": "production"});
    let content = |environment: &str| {
        Tree::new()
            .environment(environment)
            .seo_globals(&globals)
            .post("title: T")
            .resolved()
            .robots
            .content
            .unwrap()
    };
    assert_eq!(
        [content("staging"), content("local")],
        ["noindex, nofollow"; 2]
    );
    assert_eq!(content("production"), EXPLICIT);
}

#[test]
fn t27_a_priority_is_a_number_between_zero_and_one() {
    let priority = |stored: &str| {
        post(&format!("title: T\nsitemap_priority: {stored}"))
            .sitemap
            .priority
            .to_string()
    };
    assert_eq!(
        ["'0,8'", "1", "1.5", "-1", "high", "0", "null"].map(priority),
        ["0.8", "1", "1", "0", "0.5", "0", "0.5"]
    );
    assert!(codes(&post("title: T\nsitemap_priority: high")).contains(&Code::InvalidNumber));
}

#[test]
fn t28_a_change_frequency_is_a_word_of_the_protocol() {
    let frequency = |stored: &str| {
        post(&format!("title: T\nsitemap_change_frequency: {stored}"))
            .sitemap
            .changefreq
    };
    assert_eq!(
        ["Monthly", "sometimes", "null"].map(frequency),
        ["monthly", "weekly", "weekly"]
    );
    assert!(
        codes(&post("title: T\nsitemap_change_frequency: sometimes")).contains(&Code::UnknownValue)
    );
}

#[test]
fn t29_updated_at_is_read_in_every_form_and_never_guessed() {
    let lastmod = |stored: &str| {
        let settings = Settings {
            lastmod_from_mtime: false,
            ..Settings::default()
        };
        Tree::new()
            .settings(settings)
            .post(&format!("title: T\nupdated_at: {stored}"))
            .resolved()
            .sitemap
            .lastmod
    };
    let expected = Some("2025-12-31T17:39:51Z".to_owned());
    for stored in [
        "1767202791",
        "'1767202791'",
        "'2025-12-31T17:39:51Z'",
        "'2025-12-31 17:39:51'",
    ] {
        assert_eq!(lastmod(stored), expected, "{stored}");
    }
    assert_eq!(lastmod("null"), None);
}

#[test]
fn t30_an_entry_without_a_route_has_no_url_but_a_title() {
    let tree = Tree::empty()
        .file("content/collections/posts.yaml", "title: Posts\n")
        .post("title: T");
    let seo = tree.resolved();
    assert_eq!(
        (
            seo.sitemap.excluded_by,
            seo.canonical.as_deref(),
            seo.title.as_deref()
        ),
        (Some(Excluded::NoUrl), None, Some("T"))
    );
}

/// A tree whose container `social_images` holds one image with its meta file and one without.
fn with_images() -> Tree {
    let meta = "data: {alt: Alt, focus: 30-70-1}\nsize: 1\nlast_modified: 1\nwidth: 10\nheight: 20\nmime_type: image/png\n";
    Tree::new()
        .file(
            "content/assets/social_images.yaml",
            "title: S\ndisk: social_images\n",
        )
        .file("public/social_images/a.png", "")
        .file("public/social_images/.meta/a.png.yaml", meta)
        .file("public/social_images/vector.svg", "<svg/>")
        .file("public/social_images/sub dir/ü #1.jpg", "")
}

fn image(stored: &str) -> Seo {
    with_images()
        .post(&format!("title: T\nog_image: {stored}"))
        .resolved()
}

#[test]
fn t31_an_image_is_a_path_a_list_a_reference_or_a_url_and_a_missing_one_falls_back() {
    let url = |stored: &str| image(stored).og.image.map(|image| image.url);
    let expected = Some("https://www.example.com/social_images/a.png".to_owned());
    assert_eq!(
        ["a.png", "[a.png]", "social_images::a.png"].map(url),
        [expected.clone(), expected.clone(), expected.clone()]
    );
    assert_eq!(
        url("https://cdn.test/x.png").as_deref(),
        Some("https://cdn.test/x.png")
    );
    let seo = image("gone.png");
    assert!(
        seo.og.image.is_none()
            && codes(&seo).contains(&Code::AssetMissing)
            && codes(&seo).contains(&Code::OgImageMissing)
    );
    let seo = with_images()
        .seo_globals(&json!({"og_image": "a.png"}))
        .post("title: T\nog_image: gone.png")
        .resolved();
    assert_eq!(
        (
            seo.og.image.map(|image| image.url),
            seo.sources.og_image.as_deref()
        ),
        (expected, Some("globals.og_image"))
    );
}

#[test]
fn t32_an_image_that_networks_reject_is_kept_with_a_warning() {
    let seo = image("vector.svg");
    assert!(seo.og.image.is_some() && codes(&seo).contains(&Code::OgImageFormat));
}

#[test]
fn t33_without_a_meta_file_the_size_of_an_image_is_not_guessed() {
    let known = image("a.png").og.image.unwrap();
    assert_eq!(
        (
            known.width,
            known.height,
            known.alt.as_deref(),
            known.media_type.as_deref()
        ),
        (Some(10), Some(20), Some("Alt"), Some("image/png"))
    );
    let unknown = image("vector.svg").og.image.unwrap();
    assert_eq!(
        (unknown.width, unknown.height, unknown.alt),
        (None, None, None)
    );
}

#[test]
fn t34_a_file_name_is_percent_encoded() {
    let url = image("'sub dir/ü #1.jpg'").og.image.unwrap().url;
    assert_eq!(
        url,
        "https://www.example.com/social_images/sub%20dir/%C3%BC%20%231.jpg"
    );
}

#[test]
fn t35_a_separator_is_trimmed_and_decoded() {
    let title = |separator: &str| {
        Tree::new()
            .seo_globals(&json!({"site_name": "S", "title_separator": separator}))
            .post("title: T")
            .resolved()
            .title
            .unwrap()
    };
    assert_eq!(
        [title(" · "), title("·"), title("&#124;"), title("")],
        ["T · S", "T · S", "T | S", "T | S"]
    );
}

#[test]
fn t36_a_separator_is_escaped_in_html_only() {
    let seo = Tree::new()
        .seo_globals(&json!({"site_name": "S", "title_separator": ">"}))
        .post("title: T")
        .resolved();
    assert_eq!(seo.title_parts.separator, ">");
    assert!(seo.head.html.starts_with("<title>T &gt; S</title>"));
}

/// Two sites with one translated post; the German one says `german` in its file.
fn translated(german: &str) -> Tree {
    let sites = "default: {name: EN, url: /, locale: en_US}\nde: {name: DE, url: /de/, locale: de_DE.utf8}\n";
    Tree::empty()
        .file("resources/sites.yaml", sites)
        .file(
            "content/collections/posts.yaml",
            "title: Posts\nroute: '/posts/{slug}'\nsites: [default, de]\n",
        )
        .file(
            "content/collections/posts/default/the-client-server-model.md",
            "---\nid: the-client-server-model\ntitle: T\nseo_title: Own\nog_title: OG\n---\n",
        )
        .file(
            "content/collections/posts/de/modell.md",
            &format!("---\nid: modell\norigin: the-client-server-model\n{german}\n---\n"),
        )
        .file("content/globals/seo.yaml", "title: SEO\n")
        .file(
            "content/globals/default/seo.yaml",
            "hreflang_auto: true\nsitemap_collections: [posts]\n",
        )
        .file("content/globals/de/seo.yaml", "origin: default\n")
}

#[test]
fn t37_an_absent_key_is_inherited_and_an_empty_one_is_empty() {
    let german = |yaml: &str| translated(yaml).seo("modell");
    let inherited = german("slug: m");
    assert_eq!(
        (inherited.title.as_deref(), inherited.og.title.as_deref()),
        (Some("Own"), Some("OG"))
    );
    assert_eq!(inherited.raw_inherited, ["seo_title", "og_title"]);
    for empty in ["og_title: null", "og_title: ''"] {
        assert_eq!(german(empty).og.title.as_deref(), Some("Own"), "{empty}");
    }
}

#[test]
fn t38_a_canonical_type_means_what_its_addon_says() {
    let fields = "title: T\nseo_canonical_type: entry\nseo_canonical_entry: x";
    let tree = |package: &str| {
        let lock = json!({"packages": [{"name": package, "version": "v3.0.0"}]}).to_string();
        Tree::new()
            .file("composer.lock", &lock)
            .entry("pages", "other", "id: x\ntitle: X")
            .post(fields)
            .resolved()
    };
    assert_eq!(
        tree("studio1902/statamic-peak-seo").canonical.as_deref(),
        Some(POST_URL)
    );
    assert_eq!(
        tree("aerni/advanced-seo").canonical.as_deref(),
        Some("https://www.example.com/other")
    );
    let unsure = post("title: T\nseo_canonical_type: current");
    assert_eq!(
        (unsure.canonical.as_deref(), unsure.dialect),
        (Some(POST_URL), Dialect::Peak)
    );
    assert!(codes(&unsure).contains(&Code::DialectAmbiguous));
}

#[test]
fn t39_two_sites_of_one_locale_give_one_alternative() {
    let sites = "default: {name: EN, url: /, locale: en_US}\nde: {name: DE, url: /de/, locale: de_DE}\nus: {name: US, url: /us/, locale: en_US}\n";
    let tree = translated("slug: m")
        .file("resources/sites.yaml", sites)
        .file(
            "content/collections/posts.yaml",
            "title: Posts\nroute: '/posts/{slug}'\nsites: [default, de, us]\n",
        )
        .file(
            "content/collections/posts/us/model.md",
            "---\nid: model\norigin: the-client-server-model\n---\n",
        );
    let seo = tree.resolved();
    let alternates: Vec<_> = seo
        .hreflang
        .iter()
        .map(|other| (other.hreflang.as_str(), other.site.as_str()))
        .collect();
    assert_eq!(
        alternates,
        [
            ("en-US", "default"),
            ("de-DE", "de"),
            ("x-default", "default")
        ]
    );
    assert!(codes(&seo).contains(&Code::HreflangDuplicate));
}

#[test]
fn t40_a_locale_loses_its_encoding() {
    let seo = translated("slug: m").seo("modell");
    let codes: Vec<_> = seo
        .hreflang
        .iter()
        .map(|other| other.hreflang.as_str())
        .collect();
    assert_eq!(
        (codes, seo.og.locale.as_str()),
        (vec!["de-DE", "en-US", "x-default"], "de_DE")
    );
    let sites = "default: {name: ZH, url: /, locale: zh_Hans_CN}\n";
    let seo = Tree::new()
        .file("resources/sites.yaml", sites)
        .post("title: T")
        .resolved();
    assert_eq!(seo.og.locale, "zh_Hans_CN");
    assert_eq!(rhapsode::seo::hreflang::code("zh_Hans_CN"), "zh-Hans-CN");
}

#[test]
fn t41_a_term_is_resolved_like_an_entry_by_its_taxonomy() {
    let globals = json!({"taxonomy_indexing_defaults": [{"taxonomy": "tags", "noindex": "noindex"}], "sitemap_taxonomies": ["tags"]});
    let tree = Tree::new()
        .seo_globals(&globals)
        .file("content/taxonomies/tags.yaml", "title: Tags\n")
        .file("content/taxonomies/tags/a.yaml", "title: A\n")
        .file(
            "content/taxonomies/tags/b.yaml",
            "title: B\nseo_noindex: index\n",
        )
        .file(
            "content/taxonomies/tags/c.yaml",
            "title: C\nseo_noindex: true\n",
        );
    let site = tree.link();
    let project = tree.project(&site);
    let view = View::new(&site, now(), "default");
    let robots = |slug: &str| {
        let seo = seo::term(&view, site.term("tags", slug, "default").unwrap(), &project);
        (
            seo.robots.index,
            seo.robots.decided_by,
            seo.sitemap.included,
        )
    };
    assert_eq!(robots("a"), (false, DecidedBy::Taxonomy, false));
    assert_eq!(robots("b"), (true, DecidedBy::Entry, true));
    assert_eq!(robots("c"), (false, DecidedBy::Entry, false));
}

#[test]
fn t42_the_404_page_is_resolved_like_any_other() {
    let tree = Tree::new()
        .globals("configuration", &json!({"error_404_entry": "gone"}))
        .entry("pages", "gone", "title: Gone\nseo_noindex: noindex");
    let seo = tree.seo_globals(&json!({})).seo("gone");
    assert_eq!(
        (seo.title.as_deref(), seo.robots.content.as_deref()),
        (Some("Gone"), Some("noindex"))
    );
}

fn redirects_of(rows: &Value) -> Redirects {
    let tree = Tree::new()
        .post("title: T")
        .globals("redirects", &json!({"redirects": rows}));
    let site = tree.link();
    redirects::of_site(&View::new(&site, now(), "default"))
}

#[test]
fn t43_a_redirect_to_itself_is_dropped_and_a_catch_all_comes_last() {
    let redirects = redirects_of(&json!([
        {"url_old": "/same", "external_url": "/same/"},
        {"url_old": "#.*#", "external_url": "/all", "response": {"value": "302"}},
        {"url_old": "#[bad#", "external_url": "/x"},
        {"url_old": "/old/", "internal_url": POST, "response": 308},
        {"url_old": "/gone", "internal_url": "missing"},
        {"url_old": "/gone", "external_url": "/later"},
    ]));
    let found = |path: &str| {
        redirects
            .find(path)
            .map(|redirect| (redirect.status, redirect.to.clone().unwrap()))
    };
    assert_eq!(
        found("/old?x=1"),
        Some((308, "/posts/the-client-server-model".into()))
    );
    assert_eq!(found("/same"), Some((302, "/all".into())));
    assert_eq!(found("/gone"), None);
    let codes: Vec<Code> = redirects
        .warnings
        .iter()
        .map(|warning| warning.code)
        .collect();
    assert_eq!(
        codes,
        [
            Code::RedirectTargetMissing,
            Code::RedirectToItself,
            Code::RedirectRegexInvalid
        ]
    );
}

#[test]
fn t44_a_sitemap_line_of_robots_txt_is_not_repeated() {
    let line = "Sitemap: https://www.example.com/sitemap.xml";
    let tree = Tree::new()
        .seo_globals(&json!({"robots": format!("User-agent: *\nDisallow: /x\n{line}\n")}))
        .post("title: T");
    let site = tree.link();
    let text = robots_txt::of_project(&site, &tree.project(&site));
    assert_eq!(text, format!("User-agent: *\nDisallow: /x\n{line}\n"));
    let from_file = robots_txt::text(
        None,
        Some("User-agent: *\r\nSitemap: https://old.test/a.xml\r\n"),
        Some("https://x/sitemap.xml"),
    );
    assert_eq!(
        from_file,
        "User-agent: *\n\nSitemap: https://x/sitemap.xml\n"
    );
}

fn pages(count: usize) -> impl Iterator<Item = sitemap::Page> {
    (0..count).map(|number| sitemap::Page {
        loc: format!("https://www.example.com/posts/{number:06}?a=1&b=2"),
        lastmod: Some(format!("2026-01-{:02}T00:00:00Z", number % 28 + 1)),
        changefreq: "weekly".into(),
        priority: 0.5,
        alternates: Vec::new(),
    })
}

#[test]
fn t45_a_sitemap_is_split_at_50_000_urls_or_50_mb_one_file_at_a_time() {
    let mut files = sitemap::files(pages(120_000), sitemap::Limits::default());
    let counts: Vec<usize> = files.by_ref().map(|file| file.urls).collect();
    assert_eq!(counts, [50_000, 50_000, 20_000]);
    let limits = sitemap::Limits {
        bytes: 10_000,
        ..sitemap::Limits::default()
    };
    let files: Vec<_> = sitemap::files(pages(200), limits).collect();
    assert!(
        files.len() > 1
            && files
                .iter()
                .all(|file| file.xml.len() <= 10_000 && file.xml.ends_with("</urlset>\n"))
    );
    assert_eq!(files.iter().map(|file| file.urls).sum::<usize>(), 200);
    let index = sitemap::index(
        files
            .iter()
            .map(|file| ("https://x/sitemap-1.xml", file.lastmod.as_deref())),
    );
    assert!(index.contains("<sitemap><loc>https://x/sitemap-1.xml</loc><lastmod>2026-01-28T00:00:00Z</lastmod></sitemap>"));
    assert!(files[0].xml.contains("?a=1&amp;b=2</loc>"));
    assert_eq!(
        sitemap::files([], sitemap::Limits::default())
            .map(|file| file.urls)
            .collect::<Vec<_>>(),
        [0]
    );
}

#[test]
fn t46_a_draft_in_a_preview_is_closed_to_search_engines() {
    let seo = post("title: T\npublished: false");
    assert_eq!(
        (seo.robots.content.as_deref(), seo.robots.decided_by),
        (Some("noindex, nofollow"), DecidedBy::Environment)
    );
    assert_eq!(seo.sitemap.excluded_by, Some(Excluded::Unpublished));
}

/// The header itself is HTTP's business; what it links to is not.
#[test]
fn t47_the_link_header_of_an_answer_can_name_the_pages_canonical() {
    let seo = post("title: T");
    assert_eq!(seo.canonical.as_deref(), Some(POST_URL));
    assert!(seo.canonical_is_self);
}

#[test]
fn language_alternatives_are_reciprocal_and_at_least_two() {
    assert_eq!(translated("slug: m").resolved().hreflang.len(), 3);
    for german in [
        "seo_noindex: noindex",
        "seo_canonical_type: external\nseo_canonical_external: https://o.test/",
        "published: false",
    ] {
        assert!(
            translated(german).resolved().hreflang.is_empty(),
            "{german}"
        );
    }
}

#[test]
fn a_canonical_entry_is_localized_to_the_pages_site() {
    let target = "title: L\nslug: l";
    let tree = translated("seo_canonical_type: current\nseo_canonical_current: l-en")
        .file(
            "content/collections/posts/default/l.md",
            &format!("---\nid: l-en\n{target}\n---\n"),
        )
        .file(
            "content/collections/posts/de/l-de.md",
            "---\nid: l-de\norigin: l-en\n---\n",
        );
    assert_eq!(
        tree.seo("modell").canonical.as_deref(),
        Some("https://www.example.com/de/posts/l-de")
    );
}

#[test]
fn peak_strict_says_what_peak_says() {
    let settings = Settings {
        peak_strict: true,
        article_collections: vec!["posts".into()],
        ..Settings::default()
    };
    let seo = translated("seo_noindex: noindex")
        .settings(settings)
        .resolved();
    assert_eq!(
        (seo.og.kind, seo.twitter.card, seo.hreflang.len()),
        ("website", None, 2)
    );
    assert!(!seo.head.html.contains("twitter:"));
}

#[test]
fn an_image_service_is_asked_for_a_crop_around_the_focal_point() {
    let template = "https://img.test/{path}?w=1200&h=630&fp-x={fx}&fp-y={fy}".to_owned();
    let settings = Settings {
        image_template: Some(template),
        ..Settings::default()
    };
    let image = with_images()
        .settings(settings)
        .post("title: T\nog_image: a.png")
        .resolved()
        .og
        .image
        .unwrap();
    assert_eq!(
        image.url,
        "https://img.test/a.png?w=1200&h=630&fp-x=0.3&fp-y=0.7"
    );
    assert_eq!((image.width, image.height), (Some(1200), Some(630)));
}

#[test]
fn article_schema_is_made_where_settings_ask_for_it() {
    let settings = Settings {
        article_schema: true,
        article_collections: vec!["posts".into()],
        ..Settings::default()
    };
    let seo = Tree::new()
        .settings(settings)
        .post("title: T\nseo_description: D\nupdated_at: 1767202791")
        .resolved();
    let article = &seo.json_ld[0];
    assert_eq!(
        (
            &article["@type"],
            &article["headline"],
            &article["dateModified"]
        ),
        (
            &json!("Article"),
            &json!("T"),
            &json!("2025-12-31T17:39:51Z")
        )
    );
}

fn in_dialect(package: &str, front_matter: &str) -> Tree {
    let lock = json!({"packages": [{"name": package, "version": "v2.0.0"}]}).to_string();
    Tree::new().file("composer.lock", &lock).post(front_matter)
}

#[test]
fn advanced_seo_cascades_from_the_entry_to_the_collection() {
    let tree = in_dialect("aerni/advanced-seo", "title: T\nteaser: A teaser\nseo_title: '@default'\nseo_description: '@field:teaser'\nseo_noindex: '@default'")
        .addon_file("content/seo/site/general.yaml", json!({"data": {"site_name": "S", "title_separator": "-"}}))
        .addon_file("content/seo/collections/posts.yaml", json!({"data": {"seo_noindex": true, "seo_site_name_position": "start"}}));
    let seo = tree.resolved();
    assert_eq!(
        (seo.title.as_deref(), seo.description.as_deref()),
        (Some("S - T"), Some("A teaser"))
    );
    assert_eq!(
        (seo.robots.index, seo.robots.decided_by, seo.dialect),
        (false, DecidedBy::Collection, Dialect::AdvancedSeo)
    );
}

#[test]
fn advanced_seo_3_fills_tokens_in() {
    let tree = in_dialect(
        "aerni/advanced-seo",
        "title: T\nseo_title: '{{ title }} {{ separator }} {{ site_name }}'\nseo_noarchive: true",
    )
    .addon_file(
        "content/seo/site/default/defaults.yaml",
        json!({"site_name": "S", "separator": "/"}),
    );
    let seo = tree.resolved();
    assert_eq!(
        (seo.title.as_deref(), seo.robots.content.as_deref()),
        (Some("T / S"), Some("noarchive"))
    );
}

#[test]
fn seo_pro_follows_field_references_and_its_cascade() {
    let fields = "title: T\ncontent: Body text\nseo: {title: '@seo:title', robots: [noindex, nofollow], sitemap: false}";
    let tree = in_dialect("statamic/seo-pro", fields)
        .addon_file("content/seo.yaml", json!({"site_name": "S", "site_name_separator": "|", "description": "@seo:content", "priority": 0.7}));
    let seo = tree.resolved();
    assert_eq!(
        (seo.title.as_deref(), seo.description.as_deref()),
        (Some("T | S"), Some("Body text"))
    );
    assert_eq!(
        (
            seo.robots.content.as_deref(),
            seo.sitemap.priority.to_string().as_str()
        ),
        (Some("noindex, nofollow"), "0.7")
    );
    let off = in_dialect("statamic/seo-pro", "title: T\nseo: false").resolved();
    assert_eq!(
        (off.enabled, off.head.html.as_str(), off.sitemap.excluded_by),
        (false, "", Some(Excluded::EntryDisabled))
    );
    assert_eq!(serde_json::to_value(&off).unwrap()["enabled"], false);
}

#[test]
fn aardvark_ors_its_switches_and_composes_its_titles() {
    let folder = "storage/statamic/addons/aardvark-seo";
    let tree = in_dialect(
        "withcandour/aardvark-seo",
        "title: T\nmeta_description: D\nno_follow_links: true\nno_index_page: false",
    )
    .addon_file(
        &format!("{folder}/aardvark_general.yaml"),
        json!({"default": {"site_name": "S", "title_separator": "-"}}),
    )
    .addon_file(
        &format!("{folder}/aardvark_defaults/collections_posts.yaml"),
        json!({"default": {"no_index_page": true}}),
    );
    let seo = tree.resolved();
    assert_eq!(
        (seo.title.as_deref(), seo.og.title.as_deref()),
        (Some("T - S"), Some("T - S"))
    );
    assert_eq!(
        (seo.robots.content.as_deref(), seo.canonical),
        (Some("noindex, nofollow"), None)
    );
}

#[test]
fn the_addon_is_told_by_a_pages_keys_where_the_project_tells_nothing() {
    let dialect = |fields: &str| post(&format!("title: T\n{fields}")).dialect;
    assert_eq!(dialect("seo: {title: A}"), Dialect::SeoPro);
    assert_eq!(dialect("meta_title: A"), Dialect::Aardvark);
    assert_eq!(dialect("seo_og_title: A"), Dialect::AdvancedSeo);
    assert_eq!(dialect("seo_title: '@default'"), Dialect::AdvancedSeo);
    assert_eq!(dialect("seo_title: A"), Dialect::Peak);
    assert_eq!(dialect("subtitle: A"), Dialect::None);
}
