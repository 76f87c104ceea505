//! Traps T31 to T47 of spec/seo.md §5.2: images, sites, documents.

use crate::tree::{POST_URL, Tree, codes, now, post, translated, with_images};
use rhapsode::seo::dialect::Dialect;
use rhapsode::seo::robots::DecidedBy;
use rhapsode::seo::sitemap_values::Excluded;
use rhapsode::seo::warning::Code;
use rhapsode::seo::{self, Seo, robots_txt};
use rhapsode::site::view::View;
use serde_json::json;

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

#[test]
fn t46_a_draft_in_a_preview_is_closed_to_search_engines() {
    let seo = post("title: T\npublished: false");
    assert_eq!(
        (seo.robots.content.as_deref(), seo.robots.decided_by),
        (Some("noindex, nofollow"), DecidedBy::Environment)
    );
    assert_eq!(seo.sitemap.excluded_by, Some(Excluded::Unpublished));
}
