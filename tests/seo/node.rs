//! Heads, sitemaps and feeds in the libraries that will read them: unhead, Next's types, the sitemaps.org schema, a feed
//! parser. Needs Node and `npm ci` in `tests/seo_node`; says so and skips where they are missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rhapsode::seo::settings::Settings;
use rhapsode::seo::{Seo, feed, sitemap};
use serde_json::{Value, json};

use crate::documents;
use crate::tree::{Tree, post, translated, with_images};

fn checks() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seo_node");
    let has_node = Command::new("node")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !has_node {
        println!("skipped: there is no node to run tests/seo_node/check.mjs");
    } else if !folder.join("node_modules").is_dir() {
        println!("skipped: run `npm ci` in {} first", folder.display());
    }
    (has_node && folder.join("node_modules").is_dir()).then_some(folder)
}

/// Heads with every kind of tag, and with text that wants to break out.
fn heads() -> Vec<(&'static str, Seo)> {
    let globals = json!({
        "site_name": "Net & \"Co\"", "title_separator": ">", "json_ld_type": "organization", "organization_name": "A </script> & B",
        "use_google_site_verification": true, "google_site_verification": "abc\"123", "twitter_handle": "@x", "og_image": "a.png",
        "breadcrumbs": true,
    });
    let nasty = "title: '</title><script>alert(1)</script> & \"T\" ''s'\nseo_description: 'a \"b\" <c & d'\nschema_jsonld: '{\"x\": \"</script>\"}'";
    let article = Settings {
        article_collections: vec!["posts".into()],
        article_schema: true,
        ..Settings::default()
    };
    let sites = "default: {name: EN, url: /, locale: en_US}\nde: {name: DE, url: /de/, locale: de_DE}\nfr: {name: FR, url: /fr/, locale: fr_FR}\n";
    let three = translated("slug: m")
        .file("resources/sites.yaml", sites)
        .file(
            "content/collections/posts.yaml",
            "title: Posts\nroute: '/posts/{slug}'\nsites: [default, de, fr]\n",
        )
        .file(
            "content/collections/posts/fr/modele.md",
            "---\nid: modele\norigin: the-client-server-model\n---\n",
        );
    vec![
        ("bare", post("title: T")),
        ("nothing", post("subtitle: S")),
        (
            "everything",
            with_images()
                .seo_globals(&globals)
                .settings(article)
                .post(&format!("{nasty}\nupdated_at: 1767202791"))
                .resolved(),
        ),
        ("languages", three.resolved()),
        ("noindex", post("title: T\nseo_noindex: true")),
        ("nofollow", post("title: T\nseo_nofollow: true")),
        (
            "closed",
            Tree::new()
                .environment("staging")
                .seo_globals(&json!({"noindex_staging": true}))
                .post("title: T")
                .resolved(),
        ),
    ]
}

#[test]
fn the_libraries_that_read_our_documents_understand_them() {
    let Some(folder) = checks() else { return };
    let heads: Vec<Value> = heads().iter().map(|(name, seo)| {
        json!({"name": name, "html": seo.head.html, "unhead": seo.head.unhead, "next": seo.head.next})
    }).collect();
    let feed = documents::feed();
    let items = feed.items.len();
    let elements: String = documents::site_sitemap()
        .iter()
        .map(sitemap::element)
        .collect();
    let sitemap = format!("{}{elements}{}", sitemap::OPEN, sitemap::CLOSE);
    let index = sitemap::index([
        (
            "https://www.example.com/sitemap-1.xml",
            Some("2026-01-28T00:00:00Z"),
        ),
        ("https://www.example.com/sitemap-2.xml", None),
    ]);
    let input = json!({
        "heads": heads,
        "sitemaps": [sitemap],
        "indexes": [index],
        "feeds": [
            ["rss", feed::rss(&feed), items],
            ["atom", feed::atom(&feed), items],
            ["json", feed::json_feed(&feed).to_string(), items],
        ],
    });
    let path = std::env::temp_dir().join(format!("rhapsode-seo-node-{}.json", std::process::id()));
    fs::write(&path, input.to_string()).unwrap();
    let output = Command::new("node")
        .arg(folder.join("check.mjs"))
        .arg(&path)
        .output()
        .unwrap();
    fs::remove_file(path).unwrap();
    print!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
