//! Documents made of many pages: feeds and sitemaps.

use rhapsode::seo::feed::{self, Feed};
use rhapsode::seo::sitemap;
use rhapsode::store::Item;
use serde_json::json;

use crate::tree::Tree;

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

/// The sitemap of a site in the order of its settings: `pages` before `posts`.
pub fn site_sitemap() -> Vec<sitemap::Page> {
    let tree = Tree::new()
        .seo_globals(&json!({"sitemap_collections": ["pages", "posts"]}))
        .entry("posts", "a", "title: A\nupdated_at: 1767202791")
        .entry("posts", "b", "title: B\nseo_noindex: true")
        .entry("pages", "z", "title: Z");
    sitemap_of(tree.import().items, "default")
}

/// What items add to a site's sitemap, in its order.
pub fn sitemap_of(items: Vec<Item>, site: &str) -> Vec<sitemap::Page> {
    let items = items.into_iter().filter(|item| item.site == site);
    let public = items.filter(|item| item.published);
    let mut listed: Vec<sitemap::Listed> = public.flat_map(|item| item.sitemap).collect();
    listed.sort_by(|a, b| (a.rank, &a.page.loc).cmp(&(b.rank, &b.page.loc)));
    listed.into_iter().map(|listed| listed.page).collect()
}

fn urls(pages: Vec<sitemap::Page>) -> Vec<String> {
    pages.into_iter().map(|page| page.loc).collect()
}

#[test]
fn a_sitemap_follows_the_order_of_its_settings() {
    let expected = [
        "https://www.example.com/z",
        "https://www.example.com/posts/a",
    ];
    assert_eq!(urls(site_sitemap()), expected);
}

#[test]
fn terms_stand_below_collections_where_the_settings_say_so() {
    let globals = json!({"sitemap_taxonomies": ["tags"], "sitemap_collection_taxonomies": [{"taxonomy": "tags", "collections": ["posts", "posts"]}]});
    let tree = Tree::new()
        .seo_globals(&globals)
        .file("content/taxonomies/tags.yaml", "title: Tags\n")
        .file("content/taxonomies/tags/x.yaml", "title: X\n")
        .file(
            "content/taxonomies/tags/y.yaml",
            "title: Y\nseo_noindex: true\n",
        );
    let expected = [
        "https://www.example.com/tags/x",
        "https://www.example.com/posts/tags/x",
    ];
    assert_eq!(urls(sitemap_of(tree.import().items, "default")), expected);
}

#[test]
fn a_priority_is_a_decimal_and_never_has_an_exponent() {
    let element = |stored: &str| {
        let tree = Tree::new().post(&format!("title: T\nsitemap_priority: {stored}"));
        sitemap::element(&sitemap_of(tree.import().items, "default")[0])
    };
    for (stored, printed) in [
        ("1", "1.0"),
        ("0", "0.0"),
        ("0.75", "0.75"),
        ("0.0000001", "0.0000001"),
    ] {
        let expected = format!("<priority>{printed}</priority>");
        assert!(element(stored).contains(&expected), "{stored}");
    }
}
