//! Traps T13 to T30 of spec/seo.md §5.2: URLs, indexing, sitemap values.

use crate::tree::{EXPLICIT, POST_URL, Tree, codes, post};
use rhapsode::seo::robots::DecidedBy;
use rhapsode::seo::settings::Settings;
use rhapsode::seo::sitemap_values::Excluded;
use rhapsode::seo::warning::Code;
use rhapsode::seo::{Seo, robots_txt};
use serde_json::json;

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
