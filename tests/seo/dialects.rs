//! The other addons' fields, read as they read them (spec/seo.md §4).

use crate::tree::{Tree, post};
use rhapsode::seo::dialect::Dialect;
use rhapsode::seo::robots::DecidedBy;
use rhapsode::seo::sitemap_values::Excluded;
use serde_json::json;

fn in_dialect(package: &str, front_matter: &str) -> Tree {
    let lock = json!({"packages": [{"name": package, "version": "v2.0.0"}]}).to_string();
    Tree::new().file("composer.lock", &lock).post(front_matter)
}

#[test]
fn advanced_seo_cascades_from_the_entry_to_the_collection() {
    let tree = in_dialect("aerni/advanced-seo", "title: T\nteaser: A teaser\nseo_title: '@default'\nseo_description: '@field:teaser'\nseo_noindex: '@default'")
        .addon_file("content/seo/site/general.yaml", &json!({"data": {"site_name": "S", "title_separator": "-"}}))
        .addon_file("content/seo/collections/posts.yaml", &json!({"data": {"seo_noindex": true, "seo_site_name_position": "start"}}));
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
        &json!({"site_name": "S", "separator": "/"}),
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
        .addon_file("content/seo.yaml", &json!({"site_name": "S", "site_name_separator": "|", "description": "@seo:content", "priority": 0.7}));
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
        &json!({"default": {"site_name": "S", "title_separator": "-"}}),
    )
    .addon_file(
        &format!("{folder}/aardvark_defaults/collections_posts.yaml"),
        &json!({"default": {"no_index_page": true}}),
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
