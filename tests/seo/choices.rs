//! What a project or a request may choose.

use crate::tree::{Tree, post, translated, with_images};
use rhapsode::fields;
use rhapsode::seo;
use rhapsode::seo::settings::Settings;
use serde_json::{Value, json};

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
