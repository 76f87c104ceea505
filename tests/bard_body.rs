//! What a body gives beside Statamic's HTML, and where it deliberately differs: by small examples.

use rhapsode::bard::blocks::{self, Block};
use rhapsode::bard::map::MapLinks;
use rhapsode::bard::{self, LinkState, Options, Profile, href, html};
use serde_json::{Value, json};

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
            let options = Options {
                profile,
                ..Options::new(&())
            };
            let (html, oddities) = bard::html(&tree, &options);
            assert_eq!(
                (html.as_deref(), oddities[0].code),
                (Some("<a>x</a>"), "unsafe_link"),
                "{href:?}"
            );
            assert_eq!(
                bard::html(&string, &options).0.as_deref(),
                Some("<a title=\"t\">x</a>"),
                "{href:?}"
            );
        }
        assert_eq!(
            bard::body(&tree, &Options::new(&())).links[0].state,
            LinkState::Unsafe
        );
    }
}

#[test]
fn harmless_links_keep_their_href() {
    for href in [
        "/javascript:x",
        "#data:x",
        "https://x.y/?q=javascript:x",
        "javascripts",
        "mailto:data@x.y",
    ] {
        let mark = json!({ "type": "link", "attrs": { "href": href } });
        let tree = json!([{ "type": "text", "text": "x", "marks": [mark] }]);
        let html = bard::html(&tree, &Options::new(&())).0;
        assert_eq!(html, Some(format!("<a href=\"{href}\">x</a>")));
    }
}

#[test]
fn statamic_6_drops_unknown_protocols_and_5_keeps_them() {
    for (href, is_kept) in [
        ("foo:bar", false),
        ("h5:bar", true),
        ("XMPP:x", true),
        ("foo/bar:baz", true),
        (" ", false),
    ] {
        assert_eq!(href::is_allowed(href), is_kept, "{href}");
    }
    let mark = json!({ "type": "link", "attrs": { "href": "foo:bar" } });
    let tree = json!([{ "type": "text", "text": "x", "marks": [mark] }]);
    let html = |profile| {
        bard::html(
            &tree,
            &Options {
                profile,
                ..Options::new(&())
            },
        )
        .0
    };
    assert_eq!(
        html(Profile::V5).as_deref(),
        Some("<a href=\"foo:bar\">x</a>")
    );
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
        let html = bard::html(
            &json!([{ "type": "text", "text": text }]),
            &Options::new(&()),
        )
        .0;
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
    let tree = json!([
        heading("What's new?"),
        heading("What’s new"),
        heading("!"),
        heading("Whats new 2"),
        heading("Été")
    ]);
    let options = Options {
        heading_ids: true,
        ..Options::new(&())
    };
    let body = bard::body(&tree, &options);
    let ids: Vec<_> = body
        .headings
        .iter()
        .map(|heading| heading.id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "whats-new",
            "whats-new-2",
            "section",
            "whats-new-2-2",
            "été"
        ]
    );
    assert!(
        body.html.contains("<h2 id=\"whats-new-2-2\">")
            && body.html.contains("<h2 id=\"&eacute;t&eacute;\">")
    );
    assert!(!bard::body(&tree, &Options::new(&())).html.contains("id="));
}

#[test]
fn an_html_string_gives_all_that_a_tree_gives() {
    let links = MapLinks::new(Some(
        json!({ "entry::x": "/x", "asset::a::b.png": { "url": "/b.png", "alt": "B" } }),
    ));
    let source = "<h2>One</h2><p>Two <b>three</b>&nbsp;<a href=\"statamic://entry::x?q#f\">four</a></p>\
                  <h2 id=\"own\">One</h2><ul><li>five<li>six</ul><img src=\"statamic://asset::a::b.png\">";
    let options = Options {
        heading_ids: true,
        save_html: true,
        ..Options::new(&links)
    };
    let body = bard::body(&json!(source), &options);
    assert!(body.html.starts_with(
        "<h2 id=\"one\">One</h2><p>Two <b>three</b>&nbsp;<a href=\"/x?q#f\">four</a>"
    ));
    assert!(
        body.html.contains("<h2 id=\"own\">One</h2>")
            && body.html.ends_with("<img src=\"/b.png\">")
    );
    assert_eq!(body.text, "One\n\nTwo three\u{a0}four\n\nOne\n\nfive\nsix");
    assert_eq!(
        body.markdown,
        "## One\n\nTwo **three**\u{a0}[four](/x?q#f)\n\n## One\n\n- five\n- six\n\n![B](/b.png)\n"
    );
    assert_eq!(body.headings[1].id, "own");
    assert_eq!((body.words, body.reading_minutes), (7, 1));
    assert_eq!(
        (body.links[0].kind, body.links[0].state),
        ("entry", LinkState::Ok)
    );
    assert_eq!(body.images[0].src.as_deref(), Some("/b.png"));
}

#[test]
fn a_body_names_its_links_with_their_state() {
    let links = MapLinks::new(Some(json!({
        "entry::here": "/here", "entry::draft": { "url": "/d", "hidden": true }, "entry::nowhere": { "url": null },
    })));
    let expected = [
        (
            "statamic://entry::here#a",
            "entry",
            LinkState::Ok,
            Some("/here#a"),
        ),
        (
            "statamic://entry::draft",
            "entry",
            LinkState::Draft,
            Some("/d"),
        ),
        (
            "statamic://entry::nowhere",
            "entry",
            LinkState::NoRoute,
            None,
        ),
        (
            "statamic://term::tags::gone",
            "term",
            LinkState::Missing,
            None,
        ),
        (
            "https://x.y",
            "url",
            LinkState::External,
            Some("https://x.y"),
        ),
        ("/local", "url", LinkState::Ok, Some("/local")),
        (
            "mailto:a@b.c",
            "mail",
            LinkState::External,
            Some("mailto:a@b.c"),
        ),
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
        let [link] = &body.links[..] else {
            panic!("{:?}", body.links)
        };
        assert_eq!(
            (
                link.kind,
                link.state,
                link.url.as_deref(),
                link.text.as_str()
            ),
            (kind, state, url, "ab")
        );
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
    assert_eq!(
        body.text,
        "one two\nthree\n\nfour\nfive\n\n\tsix\nseven\teight\n\n  nine\n\tten"
    );
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
    let tree = json!([
        paragraph("a"),
        set(false),
        paragraph("b"),
        set(true),
        paragraph("c")
    ]);
    let blocks = blocks::split(&tree, &mut Vec::new());
    let [Block::Text(first), Block::Set(set), Block::Text(last)] = &blocks[..] else {
        panic!("{blocks:?}")
    };
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
    assert!(
        matches!(blocks[1], Block::Set(set) if set.handle == "image" && set.values["caption"] == "C")
    );
}

#[test]
fn a_tree_is_told_from_other_lists() {
    assert!(bard::is_tree(
        &json!([paragraph("a"), { "type": "bullet_list", "content": [] }])
    ));
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
