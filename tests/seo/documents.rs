//! Documents made of many pages: feeds and the report.

use rhapsode::seo;
use rhapsode::seo::feed::{self, Feed};
use rhapsode::seo::report::{self, Report};
use rhapsode::seo::sitemap;
use rhapsode::site::view::View;
use serde_json::{Value, json};

use crate::tree::{Tree, now};

/// A feed of two posts, one of them with markup in its title.
pub fn feed() -> Feed {
    let tree = Tree::new()
        .file(
            "content/collections/posts.yaml",
            "title: Posts\nroute: '/posts/{slug}'\ndate: true\n",
        )
        .entry(
            "posts",
            "2026-01-02.a",
            "id: a\ntitle: 'A & <b>'\nseo_description: 'One & two'\nupdated_at: 1767202791",
        )
        .entry("posts", "2026-01-01.b", "id: b\ntitle: B");
    let items = ["a", "b"].into_iter().filter_map(|id| {
        let seo = tree.seo(id);
        let title = seo.og.title.clone().unwrap();
        let item = feed::item(id, &title, &seo)?;
        Some(feed::Item {
            html: Some(format!("<p>{id} ]]> & more</p>")),
            author: Some("Ada".into()),
            ..item
        })
    });
    Feed {
        title: "Posts & more".into(),
        description: "What is new".into(),
        home_url: "https://www.example.com/posts".into(),
        feed_url: "https://www.example.com/feeds/posts".into(),
        language: "en-US".into(),
        items: items.collect(),
    }
}

#[test]
fn a_feed_says_the_same_in_three_formats() {
    let feed = feed();
    let (rss, atom, json) = (feed::rss(&feed), feed::atom(&feed), feed::json_feed(&feed));
    assert!(
        rss.contains("<pubDate>Fri, 2 Jan 2026 00:00:00 +0000</pubDate>"),
        "{rss}"
    );
    assert!(rss.contains("<description>One &amp; two</description>"));
    assert!(atom.contains("<published>2026-01-02T00:00:00Z</published>"));
    assert!(
        atom.contains("<content type=\"html\">&lt;p&gt;a ]]&gt; &amp;amp; more")
            || atom.contains("&lt;p&gt;a ]]&gt; &amp; more")
    );
    assert_eq!(json["items"][0]["date_published"], "2026-01-02T00:00:00Z");
    assert_eq!(json["items"][1]["content_html"], "<p>b ]]> & more</p>");
    assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
}

#[test]
fn what_must_not_be_listed_is_in_no_feed() {
    let seo = crate::tree::post("title: T\nseo_noindex: true");
    assert_eq!(feed::item("x", "T", &seo), None);
}

fn report_of(tree: &Tree) -> Report {
    let site = tree.link();
    let project = tree.project(&site);
    let pages: Vec<_> = site
        .entries
        .iter()
        .map(|entry| {
            report::page(
                &entry.id,
                &entry.site,
                &seo::entry(&View::new(&site, now(), &entry.site), entry, &project),
            )
        })
        .collect();
    let navigated = report::navigated(&site);
    report::of_pages(&pages, |id| navigated.contains(id))
}

#[test]
fn the_report_finds_duplicates_gaps_and_contradictions() {
    let long = "x".repeat(80);
    let tree = Tree::new()
        .seo_globals(&json!({}))
        .file("content/navigation/main.yaml", "title: Main\n")
        .file(
            "content/trees/navigation/main.yaml",
            "tree:\n  - entry: a\n    children:\n      - entry: hidden\n",
        )
        .entry("posts", "a", "title: Same\nseo_description: Same")
        .entry("posts", "b", "title: Same\nseo_description: Same")
        .entry("posts", "hidden", "title: Same\nseo_noindex: true")
        .entry(
            "posts",
            "long",
            &format!("title: {long}\nsitemap_priority: high"),
        )
        .entry(
            "posts",
            "lost",
            "title: L\nseo_canonical_type: current\nseo_canonical_current: gone",
        )
        .entry(
            "posts",
            "other",
            "title: O\nseo_canonical_type: current\nseo_canonical_current: hidden",
        );
    let report = report_of(&tree);
    let ids = |pages: &[report::Page]| pages.iter().map(|page| page.id.clone()).collect::<Vec<_>>();
    assert_eq!((report.pages, report.listed), (6, 5));
    assert_eq!(
        (
            report.duplicate_titles.len(),
            ids(&report.duplicate_titles[0].pages)
        ),
        (1, vec!["a".into(), "b".into()])
    );
    assert_eq!(ids(&report.duplicate_descriptions[0].pages), ["a", "b"]);
    assert_eq!(ids(&report.missing_descriptions), ["long", "lost", "other"]);
    assert_eq!(ids(&report.noindex_in_navigation), ["hidden"]);
    assert_eq!(ids(&report.broken_canonicals), ["lost"]);
    assert_eq!(ids(&report.canonical_to_noindex), ["other"]);
    assert_eq!(
        (ids(&report.long_titles), ids(&report.invalid_values)),
        (vec!["long".into()], vec!["long".into()])
    );
    let written: Value = serde_json::to_value(&report.long_titles).unwrap();
    assert_eq!(
        written,
        json!([{"id": "long", "site": "default", "url": "https://www.example.com/posts/long"}])
    );
}

/// A sitemap of a site in the order of its settings: `pages` before `posts`.
pub fn site_sitemap() -> Vec<sitemap::Page> {
    let tree = Tree::new()
        .seo_globals(&json!({"sitemap_collections": ["pages", "posts"]}))
        .entry("posts", "a", "title: A\nupdated_at: 1767202791")
        .entry("posts", "b", "title: B\nseo_noindex: true")
        .entry("pages", "z", "title: Z");
    let site = tree.link();
    sitemap::of_site(&View::new(&site, now(), "default"), &tree.project(&site))
}

#[test]
fn a_sitemap_follows_the_order_of_its_settings() {
    let urls: Vec<String> = site_sitemap().into_iter().map(|page| page.loc).collect();
    assert_eq!(
        urls,
        [
            "https://www.example.com/z",
            "https://www.example.com/posts/a"
        ]
    );
}

#[test]
fn terms_stand_below_collections_where_the_settings_say_so() {
    let globals = json!({"sitemap_taxonomies": ["tags"], "sitemap_collection_taxonomies": [{"taxonomy": "tags", "collections": ["posts"]}]});
    let tree = Tree::new()
        .seo_globals(&globals)
        .file("content/taxonomies/tags.yaml", "title: Tags\n")
        .file("content/taxonomies/tags/x.yaml", "title: X\n")
        .file(
            "content/taxonomies/tags/y.yaml",
            "title: Y\nseo_noindex: true\n",
        );
    let site = tree.link();
    let pages = sitemap::of_site(&View::new(&site, now(), "default"), &tree.project(&site));
    let urls: Vec<String> = pages.into_iter().map(|page| page.loc).collect();
    assert_eq!(
        urls,
        [
            "https://www.example.com/tags/x",
            "https://www.example.com/posts/tags/x"
        ]
    );
}
