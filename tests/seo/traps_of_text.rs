//! Traps T1 to T12 of spec/seo.md §5.1: text and escaping.

use crate::tree::{Tree, codes, post};
use rhapsode::seo::text;
use rhapsode::seo::warning::Code;
use serde_json::json;

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
